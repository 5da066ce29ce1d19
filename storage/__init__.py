"""What the bot remembers: tables, migrations, the engine, and the questions asked of them."""

import storage.naming  # noqa: F401  before any table is defined
