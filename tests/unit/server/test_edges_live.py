"""Links of workers: one each over all replicas, told of the cameras that they should read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.memory_changes import MemoryChanges
from fakes.polling import until
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.desired_cameras import DesiredCameraFeed
from footfall_server.live.edge_registry import EdgeRegistry, EdgeSession

TENANT, WORKER = uuid4(), uuid4()


@contextlib.asynccontextmanager
async def replica(changes: MemoryChanges) -> AsyncIterator[EdgeRegistry]:
    feed = ChangeFeed(source=changes)
    registry = EdgeRegistry(source=changes, feed=feed)
    with registry.listening():
        reading = asyncio.create_task(feed.run())
        try:
            yield registry
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading


async def a_millisecond_later(session: EdgeSession) -> None:
    """Ids are ordered by the millisecond."""
    await until(lambda: new_id().int >> 80 > session.session_id.int >> 80)


async def ends(session: EdgeSession) -> FootfallError:
    with pytest.raises(FootfallError) as caught:
        async with asyncio.timeout(5):
            await session.watch_replacement()
    return caught.value


async def test_a_newer_link_here_replaces_the_older() -> None:
    async with (
        replica(MemoryChanges()) as registry,
        registry.open(tenant_id=TENANT, worker_id=WORKER) as older,
    ):
        async with registry.open(tenant_id=TENANT, worker_id=WORKER):
            error = await ends(older)
            assert (error.kind, error.reason) == (ErrorKind.ABORTED, "EDGE_REPLACED")
        assert not registry.is_connected(tenant_id=TENANT, worker_id=WORKER)


async def test_a_worker_of_another_tenant_with_the_same_id_replaces_nothing() -> None:
    """Ids of workers are made by workers: whoever knows one of another tenant may say it is theirs."""
    changes, intruder = MemoryChanges(), uuid4()
    async with (
        replica(changes) as here,
        replica(changes) as there,
        here.open(tenant_id=TENANT, worker_id=WORKER) as older,
    ):
        await a_millisecond_later(older)
        async with (
            here.open(tenant_id=intruder, worker_id=WORKER),
            there.open(tenant_id=intruder, worker_id=WORKER),
        ):
            # The last word is for a link that is replaced: whatever came before it was heard by then.
            async with here.open(tenant_id=TENANT, worker_id=uuid4()) as witness:
                await a_millisecond_later(witness)
                async with there.open(tenant_id=TENANT, worker_id=witness.worker_id):
                    await ends(witness)
            watching = asyncio.ensure_future(older.watch_replacement())
            await asyncio.sleep(0)
            assert not watching.done(), "another tenant's worker took the link over"
            watching.cancel()
        assert here.is_connected(tenant_id=TENANT, worker_id=WORKER)
        assert not here.is_connected(tenant_id=intruder, worker_id=WORKER)


async def test_a_newer_link_on_another_replica_replaces_the_older() -> None:
    changes = MemoryChanges()
    async with (
        replica(changes) as here,
        replica(changes) as there,
        here.open(tenant_id=TENANT, worker_id=WORKER) as older,
    ):
        await a_millisecond_later(older)
        async with there.open(tenant_id=TENANT, worker_id=WORKER) as newer:
            await ends(older)
            assert not newer._replaced.is_set()
            assert there.is_connected(tenant_id=TENANT, worker_id=WORKER)


async def test_word_that_was_lost_is_said_again() -> None:
    changes = MemoryChanges()
    async with (
        replica(changes) as here,
        replica(changes) as there,
        here.open(tenant_id=TENANT, worker_id=WORKER) as older,
    ):
        changes.lose()
        await a_millisecond_later(older)
        async with there.open(tenant_id=TENANT, worker_id=WORKER):
            changes.reset()
            await ends(older)


async def test_other_workers_and_tenants_are_left_alone() -> None:
    changes = MemoryChanges()
    async with (
        replica(changes) as here,
        replica(changes) as there,
        here.open(tenant_id=TENANT, worker_id=WORKER) as mine,
        there.open(tenant_id=uuid4(), worker_id=WORKER),
        there.open(tenant_id=TENANT, worker_id=uuid4()),
    ):
        await asyncio.sleep(0)
        assert not mine._replaced.is_set()


async def test_a_site_hears_of_its_cameras_and_of_every_change_to_them() -> None:
    shop = Shop()
    feed = ChangeFeed(source=shop.changes)
    reading = asyncio.create_task(feed.run())
    desired = DesiredCameraFeed(
        feed=feed, transactions=shop.transactions, clock=shop.clock, recheck=timedelta(seconds=30)
    )
    sets = desired.sets(shop.tenant_id, shop.site.site_id)
    async with asyncio.timeout(10):
        first = await anext(sets)
        assert {each.camera_id for each in first.cameras} == {each.camera_id for each in shop.cameras}
        async with shop.transactions.begin(shop.tenant_id) as tx:
            off = replace(shop.cameras[0], enabled=False)
            await tx.cameras.save(off)
            await tx.changes.append(
                [NewChange(Topic.CAMERAS, ChangeKind.UPDATED, shop.site.site_id, off.camera_id)]
            )
        second = await anext(sets)
    assert {each.camera_id for each in second.cameras} == {each.camera_id for each in shop.cameras[1:]}
    assert second.revision > first.revision
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
