"""Edge workers as they come and live on their links."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.camera_health import CameraState
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.worker import Worker, WorkerReport, WorkerState, WorkerStatus, changed_cameras
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.scope import begin_for, tenant_of
from footfall_server.services.submission import SpoolPlace
from footfall_server.services.tenant_models import TenantModels


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a worker says of itself."""

    worker_id: UUID
    spool_id: UUID
    display_name: str
    software_version: str
    model_id: str
    capabilities: tuple[str, ...] = ()


class WorkerService:
    """Admits workers and keeps what is known of them.

    `patience` is how long a link counts as alive after word of its worker. A link that broke is given
    `relink_grace` before people are told: most workers are back at once, as when their token ended.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        models: TenantModels,
        patience: timedelta,
        relink_grace: timedelta = timedelta(seconds=15),
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._models = models
        self._patience = patience
        self._relink_grace = relink_grace

    async def admit(self, principal: Principal, introduction: Introduction, session_id: UUID) -> int:
        """Lets a worker in, on a link with this id. Returns the sequence that is acknowledged of its spool.

        Raises MODEL_MISMATCH, and PERMISSION_DENIED for another site's worker, and for a worker that says
        that it is another than its certificate does.
        """
        if principal.certificate_hash and introduction.worker_id != principal.subject_id:
            raise FootfallError(
                ErrorKind.PERMISSION_DENIED,
                "PERMISSION_DENIED",
                "hello.worker_id is not the worker that the certificate names",
            )
        accepted = await self._models.of(tenant_of(principal))
        if introduction.model_id not in accepted.all:
            expected = accepted.in_use.model_id
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "MODEL_MISMATCH",
                f"hello.model_id is {introduction.model_id}; faces here are matched by {expected}",
                metadata={"model_id": introduction.model_id, "expected_model_id": expected},
            )
        now = self._clock.now()
        worker = Worker(
            worker_id=introduction.worker_id,
            site_id=site_of(principal),
            display_name=introduction.display_name,
            software_version=introduction.software_version,
            spool_id=introduction.spool_id,
            acked_sequence=0,
            connected_at=now,
            last_seen_at=now,
            session_id=session_id,
            link_expires_at=now + self._patience,
            model_id=introduction.model_id,
            capabilities=introduction.capabilities,
        )
        async with begin_for(self._transactions, principal) as tx:
            before = await tx.workers.get(worker.worker_id)
            acked_through = await tx.workers.admit(worker)
            if before is None:
                await tx.changes.append([_change_of(worker, ChangeKind.CREATED)])
            elif not before.is_linked or not _is_the_same(before, worker):
                await tx.changes.append([_change_of(worker, ChangeKind.UPDATED)])
            return acked_through

    async def report(
        self,
        principal: Principal,
        worker_id: UUID,
        session_id: UUID,
        status: WorkerStatus,
        report: WorkerReport,
    ) -> None:
        """Keeps what a heartbeat says, and that cameras were read meanwhile.

        Watchers are told when the worker or a camera does otherwise.
        """
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            before = await tx.workers.report(
                worker_id, session_id, status, report, at=now, link_expires_at=now + self._patience
            )
            if before is None:
                return
            online = [each.camera_id for each in report.cameras if each.state is CameraState.ONLINE]
            await tx.uptime.saw(before.site_id, online, now)
            changes = []
            if (before.status, before.report.detail) != (status, report.detail):
                changes.append(_change_of(before, ChangeKind.UPDATED))
            # Of a worker that has no link nothing is shown of its cameras.
            shown = before.report.cameras if before.is_linked else ()
            cameras = list(changed_cameras(shown, report.cameras))
            await tell(tx, [*changes, *await camera_changes(tx, before.site_id, cameras)])

    async def end_link(self, principal: Principal, worker_id: UUID, session_id: UUID, *, left: bool) -> None:
        """Notes that a link ended; `left` says that the worker hung up, so that it will not be back soon."""
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            ends_at = now if left else now + self._relink_grace
            await tx.workers.end_link(worker_id, session_id, ends_at)
            if left:
                await tell_of_expired(tx, await tx.workers.expire_links(now))

    async def skip(self, principal: Principal, place: SpoolPlace) -> None:
        """Acknowledges a place whose event could not even be read, so that it never comes again."""
        async with begin_for(self._transactions, principal) as tx:
            await tx.workers.advance(place.worker_id, place.spool_id, place.sequence, self._clock.now())


async def tell_of_expired(tx: Transaction, workers: Sequence[WorkerState]) -> None:
    """Tells watchers of workers that were marked OFFLINE, and of the cameras that they read."""
    changes: list[NewChange] = []
    for worker in workers:
        cameras = [each.camera_id for each in worker.report.cameras]
        changes.append(_change_of(worker, ChangeKind.UPDATED))
        changes += await camera_changes(tx, worker.site_id, cameras)
    await tell(tx, changes)


async def camera_changes(tx: Transaction, site_id: UUID, camera_ids: Collection[UUID]) -> Sequence[NewChange]:
    """Changes of the cameras among these that hang at the site: a worker may name any."""
    if not camera_ids:
        return []
    known = await tx.cameras.sites_of(camera_ids)
    return [
        NewChange(Topic.CAMERA_HEALTH, ChangeKind.UPDATED, site_id, camera_id)
        for camera_id in camera_ids
        if camera_id in known and known[camera_id].site_id == site_id
    ]


async def tell(tx: Transaction, changes: Sequence[NewChange]) -> None:
    """Last in a transaction; nothing is done when there is nothing to tell."""
    if changes:
        await tx.changes.append(changes)


def _change_of(worker: Worker | WorkerState, kind: ChangeKind) -> NewChange:
    return NewChange(Topic.WORKERS, kind, worker.site_id, worker.worker_id)


def _is_the_same(before: WorkerState, worker: Worker) -> bool:
    """Whether a worker introduces itself as it did before."""
    return (before.display_name, before.software_version, before.model_id, before.capabilities) == (
        worker.display_name,
        worker.software_version,
        worker.model_id,
        worker.capabilities,
    )


def site_of(principal: Principal) -> UUID:
    """The one site of a worker. Raises PERMISSION_DENIED for a caller of none or of several."""
    sites = principal.site_ids or frozenset()
    if len(sites) != 1:
        raise FootfallError(
            ErrorKind.PERMISSION_DENIED, "PERMISSION_DENIED", "this needs the API key of one site"
        )
    return next(iter(sites))
