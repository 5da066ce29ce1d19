"""Step 0006: cohort_tallies."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Step up; the way back is a backup."""
    op.create_table(
        "cohort_tally",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("on_post", sa.Integer(), nullable=False),
        sa.Column("ordered_and_stayed", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("stayed", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("eliminated", sa.Integer(), nullable=False),
        sa.Column("trial_passed", sa.Integer(), nullable=False),
        sa.Column("trial_failed", sa.Integer(), nullable=False),
        sa.Column("trial_undecided", sa.Integer(), nullable=False),
        sa.Column("first_on_post", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("accompanied", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_cohort_tally")),
    )
