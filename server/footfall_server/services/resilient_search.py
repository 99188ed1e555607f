"""Nearest faces also while the index is away: then they are searched exactly, in what PostgreSQL has."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt
import structlog

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, FaceIndex, IndexHit
from footfall_server.services.fallback_galleries import FallbackGalleries
from footfall_server.services.index_verification import IndexReport

PATIENCE = timedelta(seconds=2)
"""How long the index may take for a search; it takes tens of milliseconds."""

_log = structlog.get_logger()


class Verification(Protocol):
    """Tells whether the index has what it should; services.index_verification does."""

    async def verify(self, tenant_id: UUID, model_id: str, *, repair: bool = False) -> IndexReport: ...


@dataclass(eq=False, slots=True)
class _Breaker:
    """What is known of a model's collection: trusted, or away since.

    `tenants` searched it since; `last` of all and `dimension` are for asking whether it answers again.
    """

    last: UUID
    dimension: int
    away_since: datetime | None = None
    tenants: set[UUID] = field(default_factory=set)


class ResilientSearch:
    """FaceSearch for ingest. Each model's collection is behind a breaker of its own.

    The first search that fails, or that takes too long, opens it. While it is open nobody waits for the
    index; it is asked every other second whether it answers again. It is trusted again once it was compared
    with the gallery of everybody who searched meanwhile, and what it had lost is in the outbox: an index that
    has just started may answer before it has caught up.
    """

    def __init__(
        self,
        *,
        index: FaceIndex,
        galleries: FallbackGalleries,
        verification: Verification,
        clock: Clock,
        patience: timedelta = PATIENCE,
        look_every: timedelta = timedelta(seconds=2),
    ) -> None:
        self._index = index
        self._galleries = galleries
        self._verification = verification
        self._clock = clock
        self._patience = patience.total_seconds()
        self._look_every = look_every.total_seconds()
        self._breakers: dict[str, _Breaker] = {}

    def is_away(self, model_id: str) -> bool:
        """Whether the model is searched in memory at present."""
        breaker = self._breakers.get(model_id)
        return breaker is not None and breaker.away_since is not None

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """See FaceSearch.search. `embeddings` are L2-normalised.

        Raises UNAVAILABLE / INDEX_UNAVAILABLE when the index is away and there is no room for the tenant's
        faces in memory.
        """
        if not len(embeddings):
            return []
        breaker = self._breakers.setdefault(model_id, _Breaker(tenant_id, embeddings.shape[1]))
        breaker.last = tenant_id
        if breaker.away_since is None:
            try:
                async with asyncio.timeout(self._patience):
                    return await self._index.search(tenant_id, model_id, embeddings, limit)
            except TimeoutError:
                reason = "TIMEOUT"
            except FootfallError as error:
                if error.kind is not ErrorKind.UNAVAILABLE:
                    raise
                reason = error.reason
            self._open(model_id, breaker, reason)
        breaker.tenants.add(tenant_id)
        return await self._galleries.search(tenant_id, model_id, embeddings, limit)

    async def run(self) -> None:
        """Looks after the collections for as long as the process lives."""
        while True:
            await asyncio.sleep(self._look_every)
            await self.look()

    async def look(self) -> None:
        """Asks whether the collections answer; one that is trusted, too, before events find out."""
        for model_id, breaker in tuple(self._breakers.items()):
            if not await self._answers(model_id, breaker):
                self._open(model_id, breaker, "NO_ANSWER")
            elif breaker.away_since is not None and await self._is_whole(model_id, breaker):
                self._close(model_id, breaker)

    async def _answers(self, model_id: str, breaker: _Breaker) -> bool:
        anything = np.eye(1, breaker.dimension, dtype=np.float32)
        try:
            async with asyncio.timeout(self._patience):
                if not await self._index.exists(model_id):
                    return False
                await self._index.search(breaker.last, model_id, anything, 1)
        except (FootfallError, TimeoutError):
            return False
        return True

    async def _is_whole(self, model_id: str, breaker: _Breaker) -> bool:
        """Whether what the index lacks, if anything, is in the outbox by now."""
        seen: set[UUID] = set()
        try:
            while unseen := {breaker.last, *breaker.tenants} - seen:
                for tenant_id in sorted(unseen):
                    report = await self._verification.verify(tenant_id, model_id, repair=True)
                    if report.missing:
                        _log.warning("face_index.lost_faces", model_id=model_id, faces=len(report.missing))
                seen |= unseen
        except FootfallError as error:
            _log.warning("face_index.not_compared", model_id=model_id, reason=error.reason)
            return False
        return True

    def _open(self, model_id: str, breaker: _Breaker, reason: str) -> None:
        if breaker.away_since is None:
            breaker.away_since = self._clock.now()
            _log.warning("face_index.away", model_id=model_id, reason=reason)

    def _close(self, model_id: str, breaker: _Breaker) -> None:
        if breaker.away_since is not None:
            away = self._clock.now() - breaker.away_since
            breaker.away_since = None
            breaker.tenants.clear()
            self._galleries.free(model_id)
            _log.info("face_index.back", model_id=model_id, seconds=round(away.total_seconds(), 1))
