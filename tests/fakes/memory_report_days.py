"""Fake of the kept days of reports, and of the marks of what changed since."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from fakes.memory_reports import bucket_at, is_new, is_staffs
from fakes.memory_tables import TenantTables
from footfall_server.domain.report import NewVisitScope, UncountedTally
from footfall_server.domain.report_days import CountedDay, DaySum, DayVisit, KeptDay, Starts
from footfall_server.domain.report_period import Calendar
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.ports.report_days import Mark, TakenMarks


class MemoryReportDays:
    """Implements ReportDayRepository. `hidden` are rows of sites that the transaction does not see.

    Which days are marked is found by comparing what there is with what there was when marks were taken last.
    """

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def marks(self, site_ids: Collection[UUID], *, most: int) -> Collection[Mark]:
        return [mark for mark in self._changed() if mark[0] in site_ids][:most]

    async def kept(
        self, site_ids: Collection[UUID], starts: Starts, *, without: Collection[tuple[UUID, date]] = ()
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
        return TakenMarks(taken, len(changed) > most)

    async def number(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        known = self._tables.report_people
        for each in sorted(customer_ids):
            known.setdefault(each, max(known.values(), default=0) + 1)
        return await self.numbers(customer_ids)

    async def keep(self, days: Sequence[KeptDay], empty: Collection[tuple[UUID, date]]) -> None:
        for each in days:
            self._tables.report_days[each.site_id, each.day] = each
        for key in empty:
            self._tables.report_days.pop(key, None)

    def _told(self, visit: Visit) -> DayVisit:
        first, here = (
            is_new(self._tables, self._hidden, visit, scope)
            for scope in (NewVisitScope.TENANT, NewVisitScope.SITE)
        )
        return DayVisit(visit.customer_id, first, here)

    def _changed(self) -> list[Mark]:
        now, before = self._facts(), self._tables.report_facts
        return [mark for mark in sorted(now.keys() | before.keys()) if now.get(mark) != before.get(mark)]

    def _facts(self) -> Mapping[Mark, frozenset[object]]:
        """All that days are counted from, by site and by the day of UTC."""
        facts: defaultdict[Mark, set[object]] = defaultdict(set)
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
