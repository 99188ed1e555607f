"""Worlds of tracks, played to a tenant of their own batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from fakes.ingest import an_ingest
from fakes.manual_clock import ManualClock
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.recognition_basis import CONSENT
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.change import ChangeKind, Topic
from footfall_server.domain.face_event import FaceEvent, FaceOutcome
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.places import Camera, Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import VisitFilter, VisitKind, VisitView
from footfall_server.ports import Transactions
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.visit_book import VisitBook
from storage_samples import people
from visit_worlds import NAMES, STEPS, Glimpse, Truth, World, brute_force


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
                    site_id,
                    str(site_id),
                    rule.time_zone,
                    rule.visit_gap,
                    rule.business_day_start,
                    at,
                    at,
                    recognition_basis=CONSENT,
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
