"""Step 0007: own_records."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Step up; the way back is a backup."""
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_recorded_by", ["recorded_by", "id"], unique=False)

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_person_day", ["person_id", "kind", "first_day"], unique=False)
