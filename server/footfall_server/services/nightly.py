"""What is done once a day for each tenant, on one replica."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import structlog

from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, Transactions
from footfall_server.services.audit_anchors import AuditAnchors
from footfall_server.services.reclustering import Reclustering

KEPT_FOR = timedelta(days=30)
"""How long the faces of single tracks are kept, and why events were decided as they were."""

LOOK_EVERY = timedelta(minutes=5)

NIGHT = time(2, 30, tzinfo=UTC)
"""When a day's jobs are due. A replica that was away then does them when it is back."""

RECLUSTER, FORGET, AUDIT_HEAD = "recluster", "forget_track_faces", "audit_head"

Job = Callable[[UUID], Awaitable[dict[str, int]]]

_log = structlog.get_logger()


class Nightly:
    """Runs on every replica; a tenant's job is claimed in the database, so one of them does it."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        reclustering: Reclustering,
        anchors: AuditAnchors,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._jobs: dict[str, Job] = {
            RECLUSTER: self._recluster,
            FORGET: self._forget,
            AUDIT_HEAD: anchors.note,
        }
        self._reclustering = reclustering
        self._anchors = anchors

    async def run(self) -> None:
        """Looks for jobs that are due for as long as the process lives."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            try:
                await self.run_due()
            except FootfallError as error:
                _log.warning("nightly_jobs_wait", reason=error.reason)

    async def run_due(self) -> int:
        """Does what is due and what nobody else does. Returns how many jobs that were."""
        await self._anchors.note_installation(not_since=last_night(self._clock.now()))
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        return sum([await self._run(tenant_id, name) for tenant_id in tenant_ids for name in self._jobs])

    async def _run(self, tenant_id: UUID, name: str) -> bool:
        now = self._clock.now()
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            if not await tx.jobs.claim(name, at=now, not_since=last_night(now)):
                return False
        summary = await self._jobs[name](tenant_id)
        async with self._transactions.begin(tenant_id) as tx:
            await tx.jobs.finish(name, at=self._clock.now(), summary=json.dumps(summary))
        _log.info("nightly_job_done", job=name, tenant_id=str(tenant_id), **summary)
        return True

    async def _recluster(self, tenant_id: UUID) -> dict[str, int]:
        found = await self._reclustering.refresh(tenant_id)
        return {"suggestions": found.suggestions, "customers": found.customers, "waiting": found.waiting}

    async def _forget(self, tenant_id: UUID) -> dict[str, int]:
        before = self._clock.now() - KEPT_FOR
        async with self._transactions.begin(tenant_id) as tx:
            return {
                "decisions": await tx.decisions.forget(before),
                "track_faces": await tx.gallery.forget_track_faces(before),
            }


def last_night(now: datetime) -> datetime:
    """The last time at which the day's jobs became due."""
    tonight = datetime.combine(now.astimezone(UTC).date(), NIGHT)
    return tonight if tonight <= now else tonight - timedelta(days=1)
