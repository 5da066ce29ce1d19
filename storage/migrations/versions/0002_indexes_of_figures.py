"""Step 0002: indexes_of_figures."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Step up; the way back is a backup."""
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_orders_company_id"))
        batch_op.create_index("ix_orders_company_day", ["company_id", "day"], unique=False)

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_kind_day"))
        batch_op.create_index("ix_report_kind_day_company", ["kind", "first_day", "company_key"], unique=False)

    with op.batch_alter_table("ride_along", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ride_along_person_id"))
        batch_op.create_index("ix_ride_along_person_day", ["person_id", "day"], unique=False)
        batch_op.create_index("ix_ride_along_person_step", ["person_id", "next_step_on"], unique=False)
