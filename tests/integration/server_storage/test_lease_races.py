"""Workers that ask at the same moment, on the real database: one gets the camera."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from database_fixtures import FootfallDatabase
from footfall_server.domain.camera_lease import LeaseWord, Said
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.services.camera_leases import CameraLeases
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import a_camera, a_site, a_tenant, a_worker

WORKERS, ROUNDS = 4, 15
DAY = timedelta(days=1)


@pytest.fixture
async def replicas(footfall_database: FootfallDatabase) -> AsyncIterator[Sequence[PostgresTransactions]]:
    """Each with a pool of its own, as processes have."""
    engines = [make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=4)) for _ in range(2)]
    yield [PostgresTransactions(engine) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def run_out(database: FootfallDatabase, tenant_id: UUID) -> None:
    """As if a minute had passed without a word of any holder."""
    app = await asyncpg.connect(database.app_dsn)
    try:
        async with app.transaction():
            await app.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
            await app.execute("select set_config('app.site_ids', 'all', true)")
            await app.execute("update camera_leases set expires_at = clock_timestamp() - interval '1 second'")
    finally:
        await app.close()


async def test_of_workers_that_ask_at_once_one_gets_the_camera(
    replicas: Sequence[PostgresTransactions], footfall_database: FootfallDatabase
) -> None:
    tenant, site = a_tenant(), a_site()
    cameras = [a_camera(site.site_id, f"Camera {number}") for number in range(2)]
    now = datetime.now(UTC)
    workers = [
        replace(
            a_worker(site.site_id), connected_at=now - DAY, last_seen_at=now + DAY, link_expires_at=now + DAY
        )
        for _ in range(WORKERS)
    ]
    async with replicas[0].begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    async with replicas[0].begin(tenant.tenant_id) as tx:
        await tx.sites.add(site, None)
        for camera in cameras:
            await tx.cameras.add(camera, None)
        for worker in workers:
            await tx.workers.admit(worker)
    principal = Principal(
        subject_id=new_id(),
        role=Role.WORKER,
        tenant_id=tenant.tenant_id,
        expires_at=now + DAY,
        site_ids=frozenset({site.site_id}),
    )
    services = [CameraLeases(transactions=replica) for replica in replicas]
    chance = random.Random(7)

    async def ask(number: int) -> Sequence[LeaseWord]:
        await asyncio.sleep(chance.random() / 200)
        said = Said(workers[number].worker_id, {})
        return (await services[number % 2].ask(principal, said)).words

    tokens: dict[UUID, int] = {camera.camera_id: 0 for camera in cameras}
    holders: dict[UUID, set[UUID]] = {camera.camera_id: set() for camera in cameras}
    for _ in range(ROUNDS):
        # Each asks twice, so that renewals meet takeovers.
        answers = await asyncio.gather(*(ask(number) for number in (*range(WORKERS), *range(WORKERS))))
        for camera in cameras:
            told = [word for words in answers for word in words if word.camera_id == camera.camera_id]
            mine = {(word.token, word.holder_id) for word in told if word.token}
            assert len(mine) <= 1, "one camera, two readers"
            for token, holder_id in mine:
                assert holder_id is not None
                assert token >= tokens[camera.camera_id], "tokens grow"
                tokens[camera.camera_id] = token
                holders[camera.camera_id].add(holder_id)
        await run_out(footfall_database, tenant.tenant_id)
    assert all(tokens.values()), "every camera was read"
    assert all(len(each) > 1 for each in holders.values()), "cameras changed hands"
