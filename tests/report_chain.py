"""A chain with the rules and tracks of a small world, and what its reports have to say, counted by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from customer_samples import a_customer
from fakes.manual_clock import START, ManualClock
from fakes.memory_tables import TenantTables
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.report import NewVisitScope, VisitTally
from footfall_server.domain.report_period import BucketName, Cut, Granularity, Period, Weekday
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import Visit
from footfall_server.services.reports import ReportService, VisitorsQuery
from footfall_server.services.visit_rebuild import VisitRebuild
from storage_samples import a_site
from visit_worlds import World, brute_force

TENANT = UUID(int=1)
SITES = (UUID(int=11), UUID(int=12))
PEOPLE = (UUID(int=101), UUID(int=102))
Numbers = tuple[int, int, int]


def bucket_of(visit: Visit, rules: Mapping[UUID, SiteRules], cut: Cut, period: Period) -> BucketName:
    """The bucket of a visit, by its own day and the clock of its own rule."""
    day = visit.business_day
    match cut.granularity:
        case Granularity.HOUR:
            versions = rules[visit.site_id].versions
            [rule] = [each for each in versions if each.rule_version == visit.rule_version]
            shown = visit.first_seen_at.astimezone(ZoneInfo(rule.time_zone))
            return BucketName(shown.date(), shown.hour, bool(shown.fold))
        case Granularity.DAY:
            return BucketName(day)
        case Granularity.WEEK:
            while list(Weekday)[day.weekday()] is not cut.week_start and day > period.start:
                day -= timedelta(days=1)
            return BucketName(day)
        case Granularity.MONTH:
            return BucketName(max(date(day.year, day.month, 1), period.start))


def by_hand(
    visits: Sequence[Visit], sites: Sequence[UUID], scope: NewVisitScope, name: Callable[[Visit], object]
) -> dict[object, Numbers]:
    """(visits, unique visitors, new visits) of each bucket; `visits` are all of the tenant."""
    found: dict[object, Numbers] = {}
    for bucket in {name(visit) for visit in visits}:
        members = [each for each in visits if name(each) == bucket and each.site_id in sites]
        fresh = [
            each
            for each in members
            if not any(
                (other.first_seen_at, other.visit_id) < (each.first_seen_at, each.visit_id)
                and other.customer_id == each.customer_id
                and (scope is NewVisitScope.TENANT or other.site_id == each.site_id)
                for other in visits
            )
        ]
        if members:
            found[bucket] = (len(members), len({each.customer_id for each in members}), len(fresh))
    return found


def sightings_of(world: World) -> list[Sighting]:
    """The tracks of a world, whole; the third person's faces cannot be told apart."""
    spans: dict[UUID, Sighting] = {}
    for each in world.glimpses:
        known = spans.get(each.track_id)
        begin, end = world.at(each.begin), world.at(each.end)
        spans[each.track_id] = Sighting(
            track_id=each.track_id,
            site_id=SITES[each.place],
            camera_id=UUID(int=21 + each.place),
            worker_id=None,
            first_seen_at=begin if known is None else min(known.first_seen_at, begin),
            last_seen_at=end if known is None else max(known.last_seen_at, end),
            final=True,
            outcome=FaceOutcome.KNOWN,
            customer_id=PEOPLE[each.person],
            visit_id=None,
            score=0.9,
            quality_score=0.9,
            female_probability=None,
            image_id=None,
            model_id="model",
            owner_id=PEOPLE[each.person],
            visit_seed=each.seed if known is None else min(known.visit_seed or each.seed, each.seed),
        )
    return list(spans.values())


class Chain:
    """A chain with a world's rules and tracks, and the reports on it."""

    def __init__(self, world: World, unclear: Sequence[int]) -> None:
        self.clock = ManualClock(START)
        self.transactions = MemoryTransactions(clock=self.clock)
        self.reports = ReportService(transactions=self.transactions, clock=self.clock)
        self.rules = dict(zip(SITES, world.rules, strict=True))
        self.admin = Principal(UUID(int=9), Role.TENANT_ADMIN, TENANT, START)
        self.sightings = [
            replace(each, customer_id=None, owner_id=None, outcome=FaceOutcome.UNRECOGNISABLE)
            if index in unclear
            else each
            for index, each in enumerate(sightings_of(world))
        ]

    @property
    def tables(self) -> TenantTables:
        return self.transactions.tables(TENANT)

    async def open(self) -> None:
        for site_id, name in zip(SITES, ("Old Town", "Harbour"), strict=True):
            self.tables.sites[site_id] = a_site(name, site_id)
            for version in self.rules[site_id].versions:
                self.tables.site_rules[site_id, version.rule_version] = version
        async with self.transactions.begin_exclusive(TENANT) as tx:
            for customer_id in PEOPLE:
                await tx.customers.add(a_customer("", customer_id=customer_id), None)
            await tx.sightings.save(self.sightings)
            await tx.changes.append(await VisitRebuild(tx).of(PEOPLE))

    async def hire(self, customer_id: UUID) -> None:
        """Somebody is found out to be staff."""
        customer = self.tables.customers[customer_id]
        self.tables.customers[customer_id] = replace(customer, kind=CustomerKind.STAFF)
        async with self.transactions.begin_exclusive(TENANT) as tx:
            await tx.changes.append(await VisitRebuild(tx).of([customer_id]))

    def visits_by_hand(self) -> list[Visit]:
        """All visits of the tenant as they have to be, from the tracks as they are now."""
        people = self.tables.customers.values()
        countable = {
            each.customer_id
            for each in people
            if each.is_root and each.kind is CustomerKind.VISITOR and each.state is IdentityState.CONFIRMED
        }
        seen = [each for each in self.tables.sightings.values() if each.customer_id in countable]
        return list(brute_force(seen, self.rules).visits.values())

    async def check(self, query: VisitorsQuery) -> None:
        """The report is what is counted by hand."""
        report = (await self.reports.visitors(self.admin, query)).report
        days = set(query.period.days())
        # The first visit may lie before the period, and at a site that is not asked for.
        everything = self.visits_by_hand()
        sites = query.site_ids or SITES

        def name(visit: Visit) -> object:
            inside = visit.business_day in days
            return bucket_of(visit, self.rules, query.cut, query.period) if inside else None

        expected = by_hand(everything, sites, query.scope, name)
        expected.pop(None, None)
        told = {
            each.bucket.name: _numbers(each.counts.visits)
            for each in report.buckets
            if each.counts.visits.visits
        }
        assert told == expected
        whole = by_hand(everything, sites, query.scope, lambda visit: visit.business_day in days)
        assert _numbers(report.total.visits) == whole.get(True, (0, 0, 0))
        staff, unclear = 0, 0
        for each in self.tables.sightings.values():
            in_period = self.rules[each.site_id].day(each.first_seen_at) in days
            if each.visit_id is None and each.site_id in sites and in_period:
                known = each.customer_id and self.tables.customers[each.customer_id]
                of_staff = bool(known and known.kind is CustomerKind.STAFF)
                staff, unclear = staff + of_staff, unclear + (not of_staff)
        assert (report.total.uncounted.staff, report.total.uncounted.unidentifiable) == (staff, unclear)


def _numbers(tally: VisitTally) -> Numbers:
    return tally.visits, tally.unique_visitors, tally.new_visits
