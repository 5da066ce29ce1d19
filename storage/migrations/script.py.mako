"""Step ${up_revision}: ${message}."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Step up; the way back is a backup."""
    ${upgrades if upgrades else "pass"}
