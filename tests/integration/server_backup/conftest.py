"""A database of a test's own that is backed up, and fresh ones to restore into."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from backup_worlds import bare, made_for_backups
from database_fixtures import DatabaseFactory, FootfallDatabase

Bare = Callable[..., Awaitable[FootfallDatabase]]


@pytest.fixture
async def source(database_factory: DatabaseFactory) -> AsyncIterator[FootfallDatabase]:
    database = await database_factory.create()
    yield database
    await database_factory.drop(database)


@pytest.fixture
async def backup_dsn(database_factory: DatabaseFactory, source: FootfallDatabase) -> str:
    return await made_for_backups(database_factory, source)


@pytest.fixture
async def another(database_factory: DatabaseFactory) -> AsyncIterator[Bare]:
    """Makes databases without a schema, or with that of a revision."""
    made: list[FootfallDatabase] = []

    async def make(*, revision: str | None = None) -> FootfallDatabase:
        database = await bare(database_factory, revision=revision)
        made.append(database)
        return database

    yield make
    for each in made:
        await database_factory.drop(each)
