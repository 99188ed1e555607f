"""Contract of the leases of cameras. The database's clock is its own: what it says is what counts."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.domain.batch import BatchQuestions
from footfall_server.domain.camera_lease import Fence, Lease, Standing
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import Camera
from footfall_server.ports import Transactions
from storage_samples import MODEL, NOON, a_camera, a_site, a_worker

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def camera(transactions: Transactions, tenant_id: UUID) -> Camera:
    """One at a site of its own, with a second one that is switched off."""
    site = a_site()
    camera = a_camera(site.site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.cameras.add(camera, None)
        await tx.cameras.add(a_camera(site.site_id, "Cellar", enabled=False), None)
    return camera


async def standing(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> Standing:
    async with transactions.begin(tenant_id) as tx:
        return await tx.leases.standing(site_id)


async def granted(
    transactions: Transactions,
    tenant_id: UUID,
    camera: Camera,
    *,
    token: int = 7,
) -> Lease:
    """A lease of a minute from now on."""
    now = (await standing(transactions, tenant_id, camera.site_id)).now
    lease = Lease(
        camera_id=camera.camera_id,
        site_id=camera.site_id,
        token=token,
        worker_id=new_id(),
        granted_at=now,
        expires_at=now + MINUTE,
        clock_offset=timedelta(seconds=-3),
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.leases.save([lease])
    return lease


async def test_a_camera_that_was_a_workers_is_anybodys(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    worker_id = new_id()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.cameras.unassign(worker_id) == []
        await tx.cameras.assign(camera.camera_id, worker_id)
        assert await tx.cameras.unassign(new_id()) == []
        assert await tx.cameras.unassign(worker_id) == [camera.camera_id]
        freed = await tx.cameras.get(camera.camera_id)
    assert freed is not None
    assert freed.assigned_worker_id is None


async def test_a_site_stands_with_its_cameras_leases_and_workers(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    worker = a_worker(camera.site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.workers.admit(worker)
        await tx.cameras.assign(camera.camera_id, worker.worker_id)
    before = await standing(transactions, tenant_id, camera.site_id)
    assert [(each.camera_id, each.lease) for each in before.cameras] == [(camera.camera_id, None)]
    assert before.cameras[0].assigned_worker_id == worker.worker_id
    assert before.workers[worker.worker_id].display_name == worker.display_name
    assert before.workers[worker.worker_id].last_seen_at == NOON
    await granted(transactions, tenant_id, camera, token=7)
    newest = await granted(transactions, tenant_id, camera, token=9)
    after = await standing(transactions, tenant_id, camera.site_id)
    assert after.cameras[0].lease == newest
    assert after.now >= before.now
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert (await tx.leases.settled(camera.site_id)).cameras == after.cameras
    async with transactions.begin(tenant_id) as tx:
        assert not (await tx.leases.standing(new_id())).cameras
        desired = await tx.cameras.desired(camera.site_id, NOON)
    assert desired.cameras == (camera,), "who reads a camera is no part of how"


async def test_a_lease_goes_on_for_its_holder_alone_and_only_while_it_holds(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    lease = await granted(transactions, tenant_id, camera)
    later = replace(lease, expires_at=lease.expires_at + MINUTE, clock_offset=None)
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.leases.renew([replace(later, worker_id=new_id())])
        assert not await tx.leases.renew([replace(later, token=8)])
        assert await tx.leases.renew([later])
        assert await tx.leases.renew([])
    found = await standing(transactions, tenant_id, camera.site_id)
    assert found.cameras[0].lease == later
    ended = replace(later, expires_at=found.now - MINUTE)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.leases.save([ended])
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.leases.renew([later]), "it ran out, and may be another's"
        assert not await tx.leases.holders([camera.camera_id])


async def test_a_lease_is_given_back_by_its_token(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    lease = await granted(transactions, tenant_id, camera)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.leases.holders([camera.camera_id, new_id()]) == {camera.camera_id: lease.worker_id}
        assert not await tx.leases.release(new_id(), {camera.camera_id: 7})
        assert not await tx.leases.release(lease.worker_id, {camera.camera_id: 6, new_id(): 7})
        assert await tx.leases.release(lease.worker_id, {camera.camera_id: 7}) == [camera.camera_id]
        assert not await tx.leases.release(lease.worker_id, {camera.camera_id: 7}), "twice is once"
        assert not await tx.leases.holders([camera.camera_id])
    found = (await standing(transactions, tenant_id, camera.site_id)).cameras[0].lease
    assert found is not None
    assert found.released_at is not None
    old = await granted(transactions, tenant_id, camera, token=10)
    await granted(transactions, tenant_id, camera, token=11)
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.leases.release(old.worker_id, {camera.camera_id: 10}), "it is another's by now"


async def test_a_renewal_and_a_takeover_do_not_both_succeed(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    """Whoever decides waits for a renewal that is under way, and sees it."""
    lease = await granted(transactions, tenant_id, camera)
    renewed = replace(lease, expires_at=lease.expires_at + MINUTE)
    begun, seen = asyncio.Event(), asyncio.Event()

    async def renew() -> None:
        async with transactions.begin(tenant_id) as tx:
            assert await tx.leases.renew([renewed])
            begun.set()
            await asyncio.wait({asyncio.create_task(seen.wait())}, timeout=0.2)

    async def take_over() -> Standing:
        await begun.wait()
        async with transactions.begin_exclusive(tenant_id) as tx:
            found = await tx.leases.settled(camera.site_id)
            seen.set()
            return found

    _, found = await asyncio.gather(renew(), take_over())
    if found.cameras[0].lease != renewed:
        # The fake decides before the renewal commits, and its transactions do not overlap in what they await.
        assert type(transactions).__name__ == "MemoryTransactions"


async def test_batches_learn_whose_a_token_was(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    first = await granted(transactions, tenant_id, camera, token=7)
    second = await granted(transactions, tenant_id, camera, token=9)
    await granted(transactions, tenant_id, camera, token=12)
    asked = {(camera.camera_id, token) for token in (5, 7, 12, 20)}
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(
            BatchQuestions(
                event_ids=[],
                spans=[],
                image_ids=[],
                model_id=MODEL,
                indexed_after=NOON,
                known_recents=(),
                leases=asked,
            )
        )
    offset = timedelta(seconds=-3)
    newest = answers.fences[camera.camera_id, 12]
    assert answers.fences == {
        (camera.camera_id, 5): Fence(None, first.granted_at),
        (camera.camera_id, 7): Fence(first.worker_id, second.granted_at, offset),
        (camera.camera_id, 12): Fence(newest.worker_id, None, offset),
        (camera.camera_id, 20): Fence(None, None),
    }


async def test_old_leases_go_and_the_newest_stays(
    transactions: Transactions, tenant_id: UUID, camera: Camera
) -> None:
    await granted(transactions, tenant_id, camera, token=7)
    second = await granted(transactions, tenant_id, camera, token=9)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.leases.purge(second.granted_at) == 0
        assert await tx.leases.purge(second.granted_at + MINUTE) == 1
        assert await tx.leases.purge(second.granted_at + MINUTE) == 0
    found = await standing(transactions, tenant_id, camera.site_id)
    assert found.cameras[0].lease == second
    async with transactions.begin(tenant_id) as tx:
        assert await tx.cameras.remove(camera.camera_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.add(camera, None)
    assert (await standing(transactions, tenant_id, camera.site_id)).cameras[0].lease is None, "gone with it"
