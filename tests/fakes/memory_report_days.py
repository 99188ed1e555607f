"""Fake of the kept days of reports, and of the marks of what changed since."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from fakes.memory_report_marks import Place, note
from fakes.memory_reports import bucket_at, is_new, is_staffs
from fakes.memory_tables import TenantTables
from footfall_server.domain.report import NewVisitScope, UncountedTally
from footfall_server.domain.report_days import CountedDay, DaySum, DayVisit, KeptDay, Starts
from footfall_server.domain.report_period import Calendar
from footfall_server.domain.restatement import ChangeCause, DayMark
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.ports import Clock
from footfall_server.ports.report_days import SiteDay, TakenMarks


class MemoryReportDays:
    """Implements ReportDayRepository. `hidden` are rows of sites that the transaction does not see.

    Which days are marked is found by comparing what there is with what there was when marks were taken last,
    so that tests may write into the tables. Why, transactions noted when they were committed; `cause` is that
    of this one.
    """

    def __init__(self, tables: TenantTables, hidden: TenantTables, clock: Clock) -> None:
        self._tables = tables
        self._hidden = hidden
        self._clock = clock
        self.cause: tuple[ChangeCause, UUID | None] = (ChangeCause.LATE_EVENT, None)

    async def because(self, cause: ChangeCause, merge_id: UUID | None = None) -> None:
        self.cause = (cause, merge_id)

    async def waiting(self, site_ids: Collection[UUID], *, most: int | None = None) -> Collection[DayMark]:
        return [each for mark in self._changed() if mark[0] in site_ids for each in self._why(mark)][:most]

    async def mark(self, days: Collection[SiteDay], cause: ChangeCause) -> None:
        now = self._clock.now()
        for site_id, day in days:
            note(self._tables, DayMark(site_id, day, cause, None, now, now))

    async def kept(
        self, site_ids: Collection[UUID], starts: Starts, *, without: Collection[SiteDay] = ()
    ) -> Sequence[DaySum]:
        sums: dict[date, DaySum] = {}
        for (site_id, day), each in self._tables.report_days.items():
            if site_id in site_ids and day in starts and (site_id, day) not in without:
                so_far = sums.get(starts[day], DaySum(starts[day]))
                sums[starts[day]] = DaySum(
                    starts[day], so_far.visits + each.visits, so_far.uncounted + each.uncounted
                )
        return list(sums.values())

    async def counted(self, calendars: Sequence[Calendar]) -> Sequence[CountedDay]:
        visits: defaultdict[tuple[UUID, date], list[DayVisit]] = defaultdict(list)
        for visit in self._tables.visits.values():
            bucket = bucket_at(calendars, visit.site_id, visit.first_seen_at)
            if bucket is not None:
                visits[visit.site_id, bucket.start].append(self._told(visit))
        passed: defaultdict[tuple[UUID, date], UncountedTally] = defaultdict(UncountedTally)
        for each in self._tables.sightings.values():
            bucket = bucket_at(calendars, each.site_id, each.first_seen_at)
            if bucket is not None and each.visit_id is None:
                of_staff = is_staffs(self._tables, each)
                passed[each.site_id, bucket.start] += UncountedTally(of_staff, not of_staff)
        return [
            CountedDay(
                site_id, day, visits.get((site_id, day), ()), passed.get((site_id, day), UncountedTally())
            )
            for site_id, day in visits.keys() | passed.keys()
        ]

    async def numbers(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        known = self._tables.report_people
        return {each: known[each] for each in customer_ids if each in known}

    async def take_marks(self, *, most: int) -> TakenMarks:
        now, changed = self._facts(), self._changed()
        taken = changed[:most]
        for site_id, utc_day in taken:
            fact = now.get((site_id, utc_day))
            if fact is None:
                self._tables.report_facts.pop((site_id, utc_day), None)
            else:
                self._tables.report_facts[site_id, utc_day] = fact
        told = [each for mark in taken for each in self._why(mark)]
        for each in told:
            self._tables.report_marks.pop((each.site_id, each.utc_day, each.cause, each.merge_id), None)
        return TakenMarks(told, len(changed) > most)

    async def number(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        known = self._tables.report_people
        for each in sorted(customer_ids):
            known.setdefault(each, max(known.values(), default=0) + 1)
        return await self.numbers(customer_ids)

    async def keep(self, days: Sequence[KeptDay], empty: Collection[SiteDay]) -> Mapping[SiteDay, KeptDay]:
        kept = self._tables.report_days
        before = {
            (each.site_id, each.day): kept.get((each.site_id, each.day), KeptDay(each.site_id, each.day))
            for each in days
            if kept.get((each.site_id, each.day)) != each
        }
        before |= {key: kept.pop(key) for key in empty if key in kept}
        kept.update({(each.site_id, each.day): each for each in days})
        return before

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[date, date]]:
        days: defaultdict[UUID, list[date]] = defaultdict(list)
        for site_id, day in self._tables.report_days:
            days[site_id].append(day)
        return {site_id: (min(of), max(of)) for site_id, of in days.items() if site_id in site_ids}

    async def each(self, site_id: UUID, first: date, last: date) -> Sequence[KeptDay]:
        kept = self._tables.report_days.values()
        return [each for each in kept if each.site_id == site_id and first <= each.day <= last]

    def _told(self, visit: Visit) -> DayVisit:
        first, here = (
            is_new(self._tables, self._hidden, visit, scope)
            for scope in (NewVisitScope.TENANT, NewVisitScope.SITE)
        )
        return DayVisit(visit.customer_id, first, here, self._tables.report_people.get(visit.customer_id))

    def _changed(self) -> list[Place]:
        now, before = self._facts(), self._tables.report_facts
        changed = {mark for mark in now.keys() | before.keys() if now.get(mark) != before.get(mark)}
        return sorted(changed | {(site_id, day) for site_id, day, _, _ in self._tables.report_marks})

    def _why(self, mark: Place) -> Sequence[DayMark]:
        """What was noted of a mark; of one that a test made in the tables, that it happened now."""
        now = self._clock.now()
        noted = [each for key, each in self._tables.report_marks.items() if key[:2] == mark]
        return noted or [DayMark(*mark, ChangeCause.LATE_EVENT, None, now, now)]

    def _facts(self) -> Mapping[Place, frozenset[object]]:
        """All that days are counted from, by site and by the day of UTC."""
        facts: defaultdict[Place, set[object]] = defaultdict(set)
        for visit in self._tables.visits.values():
            told = (visit.visit_id, visit.first_seen_at, self._told(visit), self._rule(visit))
            facts[visit.site_id, visit.first_seen_at.date()].add(told)
        for each in self._tables.sightings.values():
            if each.visit_id is None:
                told_of = (each.track_id, each.first_seen_at, is_staffs(self._tables, each), self._rule(each))
                facts[each.site_id, each.first_seen_at.date()].add(told_of)
        return {mark: frozenset(found) for mark, found in facts.items()}

    def _rule(self, seen: Visit | Sighting) -> object:
        return tuple(
            (rule.effective_at, rule.time_zone, rule.business_day_start)
            for (site_id, _), rule in sorted(self._tables.site_rules.items())
            if site_id == seen.site_id
        )
