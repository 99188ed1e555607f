"""One link's end of previews: what its site's watchers want, and frames on their way to them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.change import PreviewWanted
from footfall_server.domain.preview import PreviewDemand, PreviewSize, wanted_of
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.preview_slots import Pace
from footfall_server.live.previews import Previews, PreviewTimes, WatchedCamera
from footfall_server.ports import Clock, PictureRelay, Transactions

RECHECK = timedelta(minutes=1)


class PreviewSource:
    """Made for one link. Of frames that come faster than they can go on, the newest goes."""

    def __init__(
        self,
        *,
        tenant_id: UUID,
        site_id: UUID,
        previews: Previews,
        feed: ChangeFeed,
        transactions: Transactions,
        relay: PictureRelay,
        clock: Clock,
        times: PreviewTimes | None = None,
    ) -> None:
        self._tenant_id = tenant_id
        self._site_id = site_id
        self._previews = previews
        self._feed = feed
        self._transactions = transactions
        self._relay = relay
        self._clock = clock
        self._times = times or PreviewTimes()
        self._wanted: Mapping[UUID, PreviewSize] = {}
        self._elsewhere: frozenset[UUID] = frozenset()
        self._paces: dict[UUID, Pace] = {}
        self._going: dict[UUID, bytes] = {}
        self._there_is_one = asyncio.Event()

    async def wanted(self) -> AsyncGenerator[Mapping[UUID, PreviewSize], None]:
        """What each watched camera of the site is to send, whenever that changes; without end.

        Nothing is told while nobody watches anything from the beginning.
        """
        with self._feed.subscribe_word(PreviewWanted(self._tenant_id, self._site_id)) as bell:
            while True:
                now = self._clock.now()
                async with self._transactions.begin(self._tenant_id, sites={self._site_id}) as tx:
                    demands = await tx.previews.wanted_at(self._site_id, now)
                if self._take(demands):
                    yield self._wanted
                # One that is not said again is over without a word.
                ends = [demand.expires_at - now for demand in demands]
                await bell.wait(min([*ends, RECHECK]))

    def put(self, camera_id: UUID, frame: bytes) -> None:
        """A frame from the worker; left out when nobody watches the camera, or too soon after another."""
        size = self._wanted.get(camera_id)
        if size is None:
            return
        if not self._paces.setdefault(camera_id, Pace()).lets_by(
            size.max_fps, asyncio.get_running_loop().time()
        ):
            return
        self._previews.show(WatchedCamera(self._tenant_id, self._site_id, camera_id), frame)
        if camera_id in self._elsewhere:
            self._going[camera_id] = frame
            self._there_is_one.set()

    async def relay(self) -> None:
        """Takes frames to watchers at other replicas, one after the other. Raises UNAVAILABLE."""
        while True:
            await self._there_is_one.wait()
            self._there_is_one.clear()
            going, self._going = self._going, {}
            expires_at = self._clock.now() + self._times.frame
            async with self._transactions.begin(self._tenant_id, sites={self._site_id}) as tx:
                for camera_id, frame in going.items():
                    await self._relay.show(tx, camera_id, self._site_id, frame, expires_at)

    def _take(self, demands: Sequence[PreviewDemand]) -> bool:
        """Whether something else is wanted than before."""
        before, self._wanted = self._wanted, wanted_of(demands)
        here = self._relay.replica_id
        self._elsewhere = frozenset(each.camera_id for each in demands if each.replica_id != here)
        for camera_id in self._paces.keys() - self._wanted.keys():
            del self._paces[camera_id]
        return self._wanted != before
