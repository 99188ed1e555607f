"""Follows a tenant's changes, from now or from where somebody left off."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.change import Change, ChangeKind, Horizon, Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Camera
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import VisitView
from footfall_server.domain.worker import WorkerState, reader_of
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.live.change_feed import Bell, ChangeFeed
from footfall_server.ports import Clock, Transaction, Transactions

HEARTBEAT = timedelta(seconds=15)
PAGE = 200


@dataclass(frozen=True, slots=True)
class SeenCamera:
    """A camera, and the worker that reads it; None when none with a link speaks of it.

    `holder_id` is the worker that has the right to.
    """

    camera: Camera
    reader: WorkerState | None
    holder_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WatchItem:
    """One change, or only progress (change is None): everything up to `revision` was told with this.

    `visit`, `worker`, `camera` or `sighting` is what changed as it is now, None when it is gone.
    """

    revision: int
    committed_at: datetime | None = None
    change: Change | None = None
    visit: VisitView | None = None
    worker: WorkerState | None = None
    camera: SeenCamera | None = None
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True)
class _Scope:
    tenant_id: UUID
    topics: frozenset[Topic]
    sites: frozenset[UUID] | None


class Watch:
    """Tells every change exactly once, in the order of commits, on whichever replica it is asked.

    It reads the log of changes after the last revision that it told; notifications only say when to read.
    A lost one therefore costs at most the time to the next heartbeat, and never a change.
    """

    def __init__(
        self,
        *,
        feed: ChangeFeed,
        transactions: Transactions,
        clock: Clock,
        heartbeat: timedelta = HEARTBEAT,
        page: int = PAGE,
    ) -> None:
        self._feed = feed
        self._transactions = transactions
        self._clock = clock
        self._heartbeat = heartbeat
        self._page = page

    async def changes(
        self,
        principal: Principal,
        *,
        topics: Collection[Topic],
        site_id: UUID | None = None,
        after_revision: int | None = None,
    ) -> AsyncGenerator[WatchItem, None]:
        """Changes of these topics at the sites that the caller may see, or at one of them, without end.

        The first item comes at once: without `after_revision`, or when nothing happened after it, it
        carries only the present revision, so that the watcher knows that it is connected. After silence an
        item without a change says how far everything was told. Raises OUT_OF_RANGE /
        REVISION_COMPACTED when changes after the revision are forgotten or the revision never was,
        FAILED_PRECONDITION / TENANT_REQUIRED, and NOT_FOUND for a site that the caller may not see.
        """
        scope = _scope(principal, frozenset(topics), site_id)
        with self._feed.subscribe(scope.tenant_id, scope.topics) as bell:
            told = await self._begin(scope, site_id, after_revision)
            greeted = after_revision is None
            if greeted:
                yield WatchItem(told)
            silent_since = self._time()
            while True:
                reached, items = await self._read(scope, told)
                for item in items:
                    told = item.revision
                    yield item
                    silent_since = self._time()
                told = max(told, reached)
                # The bell also rings for changes out of scope: silence is measured apart from it.
                if not items and not (greeted and await self._rings(bell, silent_since)):
                    yield WatchItem(told)
                    silent_since = self._time()
                greeted = True

    async def _begin(self, scope: _Scope, site_id: UUID | None, after_revision: int | None) -> int:
        async with self._transactions.begin(scope.tenant_id, sites=scope.sites) as tx:
            if site_id is not None and await tx.sites.get(site_id) is None:
                raise not_found("site", site_id)
            horizon = await tx.changes.horizon()
        if after_revision is None:
            return horizon.current
        if after_revision > horizon.current:
            raise _compacted(f"there is no revision {after_revision} yet", horizon)
        return after_revision

    async def _read(self, scope: _Scope, told: int) -> tuple[int, Sequence[WatchItem]]:
        """The next changes, and the revision up to which there are no others than these.

        The horizon is read first: revisions become visible in their order, so all up to its current one
        can be seen by the query after it.
        """
        async with self._transactions.begin(scope.tenant_id, sites=scope.sites) as tx:
            horizon = await tx.changes.horizon()
            if told < horizon.oldest:
                raise _compacted(f"the changes after revision {told} are forgotten", horizon)
            found = await tx.changes.read_after(
                told, topics=scope.topics, sites=scope.sites, limit=self._page
            )
            subjects = await _subjects_of(tx, found, self._clock.now())
        reached = horizon.current if len(found) < self._page else found[-1].revision
        return reached, [_item(change, subjects) for change in found]

    async def _rings(self, bell: Bell, silent_since: float) -> bool:
        """Whether there may be something new, before the silence calls for a heartbeat."""
        patience = timedelta(seconds=silent_since - self._time()) + self._heartbeat
        return patience > timedelta(0) and await bell.wait(patience)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


def _scope(principal: Principal, topics: frozenset[Topic], site_id: UUID | None) -> _Scope:
    if principal.tenant_id is None:
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "TENANT_REQUIRED",
            "this works inside a tenant, and you act for none",
        )
    if site_id is None:
        return _Scope(principal.tenant_id, topics, principal.site_ids)
    if not principal.may_see(site_id):
        raise not_found("site", site_id)
    return _Scope(principal.tenant_id, topics, frozenset({site_id}))


def _compacted(said: str, horizon: Horizon) -> FootfallError:
    return FootfallError(
        ErrorKind.OUT_OF_RANGE,
        "REVISION_COMPACTED",
        f"{said}: list again, and watch from the list's revision",
        metadata={"oldest_revision": str(horizon.oldest)},
    )


@dataclass(frozen=True, slots=True)
class _Subjects:
    """What changes are about, as it is now."""

    visits: Mapping[UUID, VisitView]
    workers: Mapping[UUID, WorkerState]
    cameras: Mapping[UUID, SeenCamera]
    sightings: Mapping[UUID, Sighting]


async def _subjects_of(tx: Transaction, changes: Sequence[Change], now: datetime) -> _Subjects:
    def ids_of(*topics: Topic) -> set[UUID]:
        return {change.resource_id for change in changes if change.topic in topics}

    visit_ids, worker_ids = ids_of(Topic.VISITS), ids_of(Topic.WORKERS)
    camera_ids = ids_of(Topic.CAMERAS, Topic.CAMERA_HEALTH)
    track_ids = ids_of(Topic.SIGHTINGS)
    workers = await tx.workers.find(worker_ids) if worker_ids else ()
    return _Subjects(
        visits=await tx.visits.views(visit_ids) if visit_ids else {},
        workers={worker.worker_id: worker.as_of(now) for worker in workers},
        cameras=await _cameras_of(tx, camera_ids, now) if camera_ids else {},
        sightings=await tx.sightings.by_track(track_ids) if track_ids else {},
    )


async def _cameras_of(
    tx: Transaction, camera_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, SeenCamera]:
    cameras = await tx.cameras.find(camera_ids)
    workers = await tx.workers.of_sites({camera.site_id for camera in cameras})
    beside = [worker.as_of(now) for worker in workers]
    holders = await tx.leases.holders([camera.camera_id for camera in cameras])
    return {
        camera.camera_id: SeenCamera(
            camera,
            reader_of(camera.camera_id, [each for each in beside if each.site_id == camera.site_id]),
            holders.get(camera.camera_id),
        )
        for camera in cameras
    }


def _item(change: Change, subjects: _Subjects) -> WatchItem:
    visit = subjects.visits.get(change.resource_id)
    worker = subjects.workers.get(change.resource_id)
    camera = subjects.cameras.get(change.resource_id)
    sighting = subjects.sightings.get(change.resource_id)
    gone = all(each is None for each in (visit, worker, camera, sighting))
    if gone and change.kind is not ChangeKind.DELETED:
        # It went since: who is told of it now has nothing to show. That it went comes again by itself.
        change = replace(change, kind=ChangeKind.DELETED)
    return WatchItem(change.revision, change.committed_at, change, visit, worker, camera, sighting)
