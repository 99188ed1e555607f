"""Sees to it once a night that the face index has what the gallery has, and nothing else."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.jobs import JobResult
from footfall_server.ports import Clock, FaceIndex, Transactions
from footfall_server.services.index_maintenance import IndexMaintenance
from footfall_server.services.index_verification import SETTLING, IndexReport, IndexVerification
from footfall_server.services.index_writer import IndexWriter

DRIFTED: Final = "DRIFTED"
"""The failure of a check after whose repair the index still differs."""

_log = structlog.get_logger()


class IndexCheck:
    """Compares a tenant's faces in the index with the gallery, mends what differs, and looks again.

    Works beside replicas that carry faces: what comes and goes meanwhile is theirs, and told of as waiting.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        maintenance: IndexMaintenance,
        writer: IndexWriter,
        clock: Clock,
        patience: timedelta = SETTLING,
        pause: timedelta = timedelta(milliseconds=500),
    ) -> None:
        """patience: for so long the index may take to find what it was given again."""
        self._maintenance = maintenance
        self._writer = writer
        self._strict = IndexVerification(
            transactions=transactions, index=index, clock=clock, settling=timedelta(0)
        )
        self._patience = patience.total_seconds()
        self._pause = pause.total_seconds()

    async def check(self, tenant_id: UUID) -> JobResult:
        """Counts of all models that the tenant takes: `missing` and `orphaned` are what differed before.

        `left` of them differ still, which is a failure. Raises UNAVAILABLE, and INDEX_FULL when the index
        takes no more.
        """
        found = [each async for each in self._maintenance.verify(tenant_id, repair=True)]
        # Whatever was put back waits in the outbox; replicas carry it as well, and no face twice.
        carried = await self._writer.drain(tenant_id)
        drifted = {each.model_id: each for each in found if each.drifted}
        left = await self._left(tenant_id, drifted)
        summary = {
            "faces": sum(each.gallery for each in found),
            "waiting": sum(each.waiting for each in found),
            "missing": sum(len(each.missing) for each in found),
            "orphaned": sum(len(each.orphaned) for each in found),
            "carried": carried,
            "left": left,
        }
        if drifted:
            log = _log.bind(tenant_id=str(tenant_id), **summary)
            log.error("index_drifted_still") if left else log.warning("index_drifted")
        return JobResult(summary, DRIFTED if left else "")

    async def _left(self, tenant_id: UUID, drifted: Mapping[str, IndexReport]) -> int:
        """How many faces differ as they did before, once the index has had its time."""
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            left = sum([await self._differing(tenant_id, each) for each in drifted.values()])
            if not left or asyncio.get_running_loop().time() > deadline:
                return left
            await asyncio.sleep(self._pause)

    async def _differing(self, tenant_id: UUID, before: IndexReport) -> int:
        # Others may differ for a moment: somebody is recorded or leaves while it is looked.
        after = await self._strict.verify(tenant_id, before.model_id)
        missing = frozenset(before.missing).intersection(after.missing)
        return len(missing) + len(frozenset(before.orphaned).intersection(after.orphaned))
