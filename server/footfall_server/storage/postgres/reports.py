"""Counts for reports in PostgreSQL.

Which moments belong to which bucket was worked out before (domain.report_period): a statement gets the
moments at which one bucket ends and the next begins, and finds a visit's place among them. So there is one
rule of time in the product, and no statement knows of zones.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from footfall_server.domain.crossing import Crossing
from footfall_server.domain.dwell import SHARES, DwellQuantiles, DwellTallies, DwellTally
from footfall_server.domain.occupancy import Passage, Stay
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report import (
    ApparentGender,
    GenderBounds,
    NewVisitScope,
    Slice,
    UncountedTally,
    VisitTallies,
    VisitTally,
)
from footfall_server.domain.report_period import BucketName, Calendar
from footfall_server.domain.visit import VisitKind
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import site_rules

_NO_BUCKET = 0

# Every site with its calendar, and every calendar with the moments at which its buckets begin.
_CALENDARS = """
shop as (
  select * from unnest(cast(:site_ids as uuid[]), cast(:calendar_of as int[])) as given (site_id, calendar)
), calendar as materialized (
  select calendar,
         array_agg(starts_at order by starts_at) as starts, array_agg(bucket order by starts_at) as buckets
  from unnest(cast(:calendars as int[]), cast(:starts as timestamptz[]), cast(:buckets as int[]))
       as given (calendar, starts_at, bucket)
  group by calendar
)"""
_PLACE = "calendar.buckets[width_bucket({at}, calendar.starts)]"
_COUNTED = f"""
counted as (
  select * from (
    select visits.visit_id, visits.customer_id, visits.site_id, visits.first_seen_at,
           {_PLACE.format(at="visits.first_seen_at")} as bucket
    from shop join calendar using (calendar) join visits on visits.site_id = shop.site_id
    where visits.first_seen_at >= :earliest and visits.first_seen_at < :latest
  ) as placed where bucket <> {_NO_BUCKET}
)"""  # noqa: S608 - parts of this module
# One pass over the index by customer, which costs less than to ask for each visit whether another was before.
_FIRSTS = {
    NewVisitScope.TENANT: """
first as (
  select distinct on (customer_id) visit_id from visit_times order by customer_id, first_seen_at, visit_id
)""",
    NewVisitScope.SITE: """
first as (
  select distinct on (visits.customer_id, visits.site_id) visits.visit_id
  from visits join shop using (site_id)
  order by visits.customer_id, visits.site_id, visits.first_seen_at, visits.visit_id
)""",
}
_VISITS = {
    scope: text(
        f"""
with {_CALENDARS}, {_COUNTED}, {first}, told as (
  select bucket, customer_id, count(*) as visits, count(first.visit_id) as fresh
  from counted left join first using (visit_id)
  group by bucket, customer_id
)
select bucket, sum(visits) as visits, sum(fresh) as fresh, count(*) as visitors from told group by bucket
union all
select {_NO_BUCKET}, coalesce(sum(visits), 0), coalesce(sum(fresh), 0), count(distinct customer_id) from told
"""  # noqa: S608 - parts of this module
    )
    for scope, first in _FIRSTS.items()
}
_BY_KIND = {
    scope: text(
        f"""
with {_CALENDARS}, {_COUNTED}, {first}
select (first.visit_id is not null) as fresh, count(*) as visits, count(distinct customer_id) as visitors
from counted left join first using (visit_id)
group by 1
"""  # noqa: S608 - parts of this module
    )
    for scope, first in _FIRSTS.items()
}
_BY_GENDER = text(
    f"""
with {_CALENDARS}, {_COUNTED}, estimated as (
  select counted.customer_id, avg(sightings.female_probability) as probability
  from counted left join sightings on sightings.visit_id = counted.visit_id
  group by counted.visit_id, counted.customer_id
)
select case when probability is null then '{ApparentGender.NOT_ESTIMATED.value}'
            when probability >= :female then '{ApparentGender.FEMALE.value}'
            when probability <= :male then '{ApparentGender.MALE.value}'
            else '{ApparentGender.UNKNOWN.value}' end as gender,
       count(*) as visits, count(distinct customer_id) as visitors
from estimated
group by 1
"""  # noqa: S608 - parts of this module
)
_UNCOUNTED = text(
    f"""
with {_CALENDARS}, seen as (
  select {_PLACE.format(at="sightings.first_seen_at")} as bucket,
         coalesce(customers.kind = '{CustomerKind.STAFF.value}', false) as of_staff
  from shop join calendar using (calendar) join sightings on sightings.site_id = shop.site_id
  left join customers on customers.customer_id = sightings.customer_id
  where sightings.visit_id is null
    and sightings.first_seen_at >= :earliest and sightings.first_seen_at < :latest
)
select bucket,
       count(*) filter (where of_staff) as staff, count(*) filter (where not of_staff) as unidentifiable
from seen where bucket <> {_NO_BUCKET} group by bucket
"""  # noqa: S608 - parts of this module
)


# Two sightings are enough to know of: a visit may have hundreds.
_SIGHTINGS = """(
    select count(*) from (
      select from sightings where sightings.visit_id = {visit}.visit_id limit 2
    ) as few
  )"""
_DWELL = text(
    f"""
with {_CALENDARS}, lasted as (
  select {_PLACE.format(at="visits.first_seen_at")} as bucket,
         case when {_SIGHTINGS.format(visit="visits")} = 2
              then cast(extract(epoch from visits.last_seen_at - visits.first_seen_at) as double precision)
         end as seconds
  from shop join calendar using (calendar) join visits on visits.site_id = shop.site_id
  where visits.first_seen_at >= :earliest and visits.first_seen_at < :latest
)
select coalesce(bucket, {_NO_BUCKET}) as bucket, count(*) as visits, count(seconds) as measured,
       percentile_cont(array[{", ".join(map(str, SHARES))}]) within group (order by seconds) as quantiles
from lasted where bucket <> {_NO_BUCKET} group by grouping sets ((bucket), ())
"""  # noqa: S608 - parts of this module
)
_LONGEST_VISIT = timedelta(days=3)
"""A visit's sightings begin on one business day, of 25 hours or, where a shop moves to another zone, some
more, and no event is longer than twelve hours: what began earlier is over."""
_STAYS = text(
    f"""
select first_seen_at, last_seen_at, {_SIGHTINGS.format(visit="visits")} < 2 as once
from visits
where site_id = :site_id and first_seen_at >= :since and first_seen_at < :until and last_seen_at >= :start
"""  # noqa: S608 - parts of this module
)
_PASSAGES = text(
    f"""
select sightings.last_seen_at, sightings.crossing
from sightings left join customers on customers.customer_id = sightings.customer_id
where sightings.crossing is not null and sightings.site_id = :site_id
  and sightings.last_seen_at >= :start and sightings.last_seen_at < :until
  and customers.kind is distinct from '{CustomerKind.STAFF.value}'
"""  # noqa: S608 - parts of this module
)
_PASSAGES_PER_VISIT = text(
    """
select avg(passages.seen) as average
from unnest(cast(:site_ids as uuid[])) as shop (site_id) cross join lateral (
  select visit_id from visits
  where visits.site_id = shop.site_id and first_seen_at >= :earliest and first_seen_at < :latest
  order by first_seen_at desc limit :most_of_each
) as visit cross join lateral (
  select count(*) as seen from sightings where sightings.visit_id = visit.visit_id
) as passages
"""
)


class PostgresReports:
    """ReportRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def sites(self) -> Collection[UUID]:
        """See ReportRepository.sites."""
        rows = await self._connection.rows(select(site_rules.c.site_id).distinct())
        return [row.site_id for row in rows]

    async def visits(self, calendars: Sequence[Calendar], scope: NewVisitScope) -> VisitTallies:
        """See ReportRepository.visits."""
        asked = _asked(calendars)
        if asked is None:
            return VisitTallies()
        tallies = {
            row.bucket: VisitTally(int(row.visits), row.visitors, int(row.fresh))
            for row in await self._connection.rows(_VISITS[scope], asked.parameters)
        }
        total = tallies.pop(_NO_BUCKET)
        return VisitTallies({asked.names[bucket]: tally for bucket, tally in tallies.items()}, total)

    async def uncounted(self, calendars: Sequence[Calendar]) -> Mapping[BucketName, UncountedTally]:
        """See ReportRepository.uncounted."""
        asked = _asked(calendars)
        if asked is None:
            return {}
        return {
            asked.names[row.bucket]: UncountedTally(row.staff, row.unidentifiable)
            for row in await self._connection.rows(_UNCOUNTED, asked.parameters)
        }

    async def by_kind(self, calendars: Sequence[Calendar], scope: NewVisitScope) -> Mapping[VisitKind, Slice]:
        """See ReportRepository.by_kind."""
        asked = _asked(calendars)
        if asked is None:
            return {}
        return {
            VisitKind.NEW if row.fresh else VisitKind.REPEAT: Slice(row.visits, row.visitors)
            for row in await self._connection.rows(_BY_KIND[scope], asked.parameters)
        }

    async def by_gender(
        self, calendars: Sequence[Calendar], bounds: GenderBounds
    ) -> Mapping[ApparentGender, Slice]:
        """See ReportRepository.by_gender."""
        asked = _asked(calendars)
        if asked is None:
            return {}
        parameters = {**asked.parameters, "female": bounds.female, "male": bounds.male}
        return {
            ApparentGender(row.gender): Slice(row.visits, row.visitors)
            for row in await self._connection.rows(_BY_GENDER, parameters)
        }

    async def dwell(self, calendars: Sequence[Calendar]) -> DwellTallies:
        """See ReportRepository.dwell."""
        asked = _asked(calendars)
        if asked is None:
            return DwellTallies()
        tallies = {
            row.bucket: DwellTally(
                row.visits, row.measured, DwellQuantiles(*row.quantiles) if row.measured else None
            )
            for row in await self._connection.rows(_DWELL, asked.parameters)
        }
        total = tallies.pop(_NO_BUCKET)
        return DwellTallies({asked.names[bucket]: tally for bucket, tally in tallies.items()}, total)

    async def stays(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Stay]:
        """See ReportRepository.stays."""
        asked = {"site_id": site_id, "since": start - _LONGEST_VISIT, "start": start, "until": end}
        rows = await self._connection.rows(_STAYS, asked)
        return [Stay(row.first_seen_at, row.last_seen_at, row.once) for row in rows]

    async def passages(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Passage]:
        """See ReportRepository.passages."""
        asked = {"site_id": site_id, "start": start, "until": end}
        rows = await self._connection.rows(_PASSAGES, asked)
        return [Passage(row.last_seen_at, Crossing(row.crossing)) for row in rows]

    async def passages_per_visit(self, calendars: Sequence[Calendar], *, most: int) -> float | None:
        """See ReportRepository.passages_per_visit."""
        asked = _asked(calendars)
        if asked is None:
            return None
        site_ids = asked.parameters["site_ids"]
        parameters = {
            "site_ids": site_ids,
            "earliest": asked.parameters["earliest"],
            "latest": asked.parameters["latest"],
            "most_of_each": max(1, most // len(site_ids)),
        }
        row = await self._connection.first(_PASSAGES_PER_VISIT, parameters)
        return None if row is None or row.average is None else float(row.average)


class _Asked(NamedTuple):
    """The parameters of a statement, and the names of the buckets that it numbers."""

    parameters: Mapping[str, Any]
    names: Mapping[int, BucketName]


def _asked(calendars: Sequence[Calendar]) -> _Asked | None:
    """None where no site has a moment in the period."""
    spans = [span for calendar in calendars for span in calendar.spans]
    if not spans:
        return None
    number_of = {name: number for number, name in enumerate(sorted({span.bucket for span in spans}), start=1)}
    borders = [
        (number, at, bucket)
        for number, calendar in enumerate(calendars)
        for at, bucket in _borders(calendar, number_of)
    ]
    return _Asked(
        {
            "site_ids": [site_id for calendar in calendars for site_id in calendar.site_ids],
            "calendar_of": [number for number, each in enumerate(calendars) for _ in each.site_ids],
            "calendars": [number for number, _, _ in borders],
            "starts": [at for _, at, _ in borders],
            "buckets": [bucket for _, _, bucket in borders],
            "earliest": min(span.start for span in spans),
            "latest": max(span.end for span in spans),
        },
        {number: name for name, number in number_of.items()},
    )


def _borders(calendar: Calendar, number_of: Mapping[BucketName, int]) -> Sequence[tuple[datetime, int]]:
    """When which bucket begins; what lies between two spans, and after the last, is in none."""
    borders: dict[datetime, int] = {}
    for span in calendar.spans:
        borders[span.start] = number_of[span.bucket]
        borders.setdefault(span.end, _NO_BUCKET)
    return sorted(borders.items())
