"""Moves a database's schema up or down, in one transaction, one mover at a time."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from footfall_server.storage.postgres.tables import metadata
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

T = TypeVar("T")

MIGRATION_LOCK = 6_918_340_772_145_023
"""Key of the advisory lock that keeps two migrations apart."""

LOCK_TIMEOUT = "30s"
"""A migration that waits longer for a table gives up, instead of queueing every reader behind it."""


async def upgrade(owner_dsn: str, revision: str = "head") -> None:
    """Brings the schema up to the revision. Does nothing when it is there."""
    await _run(owner_dsn, partial(_move, command.upgrade, revision))


async def downgrade(owner_dsn: str, revision: str) -> None:
    """Takes the schema down to the revision; "base" removes everything, data included."""
    await _run(owner_dsn, partial(_move, command.downgrade, revision))


async def current_revision(owner_dsn: str) -> str | None:
    """The revision of the schema; None for an empty database."""
    return await _run(owner_dsn, lambda connection: _context(connection).get_current_revision())


async def differences(owner_dsn: str) -> list[object]:
    """How the schema differs from the tables that the core knows; empty when they agree."""
    return await _run(owner_dsn, lambda connection: list(compare_metadata(_context(connection), metadata)))


def newest_revision() -> str | None:
    """The revision that `upgrade` goes to."""
    return script_directory().get_current_head()


def script_directory() -> ScriptDirectory:
    """The revisions that come with this package."""
    return ScriptDirectory.from_config(_config())


async def _run(owner_dsn: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(
            asyncpg.connect,
            owner_dsn,
            server_settings={"application_name": "footfall-migrate", "lock_timeout": LOCK_TIMEOUT},
        ),
        poolclass=NullPool,
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _move(direction: Callable[[Config, str], None], revision: str, connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    direction(config, revision)


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": metadata})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
