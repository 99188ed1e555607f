"""What all tables share: the names of their constraints, and columns that many have."""

from sqlalchemy import (
    UUID,
    Column,
    Computed,
    DateTime,
    MetaData,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)
NOW = text("now()")


def tenant_column() -> Column[object]:
    """Whose the row is: the first of every primary key."""
    return Column("tenant_id", UUID(), nullable=False)


def name_key_column() -> Column[object]:
    """The name as it is compared and sorted: in lower case, by code point whatever the cluster's locale."""
    return Column("name_key", Text(collation="C"), Computed("lower(display_name)", persisted=True))
