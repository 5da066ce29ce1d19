"""What holds for every table; imported by the package before the first.

Names for keys, indexes and constraints, so that a migration can speak of every one of them: a name is given when a
constraint meets its table. Both databases then use the same names, and SQLite, which has none of its own, can be
migrated at all.
"""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Rows are not validated (SQLModel's way with tables), so no start has to wait for three dozen validators to be made.
SQLModel.model_config["defer_build"] = True
