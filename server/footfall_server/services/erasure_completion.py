"""Looks after erasures until nothing is left of whom they were about, and says so in a receipt."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.erasure import Erasure, receipt_key
from footfall_server.domain.erasure_document import ErasureDocument
from footfall_server.ports import Clock, ImageStore, Transaction, Transactions
from footfall_server.services.rounds import come_round, each_tenant

_AT_ONCE: Final = 20
CLAIM: Final = "erasure"
"""Under which a receipt tells of the erasure."""

_log = structlog.get_logger()


class ErasureCompletion:
    """Every replica runs it, and no two look after the same erasure at once.

    The rows went with the transaction that noted the erasure. It is complete once the writer of the index
    saw the vectors gone, and the object store has no version of the objects.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        images: ImageStore,
        sign: Callable[[Mapping[str, object]], str],
        issuer: str,
        clock: Clock,
        every: timedelta,
    ) -> None:
        """sign: makes a compact JWS of claims, as ErasureKey.sign does."""
        self._transactions = transactions
        self._images = images
        self._sign = sign
        self._issuer = issuer
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.sweep, every=self._every, failed="erasures_wait")

    async def sweep(self) -> int:
        """Completes what can be completed now, in every tenant; how many erasures that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenants_with_open_erasures()
        return await each_tenant(tenant_ids, self._sweep)

    async def _sweep(self, tenant_id: UUID) -> int:
        completed = 0
        async with self._transactions.begin(tenant_id) as tx:
            for erasure in await tx.erasures.open(_AT_ONCE):
                completed += await self._complete(tx, erasure)
        return completed

    async def _complete(self, tx: Transaction, erasure: Erasure) -> bool:
        """Whether it is complete now."""
        log = _log.bind(tenant_id=str(tx.tenant_id), erasure_id=str(erasure.erasure_id))
        if left := await tx.gallery.being_removed(erasure.face_ids):
            log.info("erasure_waits_for_index", vectors=len(left))
            return False
        if survivors := await self._images.erase(erasure.object_keys):
            log.error("erasure_survivors", objects=survivors)
            return False
        await tx.decisions.leave_out(erasure.person_ids)
        now = self._clock.now()
        receipt = self._sign(self._claims(tx.tenant_id, erasure, now))
        # Where a database that is put back from a backup finds it. The erasure itself is committed, so
        # this may lie there whatever becomes of the transaction.
        stones = await tx.erasures.tombstones_of(erasure.erasure_id)
        document = ErasureDocument(
            erasure.erasure_id,
            erasure.erased_at,
            receipt,
            {each.digest: each.kind.value for each in stones},
        )
        await self._images.put(
            receipt_key(tx.tenant_id, erasure.erasure_id), document.to_json(), "application/json"
        )
        await tx.erasures.complete(erasure.erasure_id, now, receipt)
        log.info("erasure_complete", seconds=round((now - erasure.erased_at).total_seconds(), 1))
        return True

    def _claims(self, tenant_id: UUID, erasure: Erasure, now: datetime) -> Mapping[str, object]:
        """What the receipt says: registered names as in RFC 7519, the rest under one of our own."""
        return {
            "iss": self._issuer,
            "jti": str(erasure.erasure_id),
            "iat": int(now.timestamp()),
            CLAIM: {
                "tenant_id": str(tenant_id),
                "kind": erasure.kind.value,
                "subject_id": str(erasure.subject_id),
                "ticket": erasure.ticket,
                "erased_at": erasure.erased_at.isoformat(),
                "completed_at": now.isoformat(),
                "removed": dict(erasure.counts.as_mapping()),
                "verified": {
                    "rows": "deleted in one transaction, and taken out of the reasons of others' events",
                    "vectors": "searched for in the index and not found",
                    "objects": "no version found in the object store",
                },
            },
        }
