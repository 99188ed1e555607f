"""Gives workers the right to read cameras, and takes it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from footfall_server.domain.camera_lease import Lease, LeasePlan, LeaseTable, LeaseWord, Said
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Camera
from footfall_server.domain.worker import WorkerState
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.scope import begin_exclusive_for, begin_for
from footfall_server.services.workers import site_of

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LeaseAnswer:
    """What a worker is told of every camera of its site.

    Asking again after `look_again_in` may be answered otherwise, though nothing is heard of a change.
    """

    words: Sequence[LeaseWord] = ()
    look_again_in: timedelta | None = None


class CameraLeases:
    """Grants, renews and ends leases. One camera has one holder, over all replicas."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def ask(self, principal: Principal, said: Said) -> LeaseAnswer:
        """What the worker may read now. Its leases are renewed by it, and it gets what is free and its turn.

        Mostly leases only go on, which costs no lock. What changes hands does so in an exclusive transaction,
        and is told to the site's other workers as a change to the camera.
        """
        site_id = site_of(principal)
        async with begin_for(self._transactions, principal) as tx:
            standing = await tx.leases.standing(site_id)
            plan = LeaseTable(standing, said).plan()
            if not plan.changes_hands and await tx.leases.renew(plan.renewed):
                return _answer(plan, standing.now)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            standing = await tx.leases.settled(site_id)
            plan = LeaseTable(standing, said).plan()
            before = {each.camera_id: each.lease for each in standing.cameras if each.lease is not None}
            await tx.leases.save([*plan.renewed, *plan.granted, *plan.ended])
            moved = [each for each in plan.granted if not _goes_on(before.get(each.camera_id), each)]
            for lease in moved:
                _log.info(
                    "camera_passed_on",
                    camera_id=str(lease.camera_id),
                    worker_id=str(lease.worker_id),
                    lease_token=lease.token,
                )
            await _tell(tx, site_id, [each.camera_id for each in (*moved, *plan.ended)])
            return _answer(plan, standing.now)

    async def release(self, principal: Principal, worker_id: UUID, tokens: Mapping[UUID, int]) -> None:
        """The worker reads these cameras no more. A token that is not its newest changes nothing."""
        async with begin_for(self._transactions, principal) as tx:
            await _tell(tx, site_of(principal), await tx.leases.release(worker_id, tokens))


class LeaseHolders:
    """CameraHolders: whoever has the lease, while it has a link."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def holder_of(self, tx: Transaction, camera: Camera) -> WorkerState | None:
        """See CameraHolders.holder_of."""
        holder_id = (await tx.leases.holders([camera.camera_id])).get(camera.camera_id)
        worker = None if holder_id is None else await tx.workers.get(holder_id)
        if worker is None or not worker.as_of(self._clock.now()).is_linked:
            return None
        return worker


class LeaseAssignments:
    """CameraAssignments: kept with the camera, and heard by all links of the site."""

    async def assign(self, tx: Transaction, camera: Camera, worker_id: UUID) -> None:
        """See CameraAssignments.assign."""
        await tx.cameras.assign(camera.camera_id, worker_id)
        await _tell(tx, camera.site_id, [camera.camera_id])

    async def release(self, tx: Transaction, camera: Camera) -> None:
        """See CameraAssignments.release."""
        await tx.cameras.assign(camera.camera_id, None)
        await _tell(tx, camera.site_id, [camera.camera_id])


async def _tell(tx: Transaction, site_id: UUID, camera_ids: Sequence[UUID]) -> None:
    """Rings the links of the site's workers, and whoever watches its cameras."""
    if camera_ids:
        await tx.changes.append(
            [NewChange(Topic.CAMERAS, ChangeKind.UPDATED, site_id, camera_id) for camera_id in camera_ids]
        )


def _goes_on(before: Lease | None, lease: Lease) -> bool:
    """Whether the same worker goes on after its lease ran out, as after an outage: that is nobody's news."""
    return before is not None and before.token == lease.token and before.released_at is None


def _answer(plan: LeasePlan, now: datetime) -> LeaseAnswer:
    at = plan.look_again_at
    return LeaseAnswer(plan.told, None if at is None else max(at - now, timedelta(0)))
