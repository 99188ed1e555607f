"""Whether this replica can serve, told to health probes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from footfall_server.errors import FootfallError
from footfall_server.ports import ImageStore, Transactions
from footfall_server.services.index_recovery import IndexRecovery

_NOBODY = UUID(int=0)

log = structlog.get_logger()


class ServingSign(Protocol):
    """Where probes look; the gRPC server has it."""

    async def set_serving(self, *, serving: bool) -> None: ...


class Readiness:
    """Ready once the index and the bucket are prepared, for as long as PostgreSQL answers.

    A database into which a backup is put back is not served before that is finished: until then people may be
    known in it who were erased since.

    An index or an object store that goes away later makes single calls fail, not the replica: what does not
    need them is still served.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: IndexRecovery,
        images: ImageStore,
        sign: ServingSign,
        every: timedelta = timedelta(seconds=2),
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._images = images
        self._sign = sign
        self._every = every
        self._prepared = False
        self._restoring = False

    async def run(self) -> None:
        """Looks again and again for as long as the process lives."""
        was_ready: bool | None = None
        while True:
            ready = await self._is_ready()
            if ready != was_ready:
                log.info("readiness_changed", ready=ready)
                await self._sign.set_serving(serving=ready)
                was_ready = ready
            await asyncio.sleep(self._every.total_seconds())

    async def _is_ready(self) -> bool:
        return (
            await self._succeeds("postgres", self._ask_database)
            and not self._restoring
            and (self._prepared or await self._succeeds("index_and_images", self._prepare))
        )

    async def _succeeds(self, what: str, attempt: Callable[[], Awaitable[None]]) -> bool:
        try:
            await attempt()
        except FootfallError as error:
            log.warning("not_ready", of=what, reason=error.reason)
            return False
        return True

    async def _ask_database(self) -> None:
        async with self._transactions.begin_platform() as tx:
            await tx.get_tenant(_NOBODY)
            self._restoring = await tx.being_restored()
        if self._restoring:
            log.warning("not_ready", of="restore", reason="RESTORE_UNFINISHED")

    async def _prepare(self) -> None:
        await self._index.prepare()
        await self._images.prepare()
        self._prepared = True
