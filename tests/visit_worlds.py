"""Small worlds of tracks for property tests of visits, and by brute force what their visits are.

A world's times are steps of ten minutes around a night in which the clocks of its zones change or not, so
gaps are often met exactly, days are often crossed, and rules change in the middle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from fakes.ingest import an_ingest
from fakes.manual_clock import ManualClock
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.change import ChangeKind, Topic
from footfall_server.domain.face_event import FaceEvent, FaceOutcome
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.places import Camera, Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind, VisitView
from footfall_server.ports import Transactions
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.visit_book import VisitBook
from hypothesis import strategies as st
from storage_samples import people

STEP = timedelta(minutes=10)
STEPS = 36 * 6
NIGHTS = {
    "Europe/Berlin": datetime(2026, 3, 28, 12, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 31, 14, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 0, tzinfo=UTC),
    "Africa/Cairo": datetime(2026, 4, 23, 10, tzinfo=UTC),
    "America/Santiago": datetime(2026, 9, 5, 14, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 6, 1, 8, tzinfo=UTC),
}
NAMES = UUID(int=0x5EED)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One event of a track: what of it was seen."""

    track_id: UUID
    person: int
    place: int
    begin: int
    end: int
    seed: UUID


@dataclass(frozen=True, slots=True)
class World:
    """Persons and places are numbers, times are steps after `start`."""

    start: datetime
    rules: tuple[SiteRules, ...]
    glimpses: tuple[Glimpse, ...]

    def at(self, step: int) -> datetime:
        return self.start + step * STEP


@st.composite
def worlds(draw: st.DrawFn, *, max_tracks: int = 9) -> World:
    start = NIGHTS[draw(st.sampled_from(sorted(NIGHTS)))]
    tracks = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, 1),
                st.integers(20, STEPS - 20),
                st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 6)), min_size=1, max_size=3),
            ),
            min_size=1,
            max_size=max_tracks,
        )
    )
    seeds = draw(st.permutations(range(len(tracks))))
    glimpses = [
        Glimpse(
            track_id=uuid5(NAMES, f"track {number}"),
            person=person,
            place=place,
            begin=begin + offset,
            end=begin + offset + length,
            seed=UUID(int=1000 + seeds[number]),
        )
        for number, (person, place, begin, parts) in enumerate(tracks)
        for offset, length in parts
    ]
    return World(start, (draw(_site_rules(start)), draw(_site_rules(start))), tuple(glimpses))


@st.composite
def _site_rules(draw: st.DrawFn, start: datetime) -> SiteRules:
    def version(number: int, effective_at: datetime | None) -> SiteRule:
        return SiteRule(
            rule_version=number,
            effective_at=effective_at,
            time_zone=draw(st.sampled_from([*NIGHTS, "UTC"])),
            visit_gap=draw(st.sampled_from([STEP, 6 * STEP, 18 * STEP])),
            business_day_start=timedelta(minutes=draw(st.sampled_from([0, 150, 240, 1410]))),
        )

    changes = sorted(draw(st.sets(st.integers(0, STEPS), max_size=2)))
    later = [version(number, start + step * STEP) for number, step in enumerate(changes, start=2)]
    return SiteRules((version(1, None), *later))


@st.composite
def deliveries(draw: st.DrawFn, world: World) -> list[list[Glimpse]]:
    """The world's events in any order, some of them again, in batches of any size."""
    again = draw(st.lists(st.sampled_from(world.glimpses), max_size=4))
    order = draw(st.permutations([*world.glimpses, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=6)))
    batches = [order[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return [list(batch) for batch in batches if batch]


@dataclass(frozen=True, slots=True)
class Truth:
    """Visits by id, the visit of each track, and which visits are their customers' first."""

    visits: Mapping[UUID, Visit]
    visit_of: Mapping[UUID, UUID]
    new: frozenset[UUID]


def brute_force(sightings: Iterable[Sighting], rules: Mapping[UUID, SiteRules]) -> Truth:
    """What visits these sightings are, found without any of the product's own steps."""
    groups = [[each] for each in sightings if each.customer_id is not None]
    while True:
        touching = (
            (one, other)
            for one, other in product(groups, groups)
            if one is not other and any(_close(left, right, rules) for left, right in product(one, other))
        )
        if (pair := next(touching, None)) is None:
            break
        groups = [group for group in groups if group is not pair[0] and group is not pair[1]]
        groups.append([*pair[0], *pair[1]])
    visits: dict[UUID, Visit] = {}
    visit_of: dict[UUID, UUID] = {}
    for group in groups:
        visit_id = min(each.visit_seed for each in group if each.visit_seed is not None)
        version, day = _rule_and_day(group[0], rules)
        assert group[0].customer_id is not None
        visits[visit_id] = Visit(
            visit_id,
            group[0].site_id,
            group[0].customer_id,
            min(each.first_seen_at for each in group),
            max(each.last_seen_at for each in group),
            version.rule_version,
            day,
        )
        visit_of.update((each.track_id, visit_id) for each in group)
    new = frozenset(
        visit.visit_id
        for visit in visits.values()
        if not any(
            other.customer_id == visit.customer_id
            and (other.first_seen_at, other.visit_id) < (visit.first_seen_at, visit.visit_id)
            for other in visits.values()
        )
    )
    return Truth(visits, visit_of, new)


def _close(one: Sighting, other: Sighting, rules: Mapping[UUID, SiteRules]) -> bool:
    if (one.site_id, one.customer_id) != (other.site_id, other.customer_id):
        return False
    rule, day = _rule_and_day(one, rules)
    return (
        _rule_and_day(other, rules) == (rule, day)
        and one.first_seen_at - other.last_seen_at <= rule.visit_gap
        and other.first_seen_at - one.last_seen_at <= rule.visit_gap
    )


def _rule_and_day(sighting: Sighting, rules: Mapping[UUID, SiteRules]) -> tuple[SiteRule, date]:
    at = sighting.first_seen_at
    versions = rules[sighting.site_id].versions
    rule = [each for each in versions if each.effective_at is None or each.effective_at <= at][-1]
    around = [at.date() + timedelta(days=number) for number in range(-3, 4)]
    begun = [day for day in around if _begins(day, rule) <= at]
    return rule, max(begun)


def _begins(day: date, rule: SiteRule) -> datetime:
    hours, minutes = divmod(int(rule.business_day_start.total_seconds()) // 60, 60)
    return datetime.combine(day, time(hours, minutes), ZoneInfo(rule.time_zone)).astimezone(UTC)


@dataclass(slots=True)
class Played:
    """A world in a tenant of its own: told batch by batch, as recording a batch does it.

    `roots` is who each person is after merges. A watcher follows the changes as the console does; `seen` is
    what it shows.
    """

    world: World
    transactions: Transactions
    tenant_id: UUID
    sites: Sequence[UUID] = ()
    persons: Sequence[UUID] = ()
    roots: dict[UUID, UUID] = field(default_factory=dict)
    seen: dict[UUID, VisitView] = field(default_factory=dict)
    revision: int = 0

    async def open(self) -> None:
        """Opens both sites and makes both persons customers."""
        await self._open_sites()
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            await tx.batches.write(BatchRecords(at=self.world.start, people=people(self.persons)))

    async def _open_sites(self) -> None:
        self.sites = [uuid5(self.tenant_id, f"site {number}") for number in range(2)]
        self.persons = [uuid5(self.tenant_id, f"person {number}") for number in range(2)]
        self.roots = {person: person for person in self.persons}
        at = self.world.start
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            for site_id, rules in zip(self.sites, self.world.rules, strict=True):
                rule = rules.versions[-1]
                site = Site(
                    site_id, str(site_id), rule.time_zone, rule.visit_gap, rule.business_day_start, at, at
                )
                await tx.sites.add(site, None)
                await tx.sites.save_rules(site_id, rules)

    async def tell(self, batch: Sequence[Glimpse]) -> None:
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            known = dict(await tx.sightings.by_track({glimpse.track_id for glimpse in batch}))
            fresh: dict[UUID, Sighting] = {}
            for glimpse in batch:
                before = fresh.get(glimpse.track_id) or known.get(glimpse.track_id)
                sighting = self._with(before, glimpse)
                if sighting != before:
                    fresh[glimpse.track_id] = sighting
            sightings = list(fresh.values())
            # As in the product, the batch knows the rules of some sites, and who was never here before.
            rules = await tx.sites.rules(self.sites[:1])
            strangers = frozenset(self.persons) - {each.customer_id for each in self.seen.values()}
            entry = await VisitBook(tx).enter(sightings, rules, strangers)
            await tx.batches.write(
                BatchRecords(
                    at=self.world.start,
                    visits=entry.visits,
                    sightings=[replace(each, visit_id=entry.visit_of[each.track_id]) for each in sightings],
                    changes=entry.changes,
                )
            )
        await self.watch()

    def _with(self, before: Sighting | None, glimpse: Glimpse) -> Sighting:
        begin, end = self.world.at(glimpse.begin), self.world.at(glimpse.end)
        if before is not None:
            return replace(
                before,
                first_seen_at=min(before.first_seen_at, begin),
                last_seen_at=max(before.last_seen_at, end),
            )
        owner = self.persons[glimpse.person]
        return Sighting(
            track_id=glimpse.track_id,
            site_id=self.sites[glimpse.place],
            camera_id=NAMES,
            worker_id=None,
            first_seen_at=begin,
            last_seen_at=end,
            final=True,
            outcome=FaceOutcome.KNOWN,
            customer_id=self.roots[owner],
            visit_id=None,
            score=0.9,
            quality_score=0.9,
            female_probability=None,
            image_id=None,
            model_id="model",
            owner_id=owner,
            visit_seed=glimpse.seed,
        )

    async def watch(self) -> None:
        """What the watcher learns from the changes since it last looked."""
        async with self.transactions.begin(self.tenant_id) as tx:
            changes = await tx.changes.read_after(
                self.revision, topics=[Topic.VISITS], sites=None, limit=1000
            )
            for change in changes:
                self.revision = change.revision
                view = await tx.visits.get(change.resource_id)
                if change.kind is ChangeKind.DELETED:
                    del self.seen[change.resource_id]
                else:
                    assert (change.resource_id in self.seen) == (change.kind is ChangeKind.UPDATED)
                    assert view is not None
                    assert view.site_id == change.site_id
                    self.seen[change.resource_id] = view

    async def check(self) -> Truth:
        """What is kept is the truth about what was told so far, and the watcher knows all of it."""
        async with self.transactions.begin(self.tenant_id) as tx:
            tracks = {glimpse.track_id for glimpse in self.world.glimpses}
            sightings = (await tx.sightings.by_track(tracks)).values()
            customers = {each.customer_id for each in sightings if each.customer_id is not None}
            visits = await tx.visits.of_customers(customers)
            views = await tx.visits.list(matching=VisitFilter(), after=None, limit=500)
            truth = brute_force(sightings, await tx.sites.rules(self.sites))
        assert {visit.visit_id: visit for visit in visits} == truth.visits
        assert {each.track_id: each.visit_id for each in sightings} == truth.visit_of
        assert {view.visit_id for view in views if view.kind is VisitKind.NEW} == truth.new
        assert {view.visit_id: view for view in views} == self.seen
        return truth


@dataclass(slots=True)
class Filmed(Played):
    """A world that goes through the whole of ingest: faces are recognised and their tracks followed.

    Each track is on a camera of its own, so nobody is kept from being recognised by who stands there.
    """

    ingest: FaceIngest = field(init=False)

    async def open(self) -> None:
        await self._open_sites()
        at = self.world.start
        async with self.transactions.begin(self.tenant_id) as tx:
            for track_id, place in {each.track_id: each.place for each in self.world.glimpses}.items():
                name, url = str(track_id), "rtsp://camera.invalid/1"
                camera = Camera(
                    self._camera(track_id),
                    self.sites[place],
                    name,
                    url,
                    enabled=True,
                    created_at=at,
                    updated_at=at,
                )
                await tx.cameras.add(camera, None)
        self.ingest = an_ingest(
            transactions=self.transactions,
            index=MemoryFaceIndex({MODEL_ID: DIMENSION}),
            images=MemoryImages(),
            clock=ManualClock(self.world.at(2 * STEPS)),
        )

    async def tell(self, batch: Sequence[Glimpse]) -> None:
        worker = Principal(
            NAMES, Role.WORKER, self.tenant_id, self.world.at(3 * STEPS), frozenset(self.sites)
        )
        await self.ingest.record_many(worker, [self._event(glimpse) for glimpse in batch])
        await self.watch()

    def _event(self, glimpse: Glimpse) -> FaceEvent:
        begin, end = self.world.at(glimpse.begin), self.world.at(glimpse.end)
        event = face_event(
            self._camera(glimpse.track_id),
            person(glimpse.person),
            at=begin,
            seconds=(end - begin).total_seconds(),
            track_id=glimpse.track_id,
            final=False,
        )
        return replace(event, event_id=uuid5(NAMES, repr(glimpse)))

    def _camera(self, track_id: UUID) -> UUID:
        return uuid5(self.tenant_id, f"camera of {track_id}")

    async def check(self) -> Truth:
        """As of any world; and each person is one customer."""
        async with self.transactions.begin(self.tenant_id) as tx:
            tracks = await tx.sightings.by_track({glimpse.track_id for glimpse in self.world.glimpses})
        who = {glimpse.track_id: glimpse.person for glimpse in self.world.glimpses}
        customers = {(who[track_id], each.customer_id) for track_id, each in tracks.items()}
        assert len(customers) == len({number for number, _ in customers})
        return await Played.check(self)
