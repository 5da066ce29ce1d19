"""Run by Alembic for each command, on the connection that `storage.migration` opened."""

from alembic import context
from sqlalchemy import Connection

from storage.schema import metadata

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(
    connection=connection,
    target_metadata=metadata,
    user_module_prefix="sqlmodel.",
    # SQLite cannot alter a table: it is copied into a new one.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
