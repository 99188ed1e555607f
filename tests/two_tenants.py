"""Two chains on one real core, and an eye on every answer: nothing of one is ever in an answer to the other.

Whatever a chain makes carries its mark or an id that is known to be its own (a canary). Each answer, error
text and trailer is searched for the other chain's marks and ids; what the asker said itself is no leak.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
from fakes.edge_client import linked
from fakes.manual_clock import ManualClock
from fakes.recognition_basis import CONSENT, stated
from fakes.shop import Chain, Metadata, Replica, Shop
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    camera_service_pb2,
    customer_service_pb2,
    face_event_pb2,
    ingest_service_pb2,
    live_service_pb2,
    site_service_pb2,
    visit_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.places import DEFAULT_BUSINESS_DAY_START, DEFAULT_VISIT_GAP, Camera, Site, Tenant
from footfall_server.ports import Transactions
from google.protobuf.message import Message

PATIENCE = 30.0
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BARE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def ids_in(text: str) -> set[str]:
    """Every id in a text, with or without its dashes."""
    return set(_UUID.findall(text)) | {str(UUID(each)) for each in _BARE.findall(text)}


@dataclass(frozen=True)
class Place:
    """A site of a chain. Its mark is in its name and in those of its cameras."""

    site_id: str
    mark: str


@dataclass(frozen=True)
class Refused:
    """How a call failed, with all that was told."""

    code: grpc.StatusCode
    told: str


@dataclass(eq=False)
class Side:
    """A chain, what is known to be its own, and what it would be if it were alone.

    `known` are the people whom its cameras saw, by number, with the customer that each was made;
    `merged` says into whom a customer was merged, and `seen` how often each person was seen.
    """

    chain: Chain
    mark: str
    clock: ManualClock = field(default_factory=ManualClock)
    places: list[Place] = field(default_factory=list)
    cameras: dict[str, Place] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    pools: dict[str, list[str]] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    merges: list[tuple[str, str, str]] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    watched: list[live_service_pb2.WatchResponse] = field(default_factory=list)
    lost: list[AssertionError] = field(default_factory=list)
    """What the watcher found that it should not have."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    """The watcher was told something."""

    def own(self, kind: str, *ids: str) -> None:
        """Notes ids that are this chain's, to be asked for by the other one."""
        self.ids.update(each for each in ids if each)
        self.pools.setdefault(kind, []).extend(each for each in ids if each)

    def root(self, customer_id: str) -> str:
        """Who somebody is after merges."""
        into = {source: target for _, target, source in self.merges}
        while customer_id in into:
            customer_id = into[customer_id]
        return customer_id

    @property
    def roots(self) -> set[str]:
        """The customers that there are."""
        return {self.root(each) for each in self.known.values()}


@dataclass(eq=False)
class World:
    """Both chains, and the core that serves them.

    `shared` are ids that one chain took from the other and used for something of its own.
    """

    shop: Shop
    core: Replica
    sides: tuple[Side, Side]
    clock: ManualClock
    shared: set[str] = field(default_factory=set)
    calls: int = 0
    refused: int = 0

    def other(self, side: Side) -> Side:
        return self.sides[1] if side is self.sides[0] else self.sides[0]

    def metadata(self, side: Side, role: Role, place: Place | None = None) -> Metadata:
        """Signed in; managers and workers to the first site unless another is told."""
        confined = [place] if place is not None else side.places[:1]
        return self.shop.signed_in(role, chain=side.chain, sites=[UUID(each.site_id) for each in confined])

    async def ask(
        self,
        side: Side,
        method: Callable[..., Any],
        request: Message,
        *,
        role: Role = Role.TENANT_ADMIN,
        place: Place | None = None,
        stream: bool = False,
    ) -> Any:
        """Calls, looks for what should not be in the answer, and gives it, or how it was Refused.

        Of a stream the first answer is read.
        """
        call = method(request, metadata=self.metadata(side, role, place))
        self.calls += 1
        answer: Any
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await (call.read() if stream else call)
        except grpc.aio.AioRpcError as failed:
            answer = Refused(failed.code(), f"{failed.details()} {failed.debug_error_string()}")
        finally:
            if stream:
                call.cancel()
        if isinstance(answer, Refused):
            self.refused += 1
            self.search(side, f"{answer.told} {_plain(await call.trailing_metadata())}", request)
            assert answer.code not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}, answer
            return answer
        told = f"{_told(answer)} {_plain(await call.initial_metadata())} "
        told += _plain(await call.trailing_metadata())
        self.search(side, told, request)
        if role in {Role.SITE_MANAGER, Role.WORKER}:
            hidden = [each.mark for each in side.places if each != (place or side.places[0])]
            leaked = [mark for mark in hidden if mark in told and mark not in _told(request)]
            assert not leaked, f"somebody of one site was told of another: {told}"
        side.ids |= ids_in(told) - ids_in(_told(request)) - self.shared
        return answer

    def search(self, side: Side, told: str, request: Message) -> None:
        """Fails when a text that was told to one chain holds anything of the other's."""
        other = self.other(side)
        asked = _told(request)
        leaked = (ids_in(told) & other.ids) - ids_in(asked) - self.shared
        assert not leaked, f"{type(request).__name__} told {side.mark} of {leaked}: {told}"
        assert other.mark not in told or other.mark in asked, f"{type(request).__name__}: {told}"

    async def open_site(self, side: Side, *, request_id: str = "") -> None:
        mark = f"place-{new_id().hex[-10:]}"
        site = site_service_pb2.Site(
            display_name=f"{side.mark} {mark}", recognition_basis=stated(self.clock.now())
        )
        request = site_service_pb2.CreateSiteRequest(site=site, request_id=request_id or str(new_id()))
        if request_id:
            self.shared.add(request_id)
        made = await self.ask(side, self.core.sites.CreateSite, request)
        assert made.display_name == site.display_name, f"a request of the other chain was answered: {made}"
        side.own("site", made.site_id)
        if not request_id:
            side.own("request", request.request_id)
        side.places.append(Place(made.site_id, mark))
        await self.hang_camera(side, side.places[-1], Role.TENANT_ADMIN)

    async def hang_camera(self, side: Side, place: Place, role: Role) -> None:
        camera = camera_service_pb2.Camera(
            site_id=place.site_id,
            display_name=f"{side.mark} {place.mark} {len(side.cameras)}",
            source_url=f"rtsp://{side.mark}.invalid/1",
            enabled=True,
        )
        request = camera_service_pb2.CreateCameraRequest(camera=camera, request_id=str(new_id()))
        made = await self.ask(side, self.core.cameras.CreateCamera, request, role=role, place=place)
        assert made.display_name == camera.display_name
        side.own("camera", made.camera_id)
        side.cameras[made.camera_id] = place

    async def remove_camera(self, side: Side, camera_id: str) -> None:
        request = camera_service_pb2.DeleteCameraRequest(camera_id=camera_id)
        await self.ask(side, self.core.cameras.DeleteCamera, request)
        del side.cameras[camera_id]

    async def record(self, side: Side, camera_id: str, person: int, *, claims: str = "") -> None:
        """Somebody comes by: new exactly if this chain, by itself, does not know them.

        With `claims` the event, its track or its image has the id of one of the other chain's: the ids of
        one chain say nothing in the other.
        """
        self.clock.advance(timedelta(minutes=1))
        place = side.cameras[camera_id]
        event = face_event(UUID(camera_id), person=person, at=self.clock.now() - timedelta(seconds=30))
        if not self._claim(side, event, claims):
            event.crop_jpeg = JPEG + side.mark.encode()
        request = ingest_service_pb2.RecordFaceRequest(event=event)
        recorded = await self.ask(side, self.core.ingest.RecordFace, request, role=Role.WORKER, place=place)
        assert not isinstance(recorded, Refused), recorded
        new = person not in side.known
        wanted = ingest_service_pb2.FACE_OUTCOME_NEW if new else ingest_service_pb2.FACE_OUTCOME_KNOWN
        assert recorded.outcome == wanted, f"{person} was {'not ' * new}known to {side.mark}: {recorded}"
        side.own("customer", recorded.customer_id)
        side.own("visit", recorded.visit_id)
        if new:
            side.known[person] = recorded.customer_id
        assert recorded.customer_id == side.root(side.known[person])
        side.seen[person] = side.seen.get(person, 0) + 1
        again = await self.ask(side, self.core.ingest.RecordFace, request, role=Role.WORKER, place=place)
        assert again.duplicate
        assert again.customer_id == recorded.customer_id

    def _claim(self, side: Side, event: face_event_pb2.FaceEvent, claims: str) -> bool:
        """Takes one of the other chain's ids that was not taken yet. Whether the event announces an image."""
        taken = self.foreign(side, claims) if claims else None
        if taken is not None:
            self.shared.add(taken)
        if claims == "image" and taken is not None:
            event.image.image_id, event.image.size_bytes = taken, len(JPEG)
            event.image.content_type = "image/jpeg"
            side.announced.append(taken)
        elif taken is not None:
            setattr(event, f"{claims}_id", taken)
        for kind, each in (("event", event.event_id), ("track", event.track_id)):
            if each != taken:
                side.own(kind, each)
        return event.HasField("image")

    def foreign(self, side: Side, kind: str, place: int = -1) -> str | None:
        """An id of the other chain's, of this kind and of nobody else's; None when there is none."""
        theirs = [each for each in self.other(side).pools.get(kind, ()) if each not in self.shared]
        return theirs[place % len(theirs)] if theirs else None

    async def link(self, side: Side) -> None:
        """A worker asks for URLs to put images of both chains: it gets those of its own, below its prefix."""
        place = side.places[0]
        theirs = [each for kind in ("image", "track") if (each := self.foreign(side, kind)) is not None]
        asked = [*theirs, *side.announced[-3:]]
        if not asked:
            return
        metadata = self.metadata(side, Role.WORKER, place)
        async with linked(self.core, metadata) as (worker, welcome):
            request = ingest_service_pb2.UploadRequest(image_ids=asked)
            self.search(side, _told(welcome), request)
            assert {each.camera_id for each in welcome.desired_cameras.cameras} == {
                camera_id for camera_id, where in side.cameras.items() if where == place
            }
            await worker.say(upload_request=request)
            grants = (await worker.hear("upload_grants")).upload_grants
            self.search(side, _told(grants), request)
            assert not {each.image_id for each in grants.grants} & set(theirs)
            for grant in grants.grants:
                assert str(side.chain.tenant.tenant_id) in grant.put_url, "a URL leads to another chain"

    async def merge(self, side: Side, target: str, source: str) -> None:
        request = customer_service_pb2.MergeCustomersRequest(
            customer_id=target, source_customer_ids=[source], reason=side.mark, force=True
        )
        made = await self.ask(side, self.core.customers.MergeCustomers, request)
        side.own("merge", made.merge_id)
        side.merges.append((made.merge_id, target, source))

    async def unmerge(self, side: Side) -> None:
        merge_id, _, _ = side.merges.pop()
        request = customer_service_pb2.UnmergeCustomersRequest(merge_id=merge_id)
        undone = await self.ask(side, self.core.customers.UnmergeCustomers, request)
        assert not isinstance(undone, Refused), undone

    async def forget(self, side: Side, root: str) -> None:
        request = customer_service_pb2.DeleteCustomerRequest(customer_id=root)
        await self.ask(side, self.core.customers.DeleteCustomer, request)
        family = {each for each in side.known.values() if side.root(each) == root}
        for person in [person for person, each in side.known.items() if each in family]:
            del side.known[person]
            del side.seen[person]
        side.merges = [each for each in side.merges if each[1] not in family]

    async def visits(self, side: Side) -> visit_service_pb2.ListVisitsResponse:
        """All visits; their images are asked for by the other chain from now on."""
        request = visit_service_pb2.ListVisitsRequest(page_size=500)
        listed = await self.ask(side, self.core.visits.ListVisits, request)
        assert isinstance(listed, visit_service_pb2.ListVisitsResponse)
        known = set(side.pools.get("image", ()))
        side.own("image", *({each.image_id for each in listed.visits} - known))
        return listed

    async def check(self, side: Side) -> None:
        """What the chain is told of itself is what it would be if it were alone."""
        core = self.core
        sites = await self.ask(side, core.sites.ListSites, site_service_pb2.ListSitesRequest(page_size=500))
        assert {each.site_id for each in sites.sites} == {each.site_id for each in side.places}
        cameras = await self.ask(
            side, core.cameras.ListCameras, camera_service_pb2.ListCamerasRequest(page_size=500)
        )
        assert {each.camera_id for each in cameras.cameras} == side.cameras.keys()
        customers = await self.ask(
            side, core.customers.ListCustomers, customer_service_pb2.ListCustomersRequest(page_size=500)
        )
        assert {each.customer_id for each in customers.customers} == side.roots
        numbers = [each.number for each in customers.customers]
        assert all(0 < each <= len(side.pools.get("customer", ())) for each in numbers), "numbers have gaps"
        visits = await self.visits(side)
        assert sum(each.sighting_count for each in visits.visits) == sum(side.seen.values())
        assert {each.customer_id for each in visits.visits} == side.roots
        await self._hear_all(side, visits.revision)

    async def _hear_all(self, side: Side, revision: int) -> None:
        """The watcher heard of every revision once, and each was a change of something of the side.

        Were there more, somebody else's changes would count there.
        """
        async with asyncio.timeout(PATIENCE):
            while not side.lost and (not side.watched or side.watched[-1].revision < revision):
                side.stirred.clear()
                await side.stirred.wait()
        if side.lost:
            raise side.lost[0]
        told = [each.revision for each in side.watched if each.WhichOneof("change") is not None]
        assert told == sorted(set(told)), "a change was told twice"
        reached = [each for each in told if each <= revision]
        assert reached == list(range(1, revision + 1)), "revisions tell of somebody else's changes"


@asynccontextmanager
async def two_tenants(shop: Shop, core: Replica, transactions: Transactions) -> Any:
    """Two fresh chains with a site each, and somebody of each who watches everything."""
    sides = []
    for _ in range(2):
        mark = f"chain-{new_id().hex[-10:]}"
        tenant = Tenant(new_id(), mark, shop.clock.now(), shop.clock.now())
        async with transactions.begin_platform() as tx:
            await tx.add_tenant(tenant, None)
        side = Side(_chain(tenant), mark, shop.clock)
        side.ids.add(str(tenant.tenant_id))
        sides.append(side)
    world = World(shop, core, (sides[0], sides[1]), shop.clock)
    watchers = [asyncio.create_task(_watch(world, side)) for side in world.sides]
    try:
        for side in world.sides:
            await world.open_site(side)
        yield world
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


async def _watch(world: World, side: Side) -> None:
    topics = [live_service_pb2.TOPIC_VISITS, live_service_pb2.TOPIC_WORKERS, live_service_pb2.TOPIC_CAMERAS]
    request = live_service_pb2.WatchRequest(topics=topics, after_revision=0)
    stream = world.core.live.Watch(
        request, metadata=world.shop.signed_in(Role.TENANT_ADMIN, chain=side.chain)
    )
    async for message in stream:
        try:
            world.search(side, _told(message), request)
        except AssertionError as leak:
            side.lost.append(leak)
        side.watched.append(message)
        side.stirred.set()


def _chain(tenant: Tenant) -> Chain:
    """A chain as Shop signs people in for it; its places are made by calls."""
    at = tenant.created_at
    site = Site(
        new_id(),
        "",
        "UTC",
        DEFAULT_VISIT_GAP,
        DEFAULT_BUSINESS_DAY_START,
        at,
        at,
        recognition_basis=CONSENT,
    )
    camera = Camera(new_id(), site.site_id, "", "usb:0", enabled=True, created_at=at, updated_at=at)
    return Chain(tenant, site, site, camera, camera)


def _told(message: Message) -> str:
    """All of a message as text; bytes are escaped, which leaves marks and ids as they are."""
    return str(message)


def _plain(metadata: Any) -> str:
    pairs: Sequence[tuple[str, str | bytes]] = tuple(metadata or ())
    return " ".join(
        f"{key}={value.decode('latin-1') if isinstance(value, bytes) else value}" for key, value in pairs
    )
