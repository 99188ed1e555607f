"""Tells which cameras a site's workers should read, and again whenever that changes."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.change import Topic
from footfall_server.domain.places import DesiredCameras
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.ports import Clock, Transactions

RECHECK = timedelta(minutes=1)


class DesiredCameraFeed:
    """Follows the desired cameras of sites."""

    def __init__(
        self, *, feed: ChangeFeed, transactions: Transactions, clock: Clock, recheck: timedelta = RECHECK
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._transactions = transactions
        self._recheck = recheck

    async def sets(self, tenant_id: UUID, site_id: UUID) -> AsyncGenerator[DesiredCameras, None]:
        """The site's set as it is now, then each new one; without end.

        It is looked at when a camera of the tenant changed, and once in a while: word may be lost, and
        what a site may recognise people by expires.
        """
        with self._feed.subscribe(tenant_id, frozenset({Topic.CAMERAS})) as bell:
            told: DesiredCameras | None = None
            while True:
                async with self._transactions.begin(tenant_id, sites={site_id}) as tx:
                    desired = await tx.cameras.desired(site_id, self._clock.now())
                if told is None or desired.cameras != told.cameras:
                    told = desired
                    yield desired
                await bell.wait(self._recheck)
