"""The schema goes up, down and up again, and is what the core believes it to be."""

import json
from uuid import UUID

import asyncpg
import pytest
from catalogue import set_scope
from database_fixtures import DatabaseFactory
from footfall_migrations.run import current_revision, differences, downgrade, newest_revision, upgrade
from footfall_server.domain.identifiers import new_id
from footfall_server.storage.postgres.bootstrap import BootstrapError, bootstrap_database

TABLES = "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"


async def _count_tables(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(TABLES))
    finally:
        await connection.close()


async def test_up_down_and_up_again(database_factory: DatabaseFactory) -> None:
    database = await database_factory.create()
    newest = newest_revision()
    assert newest is not None
    assert await current_revision(database.owner_dsn) == newest
    await downgrade(database.owner_dsn, "base")
    assert await current_revision(database.owner_dsn) is None
    assert await _count_tables(database.owner_dsn) == 1, "only Alembic's own table is left"
    for revision in range(1, int(newest) + 1):
        await upgrade(database.owner_dsn, f"{revision:04d}")
        await downgrade(database.owner_dsn, "-1")
        await upgrade(database.owner_dsn, f"{revision:04d}")
    assert await current_revision(database.owner_dsn) == newest
    await upgrade(database.owner_dsn)
    assert await differences(database.owner_dsn) == []
    await database_factory.drop(database)


async def test_the_tables_are_those_that_the_core_knows(database_factory: DatabaseFactory) -> None:
    database = await database_factory.create()
    assert await differences(database.owner_dsn) == []
    await database_factory.drop(database)


async def test_embeddings_lie_outside_the_heap(database_factory: DatabaseFactory) -> None:
    database = await database_factory.create()
    connection = await asyncpg.connect(database.owner_dsn)
    storage = await connection.fetchval(
        "select attstorage from pg_attribute where attrelid = 'gallery_faces'::regclass "
        "and attname = 'embedding'"
    )
    await connection.close()
    assert storage == b"e", "EXTERNAL: out of line and not compressed"
    await database_factory.drop(database)


async def test_bootstrap_may_be_repeated_and_takes_any_password(database_factory: DatabaseFactory) -> None:
    server = database_factory.server
    kept = database_factory.described("footfall_template")
    # As written in a connection string: quote, at sign, backslash, space, percent, umlaut.
    password = "o%27%40%5C%20%25%C3%BC"
    name = "boot%20%22strap"
    owner = server.dsn(user="footfall_owner", password=password, database=name)
    app = server.dsn(user="footfall_app", password=password, database=name)
    try:
        for _ in range(2):
            await bootstrap_database(server.superuser_dsn, owner, app)
        await upgrade(owner)
        assert await _count_tables(app) > 1
    finally:
        await bootstrap_database(server.superuser_dsn, kept.owner_dsn, kept.app_dsn)
        connection = await asyncpg.connect(server.superuser_dsn)
        await connection.execute('drop database if exists "boot ""strap" with (force)')
        await connection.close()


@pytest.mark.parametrize(
    ("owner", "app", "complaint"),
    [
        ("postgresql://root:p@h/d", "postgresql://footfall_app:p@h/d", "footfall_owner"),
        ("postgresql://footfall_owner:p@h/d", "postgresql://footfall_owner:p@h/d", "footfall_app"),
        ("postgresql://footfall_owner@h/d", "postgresql://footfall_app:p@h/d", "no password"),
        ("postgresql://footfall_owner:p@h", "postgresql://footfall_app:p@h/d", "no database"),
        ("postgresql://footfall_owner:p@h/d", "postgresql://footfall_app:p@h/e", "'d'"),
    ],
)
async def test_bootstrap_says_what_is_wrong_with_a_connection_string(
    owner: str, app: str, complaint: str
) -> None:
    with pytest.raises(BootstrapError, match=complaint):
        await bootstrap_database("postgresql://postgres@127.0.0.1:1/postgres", owner, app)


async def test_events_of_before_learn_where_they_were(database_factory: DatabaseFactory) -> None:
    """Of events that are explained, or that are their own track; of the rest nothing says it: no site's."""
    database = await database_factory.create()
    await downgrade(database.owner_dsn, "0016")
    tenant_id, site_id, other_id = (new_id() for _ in range(3))
    explained, track, forgotten = (new_id() for _ in range(3))
    app = await asyncpg.connect(database.app_dsn)
    async with app.transaction():
        await app.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
        for event_id in (explained, track, forgotten):
            await app.execute(
                "insert into recorded_events (tenant_id, event_id, outcome, recorded_at) "
                "values ($1, $2, 'known', now())",
                tenant_id,
                event_id,
            )
        await app.execute(
            "insert into decisions (tenant_id, event_id, track_id, decided_at, detail) "
            "values ($1, $2, $3, now(), $4)",
            tenant_id,
            explained,
            new_id(),
            json.dumps({"site_id": str(site_id)}),
        )
        await app.execute(
            "insert into sightings (tenant_id, track_id, site_id, camera_id, first_seen_at, last_seen_at, "
            "final, outcome, quality_score, model_id) values ($1, $2, $3, $2, now(), now(), true, 'known', "
            "0.5, 'model')",
            tenant_id,
            track,
            other_id,
        )
    await app.close()
    await upgrade(database.owner_dsn)
    app = await asyncpg.connect(database.app_dsn)
    async with app.transaction():
        await set_scope(app, tenant_id)
        rows = await app.fetch("select event_id, site_id from recorded_events")
        assert {row["event_id"]: row["site_id"] for row in rows} == {
            explained: site_id,
            track: other_id,
            forgotten: UUID(int=0),
        }
        assert await app.fetchval("select site_id from decisions") == site_id
    await app.close()
    await database_factory.drop(database)
