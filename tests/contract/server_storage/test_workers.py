"""Contract of what is kept of workers: reports, and until when their links count as alive."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.camera_health import CameraFault, CameraHealth, CameraState
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.worker import WorkerReport, WorkerState, WorkerStatus
from footfall_server.ports import NameCursor, Transactions
from storage_samples import NOON, a_site, a_worker

PATIENCE = timedelta(seconds=90)
REPORT = WorkerReport(
    detail="disk",
    waiting_events=3,
    dropped_events=1,
    waiting_images=2,
    waiting_bytes=2**40,
    oldest_event_at=NOON - timedelta(minutes=5),
    clock_offset=timedelta(milliseconds=-1500),
    started_at=NOON - timedelta(days=3),
    free_disk_bytes=2**50,
    execution_provider="coreml",
    cameras=(
        CameraHealth(
            new_id(), CameraState.FAILED, CameraFault.AUTH, "refused", NOON, 4.5, 17, new_id(), 1280, 720
        ),
        CameraHealth(new_id()),
    ),
)


async def state_of(transactions: Transactions, tenant_id: UUID, worker_id: UUID) -> WorkerState:
    async with transactions.begin(tenant_id) as tx:
        found = await tx.workers.get(worker_id)
    assert found is not None
    return found


async def test_a_report_is_kept_and_answers_with_the_state_before(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    worker = a_worker(site_id)
    later = NOON + timedelta(seconds=30)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.workers.get(worker.worker_id) is None
        await tx.workers.admit(worker)
        admitted = await tx.workers.get(worker.worker_id)
    assert admitted is not None
    assert (admitted.status, admitted.report) == (WorkerStatus.UNKNOWN, WorkerReport())
    assert (admitted.model_id, admitted.capabilities) == (worker.model_id, worker.capabilities)
    async with transactions.begin(tenant_id) as tx:
        before = await tx.workers.report(
            worker.worker_id,
            worker.session_id,
            WorkerStatus.ERROR,
            REPORT,
            at=later,
            link_expires_at=later + PATIENCE,
        )
    assert before == admitted
    after = await state_of(transactions, tenant_id, worker.worker_id)
    assert after == replace(
        admitted,
        status=WorkerStatus.ERROR,
        report=REPORT,
        last_seen_at=later,
        link_expires_at=later + PATIENCE,
    )


async def test_an_older_link_changes_nothing(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    older = a_worker(site_id)
    newer = replace(older, session_id=new_id())
    for order in ([older, newer], [newer, older]):
        async with transactions.begin(tenant_id) as tx:
            for link in order:
                await tx.workers.admit(link)
            report = (older.worker_id, older.session_id, WorkerStatus.IDLE, REPORT)
            until = NOON + 2 * PATIENCE
            assert await tx.workers.report(*report, at=NOON, link_expires_at=until) is None
            await tx.workers.end_link(older.worker_id, older.session_id, NOON)
            [state] = await tx.workers.find([older.worker_id])
        assert (state.report, state.link_expires_at) == (WorkerReport(), older.link_expires_at)


async def test_links_expire_once_in_every_tenant(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    ended, silent, alive = (a_worker(site_id) for _ in range(3))
    alive = replace(alive, link_expires_at=NOON + 2 * PATIENCE)
    async with transactions.begin(tenant_id) as tx:
        for worker in (ended, silent, alive):
            await tx.workers.admit(worker)
        await tx.workers.end_link(ended.worker_id, ended.session_id, NOON)
        await tx.workers.end_link(ended.worker_id, ended.session_id, NOON + timedelta(hours=1))
    expired = []
    for now in (NOON - timedelta(seconds=1), NOON, NOON + PATIENCE):
        async with transactions.begin_platform() as platform:
            asked = await platform.tenants_with_expired_links(now)
        async with transactions.begin(tenant_id) as tx:
            found = [state.worker_id for state in await tx.workers.expire_links(now)]
            assert await tx.workers.expire_links(now) == [], "they are told once"
        assert (tenant_id in asked) == bool(found)
        assert other_tenant_id not in asked
        expired.append(found)
    assert expired == [[], [ended.worker_id], [silent.worker_id]]
    assert (await state_of(transactions, tenant_id, ended.worker_id)).status is WorkerStatus.OFFLINE
    async with transactions.begin(tenant_id) as tx:
        await tx.workers.admit(ended)
    assert (await state_of(transactions, tenant_id, ended.worker_id)).status is WorkerStatus.UNKNOWN


async def test_workers_are_listed_by_name_and_by_site(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    other_site = a_site("New Town")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(other_site, None)
        made = [replace(a_worker(site_id), display_name=name) for name in ("b", "A", "c")]
        made.append(replace(a_worker(other_site.site_id), display_name="B"))
        for worker in made:
            await tx.workers.admit(worker)
    beside = sorted([made[0], made[3]], key=lambda each: each.worker_id)
    in_order = [made[1], *beside, made[2]]
    async with transactions.begin(tenant_id) as tx:
        found = await tx.workers.list(sites=None, after=None, limit=9)
        assert [each.worker_id for each in found] == [each.worker_id for each in in_order]
        after = NameCursor(found[1].display_name, found[1].worker_id)
        rest = await tx.workers.list(sites=None, after=after, limit=1)
        assert [each.worker_id for each in rest] == [in_order[2].worker_id]
        there = await tx.workers.list(sites={other_site.site_id}, after=None, limit=9)
        assert there == await tx.workers.of_sites({other_site.site_id})
        assert [each.worker_id for each in there] == [made[3].worker_id]
    async with transactions.begin(tenant_id, sites={site_id}) as tx:
        assert len(await tx.workers.list(sites=None, after=None, limit=9)) == len(made) - 1
        assert await tx.workers.get(made[3].worker_id) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.workers.list(sites=None, after=None, limit=9) == []
        assert await tx.workers.find([each.worker_id for each in made]) == []


async def test_a_closed_sites_workers_are_forgotten(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    worker, kept = a_worker(site_id), a_worker(new_id())
    async with transactions.begin(tenant_id) as tx:
        for each in (worker, kept):
            await tx.workers.admit(each)
            await tx.workers.advance(each.worker_id, each.spool_id, 7, NOON)
        await tx.workers.remove_of_site(site_id)
        assert [each.worker_id for each in await tx.workers.find([worker.worker_id, kept.worker_id])] == [
            kept.worker_id
        ]
        assert await tx.workers.admit(worker) == 0
        assert await tx.workers.admit(kept) == 7


async def test_one_worker_is_forgotten_with_its_spools(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    gone, kept = a_worker(site_id), a_worker(site_id)
    async with transactions.begin(tenant_id) as tx:
        for each in (gone, kept):
            await tx.workers.admit(each)
            await tx.workers.advance(each.worker_id, each.spool_id, 7, NOON)
        await tx.workers.remove(gone.worker_id)
        await tx.workers.remove(new_id())
        assert await tx.workers.get(gone.worker_id) is None
        assert await tx.workers.admit(gone) == 0
        assert await tx.workers.admit(kept) == 7
