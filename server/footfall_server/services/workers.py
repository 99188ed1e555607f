"""Edge workers as they come and live on their links."""

from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.domain.worker import Worker
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transactions
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


class WorkerService:
    """Admits workers and keeps what is known of them."""

    def __init__(self, *, transactions: Transactions, clock: Clock, models: TenantModels) -> None:
        self._transactions = transactions
        self._clock = clock
        self._models = models

    async def admit(self, principal: Principal, introduction: Introduction) -> int:
        """Lets a worker in. Returns the sequence that is acknowledged of its spool.

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
        )
        async with begin_for(self._transactions, principal) as tx:
            return await tx.workers.admit(worker)

    async def seen(self, principal: Principal, worker_id: UUID) -> None:
        """Notes that the worker lives."""
        async with begin_for(self._transactions, principal) as tx:
            await tx.workers.seen(worker_id, self._clock.now())

    async def skip(self, principal: Principal, place: SpoolPlace) -> None:
        """Acknowledges a place whose event could not even be read, so that it never comes again."""
        async with begin_for(self._transactions, principal) as tx:
            await tx.workers.advance(place.worker_id, place.spool_id, place.sequence, self._clock.now())


def site_of(principal: Principal) -> UUID:
    """The one site of a worker. Raises PERMISSION_DENIED for a caller of none or of several."""
    sites = principal.site_ids or frozenset()
    if len(sites) != 1:
        raise FootfallError(
            ErrorKind.PERMISSION_DENIED, "PERMISSION_DENIED", "this needs the API key of one site"
        )
    return next(iter(sites))
