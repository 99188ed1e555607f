"""The leases of one link's worker: asked for it, and told to it when they change."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.camera_lease import LeaseWord, Said
from footfall_server.domain.change import Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import DesiredCameras
from footfall_server.errors import FootfallError
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.rpc import convert_leases, convert_links
from footfall_server.rpc.event_intake import TRANSIENT
from footfall_server.services.camera_leases import CameraLeases, LeaseAnswer
from footfall_server.services.scope import tenant_of

RECHECK = timedelta(seconds=30)
SOONEST = timedelta(seconds=1)
"""A link asks for its worker at most so often by itself."""

Say = Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]

log = structlog.get_logger()


class LinkLeases:
    """Asks one at a time, and says the answer before the next is asked: what is said last is true.

    Where the store cannot be asked any more, what was said last is said again: a worker that heard nothing
    would stop reading while nobody else can have its cameras. As if the link were down, when a worker goes
    on, too.
    """

    def __init__(
        self, *, principal: Principal, worker_id: UUID, leases: CameraLeases, feed: ChangeFeed
    ) -> None:
        self._principal = principal
        self._worker_id = worker_id
        self._leases = leases
        self._feed = feed
        self._turn = asyncio.Lock()
        self._answer: LeaseAnswer | None = None
        self._shown: frozenset[UUID] = frozenset()

    async def tell_desired(
        self, desired: DesiredCameras, say: Callable[[Mapping[UUID, LeaseWord]], Awaitable[None]]
    ) -> None:
        """Says a set of cameras with the lease of each."""
        async with self._turn:
            answer = await self._ask(Said(self._worker_id))
            self._shown = frozenset(camera.camera_id for camera in desired.cameras)
            await say({word.camera_id: word for word in answer.words})

    async def answer(
        self,
        held: Mapping[UUID, int],
        clock_offset: timedelta | None,
        say: Callable[[Sequence[ingest_service_pb2.CameraLease]], Awaitable[None]],
    ) -> None:
        """Renews what the worker holds, and answers its heartbeat. See Said."""
        async with self._turn:
            answer = await self._ask(Said(self._worker_id, held, clock_offset))
            await say(convert_leases.to_leases(answer.words))

    async def release(self, message: ingest_service_pb2.LeaseRelease) -> None:
        """The worker gave cameras back. Where that cannot be kept now, their leases run out."""
        try:
            async with self._turn:
                tokens = convert_leases.from_held(message.cameras)
                await self._leases.release(self._principal, self._worker_id, tokens)
        except FootfallError as error:
            if error.kind not in TRANSIENT:
                raise
            log.warning("leases_not_released", worker_id=str(self._worker_id), reason=error.reason)

    async def tell(self, say: Say) -> None:
        """Says what changed between two heartbeats, without end."""
        with self._feed.subscribe(tenant_of(self._principal), frozenset({Topic.CAMERAS})) as bell:
            while True:
                known = self._answer or LeaseAnswer()
                patience = min(known.look_again_in or RECHECK, RECHECK)
                await bell.wait(max(patience, SOONEST))
                async with self._turn:
                    known = self._answer or LeaseAnswer()
                    before = {word.camera_id: word for word in known.words}
                    answer = await self._ask(Said(self._worker_id))
                    changed = [word for word in answer.words if self._is_news(word, before)]
                    if changed:
                        await say(convert_links.to_camera_leases(changed))

    def _is_news(self, word: LeaseWord, before: Mapping[UUID, LeaseWord]) -> bool:
        return word.camera_id in self._shown and before.get(word.camera_id) != word

    async def _ask(self, said: Said) -> LeaseAnswer:
        """Raises what keeps a link from its first answer: without one the worker goes on by itself."""
        try:
            self._answer = await self._leases.ask(self._principal, said)
        except FootfallError as error:
            if error.kind not in TRANSIENT or self._answer is None:
                raise
            log.warning("leases_not_asked", worker_id=str(self._worker_id), reason=error.reason)
        return self._answer
