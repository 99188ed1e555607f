"""When cameras were to be read, and when they were. Pure.

Of each camera there are spans of two kinds. It is WANTED from when it is hung or switched on until it is
switched off or taken down. It is UP while a worker says so: heartbeats come twice a minute, and one that
says that the camera is online carries its span on. Both are kept, so that what was a gap stays one after the
camera is gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.report import Coverage
from footfall_server.domain.report_period import BucketName, Calendar, Span

PATIENCE: Final = timedelta(seconds=100)
"""Two heartbeats that follow each other within this time have nothing missing between them: three of them."""
KEPT: Final = timedelta(days=3 * 366)
"""As long as anybody compares years."""
_NOTHING: Final = timedelta(0)


class UptimeKind(StrEnum):
    """What a span says."""

    WANTED = "wanted"
    UP = "up"


@dataclass(frozen=True, slots=True)
class UptimeSpan:
    """Some time of a camera. `end` is None while it goes on, which only wanting does."""

    camera_id: UUID
    site_id: UUID
    kind: UptimeKind
    start: datetime
    end: datetime | None = None


@dataclass(slots=True)
class _Share:
    wanted: timedelta = _NOTHING
    up: timedelta = _NOTHING


Moments = Sequence[tuple[datetime, datetime]]
"""Spans that do not overlap, in the order of time."""


def coverage(calendars: Sequence[Calendar], spans: Iterable[UptimeSpan], now: datetime) -> Coverage:
    """The share of the time in which cameras were wanted that they were up, by bucket and of all.

    What is still to come is no gap. A bucket in which no camera was wanted, as before this was kept, has
    none.
    """
    of_camera: defaultdict[UUID, defaultdict[UUID, list[UptimeSpan]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        of_camera[span.site_id][span.camera_id].append(span)
    shares: defaultdict[BucketName, _Share] = defaultdict(_Share)
    for calendar in calendars:
        for site_id in calendar.site_ids:
            for of_one in of_camera[site_id].values():
                wanted = _joined((each for each in of_one if each.kind is UptimeKind.WANTED), now)
                up = _both(wanted, _joined((each for each in of_one if each.kind is UptimeKind.UP), now))
                for bucket, length in _within(calendar.spans, wanted):
                    shares[bucket].wanted += length
                for bucket, length in _within(calendar.spans, up):
                    shares[bucket].up += length
    known = {name: share for name, share in shares.items() if share.wanted > _NOTHING}
    wanted_at_all = sum((share.wanted for share in known.values()), _NOTHING)
    up_at_all = sum((share.up for share in known.values()), _NOTHING)
    return Coverage(
        {name: share.up / share.wanted for name, share in known.items()},
        up_at_all / wanted_at_all if known else None,
    )


def _joined(spans: Iterable[UptimeSpan], now: datetime) -> Moments:
    """The moments of spans, each once: a camera that two workers tell of is up once."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((each.start, min(each.end or now, now)) for each in spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _both(some: Moments, others: Moments) -> Moments:
    """The moments that are in both."""
    found: list[tuple[datetime, datetime]] = []
    at, other_at = 0, 0
    while at < len(some) and other_at < len(others):
        start, end = max(some[at][0], others[other_at][0]), min(some[at][1], others[other_at][1])
        if start < end:
            found.append((start, end))
        if some[at][1] < others[other_at][1]:
            at += 1
        else:
            other_at += 1
    return found


def _within(spans: Sequence[Span], moments: Moments) -> Iterator[tuple[BucketName, timedelta]]:
    """How much of each span the moments take; spans follow each other in the order of time."""
    first = 0
    for start, end in moments:
        while first < len(spans) and spans[first].end <= start:
            first += 1
        at = first
        while at < len(spans) and spans[at].start < end:
            yield spans[at].bucket, min(spans[at].end, end) - max(spans[at].start, start)
            at += 1
