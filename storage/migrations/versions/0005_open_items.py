"""Step 0005: open_items."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Step up; the way back is a backup."""
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index(
            "ix_problem_open",
            ["company_id", "recorded_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_problem_unanswered",
            ["recorded_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND answered_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND answered_at IS NULL"),
        )

    with op.batch_alter_table("ride_along", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ride_along_person_step"))
        batch_op.create_index(
            "ix_ride_along_open_step",
            ["person_id", "next_step_on"],
            unique=False,
            sqlite_where=sa.text("next_step_on IS NOT NULL AND next_step_closed_at IS NULL"),
            postgresql_where=sa.text("next_step_on IS NOT NULL AND next_step_closed_at IS NULL"),
        )

    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_training_session_open",
            ["person_id", "day"],
            unique=False,
            sqlite_where=sa.text("length(trim(summary)) < 10"),
            postgresql_where=sa.text("length(trim(summary)) < 10"),
        )
