"""Step 0004: what_figures_sum."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Step up; the way back is a backup."""
    with op.batch_alter_table("hire", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hire_company_id"))
        batch_op.create_index("ix_hire_company_closes", ["company_id", "closes_on"], unique=False)

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_orders_company_day"))
        batch_op.create_index("ix_orders_company_day", ["company_id", "day", "quantity", "refunded"], unique=False)
        batch_op.drop_index(batch_op.f("ix_orders_hire_day"))
        batch_op.create_index("ix_orders_hire_day", ["hire_id", "day", "quantity", "refunded"], unique=False)
