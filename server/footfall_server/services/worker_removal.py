"""What becomes of a worker whose machine is gone for good."""

from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.revocation import Revocation
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, Transactions
from footfall_server.services.scope import begin_exclusive_for


class WorkerRemoval:
    """Forgets workers that have no link."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def delete(self, principal: Principal, worker_id: UUID) -> None:
        """Forgets a worker, ends its certificates and tokens, and gives its cameras to any of the site.

        Raises NOT_FOUND, and FAILED_PRECONDITION / WORKER_ONLINE for one that has a link.
        """
        # In the critical section that certificates and leases need, too: nothing is issued to it meanwhile.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            worker = await tx.workers.get(worker_id)
            if worker is None or not principal.may_see(worker.site_id):
                raise not_found("worker", worker_id)
            now = self._clock.now()
            if worker.as_of(now).is_linked:
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "WORKER_ONLINE",
                    f"the worker {worker_id} has a link to the core",
                    metadata={"worker_id": str(worker_id)},
                )
            ended = await tx.certificates.revoke_worker(worker_id, now)
            if ended:
                await tx.revocations.add(Revocation(worker_id, now))
            cameras = await tx.cameras.unassign(worker_id)
            await tx.workers.remove(worker_id)
            told: dict[str, object] = {
                "site_id": worker.site_id,
                "certificates": ended,
                "cameras": [str(camera_id) for camera_id in cameras],
            }
            await tx.audit.append(
                AuditEntry.of(
                    principal, Action.WORKER_DELETE, worker_id, at=now, detail=told, resource="worker"
                )
            )
            await tx.changes.append(
                [
                    NewChange(Topic.WORKERS, ChangeKind.DELETED, worker.site_id, worker_id),
                    *(
                        NewChange(Topic.CAMERAS, ChangeKind.UPDATED, worker.site_id, camera_id)
                        for camera_id in cameras
                    ),
                ]
            )
