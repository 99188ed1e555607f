"""Previews: frames go from a worker's link to who watches, here or at another replica.

A camera's watchers at this replica are one demand, which is a row and says so to the site's links. It is said
again while somebody watches, and is over soon after nobody does, also when this replica is killed. Frames of
links at this replica go straight to the watchers here; those of others come by way of the database.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from uuid import UUID

import structlog

from footfall_server.domain.change import FrameStored
from footfall_server.domain.preview import PreviewDemand, PreviewLimits, PreviewSize
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.finishing import finished
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.preview_slots import FrameSlot
from footfall_server.ports import Clock, PictureRelay, Transactions

RETRY_AFTER = timedelta(seconds=5)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PreviewTimes:
    """A demand is said every `renew`, and over after `lifetime`. A frame on its way is good for `frame`."""

    renew: timedelta = timedelta(seconds=5)
    lifetime: timedelta = timedelta(seconds=15)
    frame: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class WatchedCamera:
    """A camera, by where it is."""

    tenant_id: UUID
    site_id: UUID
    camera_id: UUID


class Previews:
    """The watchers at this replica."""

    def __init__(
        self,
        *,
        feed: ChangeFeed,
        transactions: Transactions,
        relay: PictureRelay,
        clock: Clock,
        limits: PreviewLimits,
        times: PreviewTimes | None = None,
    ) -> None:
        self._feed = feed
        self._transactions = transactions
        self._relay = relay
        self._clock = clock
        self._limits = limits
        self._times = times or PreviewTimes()
        self._audiences: dict[WatchedCamera, _Audience] = {}

    @asynccontextmanager
    async def watching(self, camera: WatchedCamera, asked: PreviewSize) -> AsyncIterator[FrameSlot]:
        """What one watcher is shown of a camera, for as long as the context is open.

        What is 0 in `asked` is as much as there may be. Raises RESOURCE_EXHAUSTED / TOO_MANY_PREVIEWS.
        """
        most = PreviewSize(asked.max_width or self._limits.max_width, asked.max_fps or self._limits.max_fps)
        slot = FrameSlot(most.within(self._limits))
        audience = self._audiences.get(camera)
        if audience is None:
            audience = self._audiences[camera] = _Audience(camera)
        audience.slots.add(slot)
        try:
            async with audience.turn:
                await self._say(audience, limited=True)
                if audience.following is None:
                    audience.following = asyncio.create_task(self._follow(audience))
            yield slot
        finally:
            audience.slots.discard(slot)
            await finished(self._leave(audience))

    def show(self, camera: WatchedCamera, frame: bytes) -> None:
        """A frame of a camera, for everybody who watches it at this replica."""
        audience = self._audiences.get(camera)
        if audience is not None:
            for slot in audience.slots:
                slot.put(frame)

    async def _say(self, audience: "_Audience", *, limited: bool) -> None:
        camera, now = audience.camera, self._clock.now()
        if not audience.slots:
            return
        demand = PreviewDemand(
            site_id=camera.site_id,
            camera_id=camera.camera_id,
            replica_id=self._relay.replica_id,
            size=reduce(PreviewSize.beside, (slot.size for slot in audience.slots)),
            watchers=len(audience.slots),
            expires_at=now + self._times.lifetime,
        )
        async with self._transactions.begin(camera.tenant_id) as tx:
            await tx.previews.want(demand)
            if limited and await tx.previews.watchers(now) > self._limits.watchers_per_tenant:
                raise _too_many(self._limits)

    async def _leave(self, audience: "_Audience") -> None:
        """Says what is wanted now that somebody left. Where that fails it is over by itself."""
        camera = audience.camera
        async with audience.turn:
            with contextlib.suppress(FootfallError):
                if audience.slots:
                    await self._say(audience, limited=False)
                else:
                    await audience.stop_following()
                    async with self._transactions.begin(camera.tenant_id) as tx:
                        await tx.previews.unwant(camera.camera_id, self._relay.replica_id, camera.site_id)
            # Others may have come meanwhile; they wait for their turn.
            if not audience.slots and self._audiences.get(camera) is audience:
                del self._audiences[camera]

    async def _follow(self, audience: "_Audience") -> None:
        """Says the demand again and again, and brings frames of links at other replicas."""
        loop = asyncio.get_running_loop()
        camera, renew = audience.camera, self._times.renew.total_seconds()
        said_at = loop.time()
        with self._feed.subscribe_word(FrameStored(camera.tenant_id, camera.camera_id)) as bell:
            while True:
                left = said_at + renew - loop.time()
                try:
                    if left <= 0:
                        said_at = loop.time()
                        await self._say(audience, limited=False)
                    elif await bell.wait(timedelta(seconds=left)):
                        await self._fetch(audience)
                except FootfallError as error:
                    _log.warning("preview_interrupted", reason=error.reason)
                    await asyncio.sleep(renew)

    async def _fetch(self, audience: "_Audience") -> None:
        camera = audience.camera
        async with self._transactions.begin(camera.tenant_id, sites={camera.site_id}) as tx:
            frame = await self._relay.look(tx, camera.camera_id)
        if frame is not None:
            self.show(camera, frame)


class _Audience:
    """Who watches a camera at this replica."""

    def __init__(self, camera: WatchedCamera) -> None:
        self.camera = camera
        self.slots: set[FrameSlot] = set()
        self.following: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()

    async def stop_following(self) -> None:
        """Returns when nothing more is said for those who left."""
        if self.following is not None:
            self.following.cancel()
            await asyncio.gather(self.following, return_exceptions=True)
            self.following = None


def _too_many(limits: PreviewLimits) -> FootfallError:
    return FootfallError(
        ErrorKind.RESOURCE_EXHAUSTED,
        "TOO_MANY_PREVIEWS",
        f"{limits.watchers_per_tenant} watch cameras of this tenant already",
        metadata={"limit": "previews"},
        retry_after=RETRY_AFTER,
    )
