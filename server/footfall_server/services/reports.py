"""Counts visits for people, within the sites that they may see."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from footfall_vision.model_cards import CERTAIN_FEMALE, CERTAIN_MALE

from footfall_server.domain import report_days
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.camera_uptime import UptimeSpan, coverage
from footfall_server.domain.error_rates import Accuracy, ErrorRates
from footfall_server.domain.identity import Principal
from footfall_server.domain.report import (
    ApparentGender,
    DayAverage,
    GenderBounds,
    NewVisitScope,
    Slice,
    VisitorsReport,
    day_average,
    visitors_report,
)
from footfall_server.domain.report_days import DaySum, Starts
from footfall_server.domain.report_file import NamedSite, ReportFormat, ReportHead, ReportPart, page_fault
from footfall_server.domain.report_period import (
    BucketName,
    Calendar,
    Cut,
    Granularity,
    Period,
    Weekday,
    buckets,
    calendars,
    starts_of_days,
    too_long,
)
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import VisitKind
from footfall_server.errors import FieldViolation, invalid_fields, not_found
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.count_accuracy import CountAccuracy
from footfall_server.services.report_days import current_days
from footfall_server.services.scope import begin_for, require_site, tenant_of

_GENDERS: Final = GenderBounds(female=CERTAIN_FEMALE, male=CERTAIN_MALE)
_BY_DAY: Final = Cut(Granularity.DAY)
_VISITS_SAMPLED: Final = 2000
"""Visits of which the passages are counted: with as many the average is good to some hundredths."""


@dataclass(frozen=True, slots=True)
class VisitorsQuery:
    """What to count. `site_ids` may be empty: all that the caller may see.

    With `settled_week` weeks begin where the tenant's settings say, whatever `cut` says.
    """

    site_ids: tuple[UUID, ...]
    period: Period
    cut: Cut
    scope: NewVisitScope = NewVisitScope.TENANT
    settled_week: bool = False


@dataclass(frozen=True, slots=True)
class Visitors:
    """The answer. `compared` is None unless another period was asked for.

    `accuracy` is what the ranges come from, None where nothing was measured.
    """

    report: VisitorsReport
    compared: VisitorsReport | None
    time_zones: Sequence[str]
    week_start: Weekday
    accuracy: Accuracy | None = None


@dataclass(frozen=True, slots=True)
class NamedSlice:
    """A part of the visits, by its key on the wire; `average` of a day of the week that has one."""

    key: str
    part: Slice
    average: DayAverage | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a period's visits, all of them, in the order of their keys."""

    slices: Sequence[NamedSlice]
    time_zones: Sequence[str]


class ReportService:
    """Counts visits by time and by kind, and gives the numbers of files.

    Without `accuracy` no ranges are told.
    """

    def __init__(
        self, *, transactions: Transactions, clock: Clock, accuracy: CountAccuracy | None = None
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._accuracy = accuracy

    async def visitors(
        self, principal: Principal, query: VisitorsQuery, *, compare: Period | None = None
    ) -> Visitors:
        """Raises NOT_FOUND for a site that the caller may not see, INVALID_FIELD for too long a period."""
        refuse_too_long(query.period, query.cut, "end_date")
        if compare is not None:
            refuse_too_long(compare, query.cut, "compare_end_date")
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, query.site_ids)
            query = await settled(tx, query)
            rates = await self._rates(tx)
            report, accuracy = await self._visitors(tx, query.period, query, rules, rates)
            compared = (
                None if compare is None else (await self._visitors(tx, compare, query, rules, rates))[0]
            )
        return Visitors(report, compared, self._time_zones(rules), query.cut.week_start, accuracy)

    async def by_kind(
        self, principal: Principal, site_ids: Sequence[UUID], period: Period, scope: NewVisitScope
    ) -> Split:
        """New and repeat. Raises as `visitors`."""
        refuse_too_long(period, _BY_DAY, "end_date")
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, site_ids)
            together = dict.fromkeys(period.days(), period.start)
            days = await current_days(tx, together, rules)
            parts = (
                await tx.reports.by_kind(calendars(period, _BY_DAY, rules), scope)
                if days is None
                else report_days.by_kind(days, scope)
            )
        slices = [NamedSlice(kind.value, parts.get(kind, Slice())) for kind in VisitKind]
        return Split(slices, self._time_zones(rules))

    async def by_gender(self, principal: Principal, site_ids: Sequence[UUID], period: Period) -> Split:
        """By apparent gender. Raises as `visitors`."""
        refuse_too_long(period, _BY_DAY, "end_date")
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, site_ids)
            parts = await tx.reports.by_gender(calendars(period, _BY_DAY, rules), _GENDERS)
        slices = [NamedSlice(gender.value, parts.get(gender, Slice())) for gender in ApparentGender]
        return Split(slices, self._time_zones(rules))

    async def by_weekday(
        self, principal: Principal, site_ids: Sequence[UUID], period: Period, scope: NewVisitScope
    ) -> Split:
        """By day of the week, with what such a day is like. Raises as `visitors`."""
        refuse_too_long(period, _BY_DAY, "end_date")
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, site_ids)
            days = await current_days(tx, starts_of_days(period, _BY_DAY), rules)
            query = VisitorsQuery((), period, _BY_DAY, scope)
            by_day, _ = await self._report(tx, period, query, rules, days)
            parts = (
                await tx.reports.visits(_weekdays(calendars(period, _BY_DAY, rules)), scope)
                if days is None
                else report_days.tallies(report_days.renamed(days, _weekdays_of(period)), scope)
            )
        slices = []
        for weekday in Weekday:
            tally = parts.of_bucket.get(_name_of(weekday))
            part = Slice() if tally is None else Slice(tally.visits, tally.unique_visitors)
            slices.append(NamedSlice(weekday.value, part, day_average(by_day.buckets, weekday, now=now)))
        return Split(slices, self._time_zones(rules))

    async def head(
        self, principal: Principal, query: VisitorsQuery, *, by_site: bool, file_format: ReportFormat
    ) -> ReportHead:
        """What a file begins with. Raises as `visitors`, and INVALID_FIELD for more pages than it may have.

        It is audited before anything is given: an export that cannot be recorded does not happen.
        """
        refuse_too_long(query.period, query.cut, "end_date")
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, query.site_ids)
            query = await settled(tx, query)
            parts = len(rules) if by_site else 1
            if by_site and (fault := page_fault(parts, file_format)):
                raise invalid_fields([FieldViolation("by_site", fault, "report_file.pages")])
            await tx.audit.append(self._exported(principal, query, by_site=by_site, file_format=file_format))
        async with self._transactions.begin_platform() as platform:
            tenant = await platform.get_tenant(tenant_of(principal))
        return ReportHead("" if tenant is None else tenant.display_name, query.cut, parts)

    async def parts(
        self, principal: Principal, query: VisitorsQuery, *, by_site: bool, named: bool
    ) -> AsyncGenerator[ReportPart, None]:
        """The sites together, or each for itself in the order of their names. Raises as `visitors`.

        named: whether what the sites are called is looked up.
        """
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, query.site_ids)
            query = await settled(tx, query)
            names = await _names(tx, rules) if named else {}
        sites = [NamedSite(each, names.get(each, "")) for each in sorted(rules)]
        sites.sort(key=lambda each: (each.name, each.site_id))
        # A transaction for each, so that a slow reader keeps no connection.
        for together in [[each] for each in sites] if by_site else [sites]:
            of_sites = {each.site_id: rules[each.site_id] for each in together}
            async with begin_for(self._transactions, principal) as tx:
                report, _ = await self._visitors(tx, query.period, query, of_sites, await self._rates(tx))
            yield ReportPart(together, report, self._time_zones(of_sites))

    async def _rates(self, tx: Transaction) -> ErrorRates | None:
        return None if self._accuracy is None else await self._accuracy.within(tx)

    async def _visitors(
        self,
        tx: Transaction,
        period: Period,
        query: VisitorsQuery,
        rules: Mapping[UUID, SiteRules],
        rates: ErrorRates | None,
    ) -> tuple[VisitorsReport, Accuracy | None]:
        # Hours are in no kept day.
        by_hour = query.cut.granularity is Granularity.HOUR
        days = None if by_hour else await current_days(tx, starts_of_days(period, query.cut), rules)
        return await self._report(tx, period, query, rules, days, rates=rates)

    async def _report(
        self,
        tx: Transaction,
        period: Period,
        query: VisitorsQuery,
        rules: Mapping[UUID, SiteRules],
        days: Sequence[DaySum] | None,
        *,
        rates: ErrorRates | None = None,
    ) -> tuple[VisitorsReport, Accuracy | None]:
        """From the days, or from the visits where there are none; with ranges where there are rates."""
        of_sites = calendars(period, query.cut, rules)
        found = buckets(period, query.cut, of_sites)
        spans: Sequence[UptimeSpan] = ()
        if found:
            start, end = min(each.start for each in found), max(each.end for each in found)
            spans = await tx.uptime.between(rules, start, end)
        if days is None:
            visits = await tx.reports.visits(of_sites, query.scope)
            uncounted = await tx.reports.uncounted(of_sites)
        else:
            visits = report_days.tallies(days, query.scope)
            uncounted = report_days.uncounted(days)
        covered = coverage(of_sites, spans, self._clock.now())
        accuracy = None
        if rates is not None:
            passages = await tx.reports.passages_per_visit(of_sites, most=_VISITS_SAMPLED)
            accuracy = Accuracy(rates, 1.0 if passages is None else max(passages, 1.0))
        return visitors_report(period, found, visits, uncounted, covered, accuracy=accuracy), accuracy

    def _time_zones(self, rules: Mapping[UUID, SiteRules]) -> Sequence[str]:
        now = self._clock.now()
        return sorted({each.at(now).time_zone for each in rules.values()})

    def _exported(
        self, principal: Principal, query: VisitorsQuery, *, by_site: bool, file_format: ReportFormat
    ) -> AuditEntry:
        return AuditEntry.of(
            principal,
            Action.REPORT_EXPORT,
            None,
            at=self._clock.now(),
            detail={
                "site_ids": [str(site_id) for site_id in query.site_ids],
                "start_date": query.period.start.isoformat(),
                "end_date": query.period.end.isoformat(),
                "granularity": query.cut.granularity.value,
                "by_site": by_site,
                "format": file_format.value,
            },
            resource="report",
        )


def refuse_too_long(period: Period, cut: Cut, field: str) -> None:
    if fault := too_long(period, cut):
        raise invalid_fields([FieldViolation(field, fault, "report_period.buckets")])


async def settled(tx: Transaction, query: VisitorsQuery) -> VisitorsQuery:
    """The query with the day that its weeks begin with."""
    if not query.settled_week:
        return query
    settings = await tx.settings.get()
    return replace(query, cut=replace(query.cut, week_start=settings.week_start), settled_week=False)


async def rules_of(
    tx: Transaction, principal: Principal, site_ids: Collection[UUID]
) -> Mapping[UUID, SiteRules]:
    """The rules of the sites that are asked for, or of all. Raises NOT_FOUND for one that is not there."""
    for site_id in site_ids:
        require_site(principal, site_id)
    known = frozenset(await tx.reports.sites())
    for site_id in site_ids:
        if site_id not in known:
            raise not_found("site", site_id)
    return await tx.sites.rules(site_ids or known)


async def _names(tx: Transaction, site_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What the sites are called; one that was removed has no name any more."""
    found = [await tx.sites.get(site_id) for site_id in site_ids]
    return {site.site_id: site.display_name for site in found if site is not None}


def _weekdays(of_sites: Sequence[Calendar]) -> Sequence[Calendar]:
    """The same days, but those of one weekday are one bucket: its unique visitors are no sum."""
    return [calendar.renamed(lambda name: _name_of(_weekday_of(name.start))) for calendar in of_sites]


def _weekdays_of(period: Period) -> Starts:
    """Days of one weekday together."""
    return {day: _name_of(_weekday_of(day)).start for day in period.days()}


def _weekday_of(day: date) -> Weekday:
    return list(Weekday)[day.weekday()]


def _name_of(weekday: Weekday) -> BucketName:
    """A bucket that stands for all days of the kind; which day names it does not matter."""
    return BucketName(date(2024, 1, 1 + weekday.number))
