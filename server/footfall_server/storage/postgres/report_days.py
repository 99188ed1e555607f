"""Kept days of reports in PostgreSQL. Who leaves the marks: the triggers of migrations 0027 and 0038."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, bindparam, func, select, text

from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report import UncountedTally
from footfall_server.domain.report_days import CountedDay, DaySum, DayVisit, KeptDay, Starts
from footfall_server.domain.report_period import Calendar
from footfall_server.domain.restatement import ChangeCause, DayMark
from footfall_server.ports.report_days import SiteDay, TakenMarks
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import report_days, report_people

# What every event needs is run on the driver: these, and taking marks and keeping days.

# Days may lie years apart: each span is looked up by itself in the index by site and time.
_SPANS = """
span as (
  select * from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::date[])
    as given (site_id, starts_at, ends_at, day)
)"""
# Who was where before is asked visit by visit, as are numbers: a day has few, and indexes know by customer.
_VISITS = f"""
with {_SPANS}
select span.site_id, span.day, visit.customer_id,
       not exists (
         select from visit_times as earlier where earlier.customer_id = visit.customer_id
           and (earlier.first_seen_at, earlier.visit_id) < (visit.first_seen_at, visit.visit_id)
       ) as first,
       not exists (
         select from visits as earlier
         where earlier.customer_id = visit.customer_id and earlier.site_id = span.site_id
           and (earlier.first_seen_at, earlier.visit_id) < (visit.first_seen_at, visit.visit_id)
       ) as first_here,
       (
         select number from report_people where report_people.customer_id = visit.customer_id
       ) as number
from span cross join lateral (
  select visit_id, customer_id, first_seen_at from visits
  where visits.site_id = span.site_id
    and visits.first_seen_at >= span.starts_at and visits.first_seen_at < span.ends_at
  offset 0
) as visit
"""  # noqa: S608 - a part of this module
_UNCOUNTED = f"""
with {_SPANS}
select span.site_id, span.day,
       count(*) filter (where of_staff) as staff, count(*) filter (where not of_staff) as unidentifiable
from span cross join lateral (
  select coalesce(customers.kind = '{CustomerKind.STAFF.value}', false) as of_staff
  from sightings left join customers on customers.customer_id = sightings.customer_id
  where sightings.visit_id is null and sightings.site_id = span.site_id
    and sightings.first_seen_at >= span.starts_at and sightings.first_seen_at < span.ends_at
  offset 0
) as seen
group by span.site_id, span.day
"""  # noqa: S608 - a part of this module
_NUMBER = """
with given as (select unnest($2::uuid[]) as customer_id),
known as (
  select report_people.customer_id, report_people.number
  from given join report_people on report_people.customer_id = given.customer_id
),
fresh as (
  insert into report_people (tenant_id, customer_id, number)
  select $1::uuid, customer_id, highest + row_number() over (order by customer_id)
  from (select customer_id from given except select customer_id from known) as without,
       (select coalesce(max(number), 0) as highest from report_people) as numbered
  returning customer_id, number
)
select customer_id, number from known union all select customer_id, number from fresh
"""
# Marks of one kind are one. Where a mark does not say its moments, all of its kind do not.
_MARKED = """
site_id, utc_day, cause, merge_id,
min(uuid_extract_timestamp(mark_id)) as since, max(uuid_extract_timestamp(mark_id)) as until,
case when bool_and(first_at is not null) then min(first_at) end as first_at, max(last_at) as last_at"""
_BY_KIND = "group by site_id, utc_day, cause, merge_id"
_TAKE = f"""
with taken as (
  delete from report_day_marks where mark_id in (
    select mark_id from report_day_marks order by mark_id limit $1
  ) returning *
)
select {_MARKED},
       (select count(*) from (select from report_day_marks limit $1::bigint + 1) as few) > $1 as more
from taken {_BY_KIND}
"""  # noqa: S608 - parts of this module
_WAITING = f"""
select {_MARKED} from report_day_marks where site_id = any($1::uuid[]) {_BY_KIND} limit $2
"""  # noqa: S608 - as above
_BECAUSE = text(
    "select set_config('app.change_cause', :cause, true), set_config('app.change_merge_id', :merge_id, true)"
)
_MARK = text(
    """
insert into report_day_marks (tenant_id, site_id, utc_day, cause, merge_id)
select :tenant_id, given.*, :cause, null from unnest(:site_ids, :days) as given (site_id, utc_day)
"""
).bindparams(
    bindparam("tenant_id", type_=Uuid()),
    bindparam("site_ids", type_=ARRAY(Uuid())),
    bindparam("days", type_=ARRAY(Date())),
)
_KEEP = """
insert into report_days (tenant_id, site_id, day, visits, staff, unidentifiable)
select $1::uuid, given.* from unnest($2::uuid[], $3::date[], $4::bytea[], $5::int[], $6::int[])
  as given (site_id, day, visits, staff, unidentifiable)
on conflict (tenant_id, site_id, day) do update
set visits = excluded.visits, staff = excluded.staff, unidentifiable = excluded.unidentifiable
where (report_days.visits, report_days.staff, report_days.unidentifiable)
  is distinct from (excluded.visits, excluded.staff, excluded.unidentifiable)
returning new.site_id, new.day, old.visits, old.staff, old.unidentifiable
"""
_FORGET = text(
    """
delete from report_days using unnest(:site_ids, :days) as given (site_id, day)
where report_days.site_id = given.site_id and report_days.day = given.day
returning report_days.site_id, report_days.day,
          report_days.visits, report_days.staff, report_days.unidentifiable
"""
).bindparams(bindparam("site_ids", type_=ARRAY(Uuid())), bindparam("days", type_=ARRAY(Date())))


# A plan that was made without looking at the arrays takes them to be short, and then compares every kept day
# with every day that was asked for: 200 ms in place of 3. PostgreSQL takes such a plan from the sixth time on
# that a connection runs the statement, unless it is told otherwise.
_LOOK_AT_ARRAYS = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")
# Put together where they lie: a chain's years are thousands of days, and a report has some dozen buckets.
_KEPT = text(
    """
select given.start, string_agg(visits, cast('' as bytea)) as visits,
       cast(sum(staff) as int) as staff, cast(sum(unidentifiable) as int) as unidentifiable
from report_days join unnest(:days, :starts) as given (day, start) on given.day = report_days.day
where report_days.site_id = any(:site_ids) and report_days.day between :first and :last
  and not exists (
    select from unnest(:without_sites, :without_days) as changed (site_id, day)
    where changed.site_id = report_days.site_id and changed.day = report_days.day
  )
group by given.start
"""
).bindparams(
    *(bindparam(name, type_=ARRAY(Date())) for name in ("days", "starts", "without_days")),
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("site_ids", "without_sites")),
    *(bindparam(name, type_=Date()) for name in ("first", "last")),
)


_DAY = ("site_id", "day", "visits", "staff", "unidentifiable")


class PostgresReportDays:
    """ReportDayRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def kept(
        self, site_ids: Collection[UUID], starts: Starts, *, without: Collection[SiteDay] = ()
    ) -> Sequence[DaySum]:
        """See ReportDayRepository.kept."""
        if not starts:
            return []
        parameters = {
            "site_ids": list(site_ids),
            "days": list(starts),
            "starts": list(starts.values()),
            "first": min(starts),
            "last": max(starts),
            "without_sites": [site_id for site_id, _ in without],
            "without_days": [day for _, day in without],
        }
        await self._connection.first(_LOOK_AT_ARRAYS)
        return [
            DaySum(row.start, row.visits, UncountedTally(row.staff, row.unidentifiable))
            for row in await self._connection.rows(_KEPT, parameters)
        ]

    async def counted(self, calendars: Sequence[Calendar]) -> Sequence[CountedDay]:
        """See ReportDayRepository.counted."""
        spans = [(site_id, each) for of in calendars for site_id in of.site_ids for each in of.spans]
        if not spans:
            return []
        arguments = (
            [site_id for site_id, _ in spans],
            [each.start for _, each in spans],
            [each.end for _, each in spans],
            [each.bucket.start for _, each in spans],
        )
        visits: defaultdict[tuple[UUID, date], list[DayVisit]] = defaultdict(list)
        for site_id, day, *told in await self._connection.fetch(_VISITS, arguments):
            visits[site_id, day].append(DayVisit(*told))
        uncounted = {
            (site_id, day): UncountedTally(staff, unidentifiable)
            for site_id, day, staff, unidentifiable in await self._connection.fetch(_UNCOUNTED, arguments)
        }
        return [
            CountedDay(
                site_id, day, visits.get((site_id, day), ()), uncounted.get((site_id, day), UncountedTally())
            )
            for site_id, day in visits.keys() | uncounted.keys()
        ]

    async def numbers(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See ReportDayRepository.numbers."""
        if not customer_ids:
            return {}
        found = select(report_people.c.customer_id, report_people.c.number).where(
            one_of(report_people.c.customer_id, customer_ids)
        )
        return {row.customer_id: row.number for row in await self._connection.rows(found)}

    async def because(self, cause: ChangeCause, merge_id: UUID | None = None) -> None:
        """See ReportDayRepository.because. The marks' defaults read it."""
        said = {"cause": cause.value, "merge_id": "" if merge_id is None else str(merge_id)}
        await self._connection.first(_BECAUSE, said)

    async def take_marks(self, *, most: int) -> TakenMarks:
        """See ReportDayRepository.take_marks."""
        rows = await self._connection.fetch(_TAKE, (most,))
        return TakenMarks([_to_mark(marked) for *marked, _ in rows], any(more for *_, more in rows))

    async def waiting(self, site_ids: Collection[UUID], *, most: int | None = None) -> Collection[DayMark]:
        """See ReportDayRepository.waiting."""
        rows = await self._connection.fetch(_WAITING, (list(site_ids), most))
        return [_to_mark(row) for row in rows]

    async def mark(self, days: Collection[SiteDay], cause: ChangeCause) -> None:
        """See ReportDayRepository.mark."""
        parameters = {
            "tenant_id": self._connection.tenant_id,
            "site_ids": [site_id for site_id, _ in days],
            "days": [day for _, day in days],
            "cause": cause.value,
        }
        await self._connection.run(_MARK, parameters)

    async def number(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """See ReportDayRepository.number."""
        if not customer_ids:
            return {}
        arguments = (self._connection.tenant_id, list(customer_ids))
        rows = await self._connection.fetch(_NUMBER, arguments)
        return {row["customer_id"]: row["number"] for row in rows}

    async def keep(self, days: Sequence[KeptDay], empty: Collection[SiteDay]) -> Mapping[SiteDay, KeptDay]:
        """See ReportDayRepository.keep."""
        before: list[KeptDay] = []
        if days:
            arguments = (
                self._connection.tenant_id,
                [each.site_id for each in days],
                [each.day for each in days],
                [each.visits for each in days],
                [each.uncounted.staff for each in days],
                [each.uncounted.unidentifiable for each in days],
            )
            before += [_to_day(was) for was in await self._connection.fetch(_KEEP, arguments)]
        if empty:
            site_ids, forgotten = zip(*empty, strict=True)
            given = {"site_ids": list(site_ids), "days": list(forgotten)}
            before += [_to_day(was) for was in await self._connection.rows(_FORGET, given)]
        return {(each.site_id, each.day): each for each in before}

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[date, date]]:
        """See ReportDayRepository.extent."""
        found = (
            select(
                report_days.c.site_id,
                func.min(report_days.c.day).label("first"),
                func.max(report_days.c.day).label("last"),
            )
            .where(one_of(report_days.c.site_id, site_ids))
            .group_by(report_days.c.site_id)
        )
        return {row.site_id: (row.first, row.last) for row in await self._connection.rows(found)}

    async def each(self, site_id: UUID, first: date, last: date) -> Sequence[KeptDay]:
        """See ReportDayRepository.each."""
        found = select(*(report_days.c[name] for name in _DAY)).where(
            report_days.c.site_id == site_id, report_days.c.day.between(first, last)
        )
        return [_to_day(row) for row in await self._connection.rows(found)]


def _to_day(row: Iterable[Any]) -> KeptDay:
    """A day of the columns of _DAY, which is empty where nothing was kept of it."""
    site_id, day, visits, staff, unidentifiable = row
    return KeptDay(site_id, day, visits or b"", UncountedTally(staff or 0, unidentifiable or 0))


def _to_mark(row: Iterable[Any]) -> DayMark:
    """A mark of the columns of _MARKED."""
    site_id, utc_day, cause, merge_id, since, until, first_at, last_at = row
    told = None if cause is None else ChangeCause(cause)
    began = None if first_at is None else (first_at, last_at)
    return DayMark(site_id, utc_day, told, merge_id, since, until, began)
