"""Periods of business days, and how they are cut into buckets. Pure.

A bucket is named by what the wall clock shows, so sites in several zones share buckets; which moments belong
to it is each site's own matter. Days are the business days of the rule that holds at the moment, as visits
have them: they have 23, 24 or 25 hours, and a site that moved to another zone keeps its past.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from footfall_server.domain.business_day import beginning_of
from footfall_server.domain.site_rules import SiteRule, SiteRules

MAX_BUCKETS: Final = 1000
"""Of one period. More than a screen or a spreadsheet shows, and less than keeps a core busy for long."""
MAX_DAYS: Final = 3700
"""Ten years, for periods that are cut into weeks or months."""
_PERIODS_REMEMBERED: Final = 64
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)


class Granularity(StrEnum):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Weekday(StrEnum):
    """A day of the week, in the order of date.weekday()."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """0 for Monday, as date.weekday() has it."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from `start` to `end`, both of which are counted."""

    start: date
    end: date

    def days(self) -> Iterator[date]:
        """Each of its days."""
        return (self.start + number * _DAY for number in range((self.end - self.start).days + 1))


@dataclass(frozen=True, slots=True)
class Cut:
    """How a period is cut: weeks begin on `week_start`."""

    granularity: Granularity
    week_start: Weekday = Weekday.MONDAY


class BucketName(NamedTuple):
    """What a bucket is called; buckets of a period sort by it.

    `hour` is of the wall clock, and -1 for buckets of days. `again` is true of an hour that the clock shows
    for the second time.
    """

    start: date
    hour: int = -1
    again: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Moments of one site, `end` excluded, and the bucket that they belong to."""

    start: datetime
    end: datetime
    bucket: BucketName


@dataclass(frozen=True, slots=True)
class Calendar:
    """Sites of the same rules, with the spans of a period in the order of time. Spans never overlap."""

    site_ids: tuple[UUID, ...]
    spans: tuple[Span, ...]

    def renamed(self, name: Callable[[BucketName], BucketName]) -> "Calendar":
        """The same moments in other buckets."""
        return replace(self, spans=tuple(replace(each, bucket=name(each.bucket)) for each in self.spans))


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket. `last_day` is the last business day in it; `start` and `end` span it over all sites."""

    name: BucketName
    last_day: date
    start: datetime
    end: datetime


def too_long(period: Period, cut: Cut) -> str | None:
    """What is wrong with a period that has too many buckets, in a sentence; None when nothing is."""
    days = (period.end - period.start).days + 1
    if days > MAX_DAYS:
        return f"makes {days} days, and at most {MAX_DAYS} are counted at once"
    count = {Granularity.HOUR: days * 24, Granularity.DAY: days}.get(cut.granularity, 0)
    if count > MAX_BUCKETS:
        return (
            f"makes about {count} {cut.granularity}s, and at most {MAX_BUCKETS} are counted at once: "
            "shorten it, or count by something longer"
        )
    return None


def calendars(period: Period, cut: Cut, rules: Mapping[UUID, SiteRules]) -> Sequence[Calendar]:
    """The moments of a period, for sites by their rules. Sites of the same rules have one calendar."""
    alike: dict[tuple[object, ...], list[UUID]] = {}
    for site_id in sorted(rules):
        alike.setdefault(_clock_of(rules[site_id]), []).append(site_id)
    return [
        Calendar(tuple(site_ids), tuple(spans(period, cut, rules[site_ids[0]])))
        for site_ids in alike.values()
    ]


def spans(period: Period, cut: Cut, rules: SiteRules) -> Sequence[Span]:
    """The moments of a period at one site, in the order of time; neighbours of one bucket are one span."""
    return _spans(period, cut, rules.versions)


@lru_cache(maxsize=_PERIODS_REMEMBERED)
def _spans(period: Period, cut: Cut, versions: tuple[SiteRule, ...]) -> tuple[Span, ...]:
    # Who looks at reports looks at the same periods again, at sites of the same rules.
    return tuple(_joined(period, cut, versions))


def _joined(period: Period, cut: Cut, versions: tuple[SiteRule, ...]) -> Iterator[Span]:
    last: Span | None = None
    for span in sorted(_pieces(period, cut, versions), key=lambda each: each.start):
        if last is not None and (last.end, last.bucket) == (span.start, span.bucket):
            last = Span(last.start, span.end, span.bucket)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def buckets(period: Period, cut: Cut, of_sites: Iterable[Calendar]) -> Sequence[Bucket]:
    """The buckets that the sites have, in their order."""
    extent: dict[BucketName, tuple[datetime, datetime]] = {}
    for span in (span for calendar in of_sites for span in calendar.spans):
        start, end = extent.get(span.bucket, (span.start, span.end))
        extent[span.bucket] = (min(start, span.start), max(end, span.end))
    last_days = _last_days(period, cut)
    return [Bucket(name, last_days.get(name, name.start), *extent[name]) for name in sorted(extent)]


def _clock_of(rules: SiteRules) -> tuple[object, ...]:
    """What says where a site's days begin: its zone and its day, with the moments from which they hold."""
    return tuple((each.effective_at, each.time_zone, each.business_day_start) for each in rules.versions)


@lru_cache(maxsize=_PERIODS_REMEMBERED)
def starts_of_days(period: Period, cut: Cut) -> Mapping[date, date]:
    """The first day of the bucket of each day of a period, where buckets are days or longer.

    A week or month that began before the period begins with it.
    """
    return {day: _bucket_of(day, period, cut).start for day in period.days()}


@lru_cache(maxsize=_PERIODS_REMEMBERED)
def _last_days(period: Period, cut: Cut) -> Mapping[BucketName, date]:
    return {BucketName(start): day for day, start in starts_of_days(period, cut).items()}


def _bucket_of(day: date, period: Period, cut: Cut) -> BucketName:
    match cut.granularity:
        case Granularity.WEEK:
            start = day - ((day.weekday() - cut.week_start.number) % 7) * _DAY
        case Granularity.MONTH:
            start = day.replace(day=1)
        case Granularity.HOUR | Granularity.DAY:
            start = day
    return BucketName(max(start, period.start))


def _pieces(period: Period, cut: Cut, versions: Sequence[SiteRule]) -> Iterator[Span]:
    for rule, since, until in _versions(versions):
        for day in period.days():
            begin = beginning_of(day, rule.time_zone, rule.business_day_start)
            end = beginning_of(day + _DAY, rule.time_zone, rule.business_day_start)
            begin, end = max(begin, since or begin), min(end, until or end)
            if begin >= end:
                continue
            if cut.granularity is Granularity.HOUR:
                yield from _hours(begin, end, rule.time_zone)
            else:
                yield Span(begin, end, _bucket_of(day, period, cut))


def _versions(versions: Sequence[SiteRule]) -> Iterator[tuple[SiteRule, datetime | None, datetime | None]]:
    """Each version with the time that it holds in; None is without an end."""
    untils = [each.effective_at for each in versions[1:]]
    for rule, until in zip(versions, [*untils, None], strict=True):
        yield rule, rule.effective_at, until


@lru_cache(maxsize=4096)
def _hours(begin: datetime, end: datetime, time_zone: str) -> tuple[Span, ...]:
    """The hours of the wall clock between two moments: each ends with it, or where the clock is changed."""
    zone = ZoneInfo(time_zone)
    found: list[Span] = []
    while begin < end:
        shown = begin.astimezone(zone)
        into_hour = timedelta(minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)
        after = min(begin + _HOUR - into_hour, end)
        after = _changed_between(begin, after, zone) or after
        found.append(Span(begin, after, BucketName(shown.date(), shown.hour, bool(shown.fold))))
        begin = after
    return tuple(found)


def _changed_between(begin: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """When the clock of a zone is changed within these moments, to the second; None where it is not."""
    offset = begin.astimezone(zone).utcoffset()
    if (end - _SECOND).astimezone(zone).utcoffset() == offset:
        return None
    low, high = begin, end
    while high - low > _SECOND:
        middle = low + ((high - low) // 2 // _SECOND or 1) * _SECOND
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high
