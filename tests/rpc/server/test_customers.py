"""CustomerService, as people use it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from customer_samples import a_customer, a_suggestion, a_track, a_track_face
from fakes.manual_clock import START
from fakes.memory_tables import GalleryRow, TenantTables
from fakes.merge_world import MergeWorld
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import customer_service_pb2 as pb
from footfall.v1 import visit_service_pb2
from footfall_server.domain.change import ChangeKind
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.image import ImageState
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.suggestion import SuggestionKind
from google.protobuf.field_mask_pb2 import FieldMask
from storage_samples import a_face, an_image

LONG_AGO = START - timedelta(days=20)
SECRET = "Frau Q7 Vertraulich"


class Chain:
    """The shop's own chain, its customers, and somebody who may do everything."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.stub = core.customers
        self.visits = core.visits
        self.tenant_id = shop.own.tenant.tenant_id
        self.world = MergeWorld(shop.transactions, self.tenant_id, shop.clock)
        self.admin: Metadata = shop.signed_in(Role.TENANT_ADMIN)
        self.manager: Metadata = shop.signed_in(Role.SITE_MANAGER)

    @property
    def tables(self) -> TenantTables:
        return self.shop.transactions.tables(self.tenant_id)

    async def person(
        self,
        name: str = "",
        *,
        kind: CustomerKind = CustomerKind.VISITOR,
        state: IdentityState = IdentityState.CONFIRMED,
        hours: Sequence[float] = (),
        face: bool = True,
    ) -> str:
        """Somebody who was seen at the first site at these hours, with one face."""
        made = a_customer(name, kind=kind, state=state)
        await self.world.open([], [made])
        for each in hours:
            await self.see(str(made.customer_id), each)
        if face:
            row = GalleryRow(a_face(made.customer_id), indexed_at=START)
            self.tables.gallery[row.face.face_id] = row
        return str(made.customer_id)

    async def see(
        self, customer_id: str, hour: float, *, elsewhere: bool = False, image: bool = False
    ) -> Sighting:
        own = self.shop.own
        camera = own.other_camera if elsewhere else own.camera
        track = a_track(
            UUID(customer_id),
            camera.site_id,
            at=LONG_AGO + timedelta(hours=hour),
            camera_id=camera.camera_id,
        )
        if image:
            row = replace(
                an_image(self.tenant_id, camera.site_id), track_id=track.track_id, state=ImageState.STORED
            )
            self.tables.images[row.image_id] = row
            self.shop.images.objects[row.object_key] = (b"jpeg", "image/jpeg")
            track = replace(track, image_id=row.image_id)
        await self.world.record(track)
        return track

    async def get(self, customer_id: str, metadata: Metadata | None = None) -> pb.Customer:
        request = pb.GetCustomerRequest(customer_id=customer_id)
        return await self.stub.GetCustomer(request, metadata=metadata or self.admin)

    async def merge(self, customer_id: str, *source_ids: str, **fields: object) -> pb.Merge:
        request = pb.MergeCustomersRequest(customer_id=customer_id, source_customer_ids=source_ids, **fields)  # type: ignore[arg-type]
        return await self.stub.MergeCustomers(request, metadata=self.admin)

    async def unmerge(self, merge_id: str) -> pb.Merge:
        return await self.stub.UnmergeCustomers(
            pb.UnmergeCustomersRequest(merge_id=merge_id), metadata=self.admin
        )

    async def distinct(self, customer_id: str) -> list[pb.DistinctCustomer]:
        request = pb.ListDistinctCustomersRequest(customer_id=customer_id)
        return list((await self.stub.ListDistinctCustomers(request, metadata=self.admin)).distinct_customers)

    async def rename(self, customer_id: str, name: str) -> pb.Customer:
        return await self.change(pb.Customer(customer_id=customer_id, display_name=name), "display_name")

    async def change(self, customer: pb.Customer, *paths: str) -> pb.Customer:
        request = pb.UpdateCustomerRequest(customer=customer, update_mask=FieldMask(paths=paths))
        return await self.stub.UpdateCustomer(request, metadata=self.admin)

    async def kinds(self, customer_id: str) -> list[str]:
        """New or repeat of each visit, the oldest first."""
        listed = await self.visits.ListVisits(
            visit_service_pb2.ListVisitsRequest(customer_id=customer_id), metadata=self.admin
        )
        return [visit_service_pb2.VisitKind.Name(each.kind)[11:] for each in reversed(listed.visits)]

    def audited(self) -> list[str]:
        return [each.action for each in self.tables.audit.values()]


@pytest.fixture
def chain(shop: Shop, core: Replica) -> Chain:
    return Chain(shop, core)


async def test_a_customer_is_made_by_hand_once_and_named(chain: Chain) -> None:
    request = pb.CreateCustomerRequest(
        customer=pb.Customer(display_name=f" {SECRET} ", number=77), request_id=str(new_id())
    )
    made = await chain.stub.CreateCustomer(request, metadata=chain.admin)
    assert await chain.stub.CreateCustomer(request, metadata=chain.admin) == made
    assert (made.display_name, made.number, made.kind) == (SECRET, 1, pb.CUSTOMER_KIND_VISITOR)
    assert (made.visit_count, made.face_count, made.image_id) == (0, 0, "")
    assert not made.HasField("first_seen_time")
    staff = pb.CreateCustomerRequest(customer=pb.Customer(kind=pb.CUSTOMER_KIND_STAFF))
    assert (await chain.stub.CreateCustomer(staff, metadata=chain.admin)).number == 2
    named = await chain.rename(made.customer_id, "Frau M.")
    assert await chain.get(made.customer_id) == named
    assert (await chain.rename(made.customer_id, "")).display_name == ""
    assert chain.audited() == ["customer.create"] * 2 + ["customer.update"] * 2


async def test_customers_are_listed_by_number_page_by_page(chain: Chain) -> None:
    for name in ("Ann", "Bob", "Hannah"):
        await chain.person(name, hours=[0])
    await chain.person(state=IdentityState.WAITING, hours=[0])
    seen, token = [], ""
    while True:
        request = pb.ListCustomersRequest(page_size=2, page_token=token)
        page = await chain.stub.ListCustomers(request, metadata=chain.manager)
        seen += [(each.number, each.display_name) for each in page.customers]
        if not (token := page.next_page_token):
            break
    assert seen == [(1, "Ann"), (2, "Bob"), (3, "Hannah")]
    found = await chain.stub.ListCustomers(pb.ListCustomersRequest(name="ANN"), metadata=chain.manager)
    assert [each.number for each in found.customers] == [1, 3]


async def test_a_manager_knows_whom_own_sites_saw_and_of_them_what_they_saw(chain: Chain) -> None:
    both, elsewhere = await chain.person("Ann", hours=[0]), await chain.person("Bob")
    image = await chain.see(both, 9, elsewhere=True, image=True)
    await chain.see(elsewhere, 0, elsewhere=True)
    everything, part = await chain.get(both), await chain.get(both, chain.manager)
    assert (everything.visit_count, everything.image_id) == (2, str(image.image_id))
    assert (part.visit_count, part.image_id) == (1, "")
    assert part.last_seen_time.ToDatetime() < everything.last_seen_time.ToDatetime()
    listed = await chain.stub.ListCustomers(pb.ListCustomersRequest(), metadata=chain.manager)
    assert list(listed.customers) == [part]
    failed = await failure(chain.get(elsewhere, chain.manager))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")
    request = pb.ListSightingsRequest(customer_id=both)
    mine = await chain.stub.ListSightings(request, metadata=chain.manager)
    every = await chain.stub.ListSightings(request, metadata=chain.admin)
    assert [each.image_id for each in every.sightings] == [str(image.image_id), ""]
    assert list(mine.sightings) == [every.sightings[1]]


async def test_who_waits_is_nobody_yet(chain: Chain) -> None:
    ann = await chain.person("Ann", hours=[0])
    waiting = await chain.person(state=IdentityState.WAITING, hours=[2])
    before = chain.shop.snapshot()
    for call in (chain.get(waiting), chain.rename(waiting, "Bob"), chain.merge(ann, waiting)):
        failed = await failure(call)
        assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")
    assert chain.shop.snapshot() == before


async def test_a_merge_is_previewed_made_and_undone(chain: Chain) -> None:
    ann, bob = await chain.person(hours=[0, 5]), await chain.person("Bob", hours=[0.5, 30])
    before = chain.shop.snapshot()
    preview = await chain.merge(ann, bob, validate_only=True)
    assert (preview.merge_id, preview.display_name) == ("", "Bob")
    assert (preview.visits_before, preview.visits_after, list(preview.conflicts)) == (4, 3, [])
    assert chain.shop.snapshot() == before
    assert (await chain.kinds(ann), await chain.kinds(bob)) == (["NEW", "REPEAT"], ["NEW", "REPEAT"])
    merge = await chain.merge(ann, bob, reason="the same coat")
    assert (merge.visits_before, merge.visits_after, merge.forced) == (4, 3, False)
    one = await chain.get(ann)
    assert (one.display_name, one.number, one.visit_count, one.face_count) == ("Bob", 1, 3, 2)
    assert list(one.merged_customer_ids) == [bob]
    assert await chain.get(bob) == one, "who was merged away is answered as who it is now"
    assert await chain.kinds(ann) == ["NEW", "REPEAT", "REPEAT"]
    undone = await chain.unmerge(merge.merge_id)
    assert undone.HasField("undo_time")
    assert [(await chain.get(each)).display_name for each in (ann, bob)] == ["", "Bob"]
    assert (await chain.kinds(ann), await chain.kinds(bob)) == (["NEW", "REPEAT"], ["NEW", "REPEAT"])
    failed = await failure(chain.unmerge(merge.merge_id))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MERGE_UNDONE")
    listed = await chain.stub.ListMerges(pb.ListMergesRequest(customer_id=bob), metadata=chain.admin)
    assert list(listed.merges) == [undone]
    assert chain.audited() == ["customer.merge", "customer.unmerge"]


async def test_the_same_request_merges_once(chain: Chain) -> None:
    ann, bob = await chain.person("Ann", hours=[0]), await chain.person("Bob", hours=[5])
    request_id = str(new_id())
    merge = await chain.merge(ann, bob, request_id=request_id)
    before = chain.shop.snapshot()
    assert await chain.merge(ann, bob, request_id=request_id) == merge
    assert chain.shop.snapshot() == before


async def test_merges_that_make_no_sense_are_refused(chain: Chain) -> None:
    ann, bob, eve = [await chain.person(name, hours=[hour]) for name, hour in (("A", 0), ("B", 5), ("C", 9))]
    await chain.merge(ann, bob)
    before = chain.shop.snapshot()
    itself = await failure(chain.merge(ann, eve, ann))
    assert (itself.code, itself.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("source_customer_ids[1]",))
    for call, part in (
        (chain.merge(eve, bob), bob),
        (chain.merge(bob, eve), bob),
        (chain.merge(ann, bob), bob),
    ):
        failed = await failure(call)
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ALREADY_MERGED")
        assert failed.metadata == {"customer_id": part, "merged_into": ann}
    forced = await failure(chain.merge(ann, eve, force=True, reason=" "))
    assert (forced.code, forced.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("reason",))
    assert chain.shop.snapshot() == before


async def test_two_who_were_seen_together_are_one_only_by_force(chain: Chain) -> None:
    ann, bob = await chain.person("Ann", hours=[0]), await chain.person("Bob", hours=[0])
    preview = await chain.merge(ann, bob, validate_only=True)
    [conflict] = preview.conflicts
    assert conflict.kind == pb.MERGE_CONFLICT_KIND_SEEN_TOGETHER
    assert {conflict.customer_id, conflict.other_customer_id} == {ann, bob}
    assert conflict.camera_id == str(chain.shop.own.camera.camera_id)
    assert conflict.seen_time.ToDatetime() == LONG_AGO.replace(tzinfo=None)
    before = chain.shop.snapshot()
    failed = await failure(chain.merge(ann, bob))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CANNOT_LINK")
    assert set(failed.metadata.values()) == {ann, bob}
    assert chain.shop.snapshot() == before
    merge = await chain.merge(ann, bob, force=True, reason="a mirror")
    assert merge.forced
    assert len(merge.conflicts) == 1
    await chain.unmerge(merge.merge_id)
    assert (await chain.get(bob)).visit_count == 1


async def test_staff_are_merged_into_nobody_who_is_counted(chain: Chain) -> None:
    visitor = await chain.person("Ann", hours=[0])
    staff = await chain.person("Chef", kind=CustomerKind.STAFF, hours=[5])
    for fields in ({}, {"validate_only": True}):
        failed = await failure(chain.merge(visitor, staff, **fields))
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CANNOT_LINK")
    preview = await chain.merge(staff, visitor, validate_only=True)
    assert (preview.visits_before, preview.visits_after) == (1, 0)
    merge = await chain.merge(staff, visitor)
    assert (await chain.get(visitor)).kind == pb.CUSTOMER_KIND_STAFF
    assert not chain.tables.visits
    await chain.unmerge(merge.merge_id)
    assert len(chain.tables.visits) == 1
    forced = await chain.merge(visitor, staff, force=True, reason="left us")
    assert forced.forced
    assert forced.visits_after == 2


async def test_an_undone_merge_gives_names_back_unless_somebody_changed_them(chain: Chain) -> None:
    ann, bob = await chain.person(hours=[0]), await chain.person("Bob", hours=[5])
    merge = await chain.merge(ann, bob)
    await chain.rename(ann, "Robert")
    await chain.unmerge(merge.merge_id)
    assert [(await chain.get(each)).display_name for each in (ann, bob)] == ["Robert", "Bob"]


@pytest.mark.parametrize("first", [0, 1])
async def test_nested_merges_are_undone_in_either_order(chain: Chain, first: int) -> None:
    ann, bob, eve = [await chain.person(name, hours=[hour]) for name, hour in (("", 0), ("B", 5), ("", 9))]
    merges = [await chain.merge(ann, bob), await chain.merge(eve, ann)]
    assert (await chain.get(bob)).customer_id == eve
    assert set((await chain.get(eve)).merged_customer_ids) == {ann, bob}
    await chain.unmerge(merges[first].merge_id)
    whose = [(await chain.get(each)).customer_id for each in (ann, bob, eve)]
    assert whose == ([eve, bob, eve] if first == 0 else [ann, ann, eve])
    await chain.unmerge(merges[1 - first].merge_id)
    found = [await chain.get(each) for each in (ann, bob, eve)]
    assert [each.customer_id for each in found] == [ann, bob, eve]
    assert [each.display_name for each in found] == ["", "B", ""]
    assert [each.visit_count for each in found] == [1, 1, 1]


async def test_staff_leave_all_visits_and_come_back_to_them_exactly(chain: Chain) -> None:
    ann = await chain.person("Ann", hours=[0, 5])
    visits = dict(chain.tables.visits)
    before = len(chain.tables.changes)
    changed = await chain.change(pb.Customer(customer_id=ann, kind=pb.CUSTOMER_KIND_STAFF), "kind")
    assert (changed.kind, changed.visit_count) == (pb.CUSTOMER_KIND_STAFF, 0)
    told = [chain.tables.changes[each] for each in sorted(chain.tables.changes)][before:]
    assert {(each.kind, each.resource_id) for each in told} == {(ChangeKind.DELETED, each) for each in visits}
    listed = await chain.stub.ListSightings(pb.ListSightingsRequest(customer_id=ann), metadata=chain.admin)
    assert [each.visit_id for each in listed.sightings] == ["", ""]
    await chain.change(pb.Customer(customer_id=ann), "kind")
    assert chain.tables.visits == visits


async def test_watchers_hear_of_every_visit_whose_name_changed(chain: Chain) -> None:
    ann = await chain.person("Ann", hours=[0, 5])
    before = len(chain.tables.changes)
    await chain.rename(ann, "Anna")
    await chain.rename(ann, "Anna")
    told = [chain.tables.changes[each] for each in sorted(chain.tables.changes)][before:]
    assert [each.kind for each in told] == [ChangeKind.UPDATED] * 2
    assert {each.resource_id for each in told} == set(chain.tables.visits)


async def test_a_split_takes_tracks_and_their_faces_and_keeps_the_two_apart(chain: Chain) -> None:
    ann = await chain.person("Ann")
    tracks = [await chain.see(ann, hour) for hour in (0, 0.1, 5, 9)]
    learned = a_face(UUID(ann))
    learned = replace(learned, track_id=tracks[2].track_id, provenance=Provenance.LEARNED)
    chain.tables.gallery[learned.face_id] = GalleryRow(learned, indexed_at=START - timedelta(days=1))
    request = pb.SplitCustomerRequest(
        customer_id=ann,
        visit_ids=[str(tracks[2].visit_seed)],
        track_ids=[str(tracks[1].track_id)],
        request_id=str(new_id()),
        reason="two coats",
    )
    new = await chain.stub.SplitCustomer(request, metadata=chain.admin)
    assert await chain.stub.SplitCustomer(request, metadata=chain.admin) == new
    assert (new.number, new.visit_count, new.face_count, new.display_name) == (2, 2, 1, "")
    assert (await chain.get(ann)).visit_count == 2
    assert chain.tables.gallery[learned.face_id].face.customer_id == UUID(new.customer_id)
    # The index is told anew whose face it is.
    await until(lambda: chain.tables.gallery[learned.face_id].indexed_at == START)
    listed = await chain.stub.ListSightings(
        pb.ListSightingsRequest(customer_id=new.customer_id), metadata=chain.admin
    )
    assert {each.track_id for each in listed.sightings} == {str(each.track_id) for each in tracks[1:3]}
    assert {each.customer_id for each in listed.sightings} == {new.customer_id}
    failed = await failure(chain.merge(ann, new.customer_id))
    assert failed.reason == "CANNOT_LINK"
    await chain.merge(ann, new.customer_id, force=True, reason="one after all")
    assert (await chain.get(ann)).visit_count == 3
    assert chain.audited() == ["customer.split", "customer.merge"]


async def test_who_is_left_without_a_face_gets_the_best_one_of_its_tracks(chain: Chain) -> None:
    ann = await chain.person("Ann", face=False)
    tracks = [await chain.see(ann, hour) for hour in (0, 5, 9)]
    faces = [a_track_face(each.track_id, quality=q) for each, q in zip(tracks, (0.9, 0.4, 0.6), strict=True)]
    chain.tables.track_faces.update((each.track_id, each) for each in faces)
    request = pb.SplitCustomerRequest(customer_id=ann, track_ids=[str(each.track_id) for each in tracks[1:]])
    new = await chain.stub.SplitCustomer(request, metadata=chain.admin)
    assert (new.face_count, (await chain.get(ann)).face_count) == (1, 1)
    rows = {row.face.customer_id: row.face for row in chain.tables.gallery.values()}
    assert rows[UUID(new.customer_id)].track_id == tracks[2].track_id
    assert rows[UUID(ann)].track_id == tracks[0].track_id
    assert {face.provenance for face in rows.values()} == {Provenance.CONFIRMED}
    assert set(chain.tables.track_faces) == {tracks[1].track_id}


async def test_a_split_that_makes_no_sense_is_refused(chain: Chain) -> None:
    ann, bob = await chain.person("Ann"), await chain.person("Bob")
    mine, other = await chain.see(ann, 0), await chain.see(bob, 5)
    before = chain.shop.snapshot()

    async def refused(**fields: Sequence[str]) -> tuple[grpc.StatusCode, str, tuple[str, ...]]:
        request = pb.SplitCustomerRequest(customer_id=ann, **fields)
        failed = await failure(chain.stub.SplitCustomer(request, metadata=chain.admin))
        return failed.code, failed.reason, failed.fields

    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert await refused() == (*invalid, ("",))
    assert await refused(track_ids=[str(mine.track_id)]) == (*invalid, ("",))
    assert await refused(track_ids=[str(other.track_id)]) == (*invalid, ("track_ids[0]",))
    missing = (grpc.StatusCode.NOT_FOUND, "VISIT_NOT_FOUND", ())
    assert await refused(visit_ids=[str(other.visit_seed)]) == missing
    assert chain.shop.snapshot() == before


async def test_a_mark_stands_against_a_merge_until_it_is_taken_back(chain: Chain) -> None:
    ann, bob, eve = [await chain.person(name, hours=[hour]) for name, hour in (("A", 0), ("B", 5), ("C", 9))]
    both = {"customer_id": ann, "other_customer_id": bob}
    for _ in range(2):
        await chain.stub.MarkDistinct(pb.MarkDistinctRequest(**both, reason="twins"), metadata=chain.admin)
    await chain.merge(eve, bob)
    [apart] = await chain.distinct(ann)
    assert (apart.customer.customer_id, apart.reason) == (eve, "twins"), "as who it is now"
    assert [each.customer.customer_id for each in await chain.distinct(bob)] == [ann]
    [conflict] = (await chain.merge(ann, eve, validate_only=True)).conflicts
    assert conflict.kind == pb.MERGE_CONFLICT_KIND_MARKED_DISTINCT
    assert {conflict.customer_id, conflict.other_customer_id} == {ann, eve}, "who they are now"
    failed = await failure(chain.merge(ann, eve))
    assert failed.reason == "CANNOT_LINK"
    await chain.stub.UnmarkDistinct(
        pb.UnmarkDistinctRequest(customer_id=eve, other_customer_id=ann), metadata=chain.admin
    )
    assert await chain.distinct(ann) == []
    await chain.merge(ann, eve)
    for other, code, reason in (
        (bob, grpc.StatusCode.FAILED_PRECONDITION, "ALREADY_MERGED"),
        (ann, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"),
    ):
        request = pb.MarkDistinctRequest(customer_id=ann, other_customer_id=other)
        failed = await failure(chain.stub.MarkDistinct(request, metadata=chain.admin))
        assert (failed.code, failed.reason) == (code, reason)


async def suggested(chain: Chain, kind: SuggestionKind, customer_id: str | None, *others: str) -> str:
    made = a_suggestion(
        None if customer_id is None else UUID(customer_id), *map(UUID, others), kind=kind, score=0.61
    )
    chain.tables.suggestions[made.suggestion_id] = made
    return str(made.suggestion_id)


async def accept(chain: Chain, suggestion_id: str) -> pb.AcceptMergeSuggestionResponse:
    request = pb.AcceptMergeSuggestionRequest(suggestion_id=suggestion_id)
    return await chain.stub.AcceptMergeSuggestion(request, metadata=chain.admin)


async def test_suggestions_are_listed_with_faces_and_accepted_once(chain: Chain) -> None:
    ann, bob = await chain.person("Ann"), await chain.person("Bob")
    images = [(await chain.see(each, hour, image=True)).image_id for each, hour in ((ann, 0), (bob, 5))]
    suggestion_id = await suggested(chain, SuggestionKind.MERGE, ann, bob)
    listed = await chain.stub.ListMergeSuggestions(pb.ListMergeSuggestionsRequest(), metadata=chain.manager)
    [shown] = listed.suggestions
    assert (shown.suggestion_id, shown.customer_id, list(shown.other_ids)) == (suggestion_id, ann, [bob])
    assert list(shown.image_ids) == [str(each) for each in images]
    assert shown.score == pytest.approx(0.61)
    assert -1 < listed.new_threshold < listed.match_threshold < 1
    done = await accept(chain, suggestion_id)
    assert done.customer_id == ann
    failed = await failure(accept(chain, suggestion_id))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SUGGESTION_NOT_FOUND")
    await chain.unmerge(done.merge_id)
    assert (await chain.get(bob)).visit_count == 1
    assert chain.audited() == ["customer.merge", "suggestion.accept", "customer.unmerge"]


async def test_people_who_wait_become_a_customers_and_wait_again(chain: Chain) -> None:
    ann = await chain.person("Ann", hours=[0])
    waiting = await chain.person(state=IdentityState.WAITING, hours=[0.5, 9])
    customers, sightings = dict(chain.tables.customers), dict(chain.tables.sightings)
    visits = dict(chain.tables.visits)
    done = await accept(chain, await suggested(chain, SuggestionKind.RESOLVE, ann, waiting))
    assert (done.customer_id, (await chain.get(ann)).visit_count) == (ann, 2)
    assert {each.outcome for each in chain.tables.sightings.values()} == {FaceOutcome.KNOWN}
    await chain.unmerge(done.merge_id)
    assert (chain.tables.sightings, chain.tables.visits) == (sightings, visits)
    assert {key: replace(each, updated_at=START) for key, each in chain.tables.customers.items()} == {
        key: replace(each, updated_at=START) for key, each in customers.items()
    }
    failed = await failure(chain.get(waiting))
    assert failed.reason == "CUSTOMER_NOT_FOUND"


async def test_people_who_wait_become_a_new_customer(chain: Chain) -> None:
    await chain.person("Ann", hours=[0])
    one = await chain.person(state=IdentityState.WAITING, hours=[3])
    other = await chain.person(state=IdentityState.WAITING, hours=[3.5, 9])
    done = await accept(chain, await suggested(chain, SuggestionKind.CONFIRM, None, one, other))
    assert (done.customer_id, done.merge_id) == (one, "")
    made = await chain.get(other)
    assert (made.customer_id, made.number, made.visit_count) == (one, 2, 2)
    outcomes = [each.outcome for each in chain.tables.sightings.values() if str(each.customer_id) == one]
    assert sorted(outcomes) == sorted([FaceOutcome.NEW, FaceOutcome.KNOWN, FaceOutcome.KNOWN])
    assert chain.tables.site_people.keys() == {(chain.shop.own.site.site_id, UUID(one))}


async def test_a_suggestion_against_what_was_seen_since_is_not_done(chain: Chain) -> None:
    ann = await chain.person("Ann", hours=[0])
    waiting = [await chain.person(state=IdentityState.WAITING, hours=[0]) for _ in range(2)]
    for kind, customer_id, others in (
        (SuggestionKind.RESOLVE, ann, waiting[:1]),
        (SuggestionKind.CONFIRM, None, waiting),
    ):
        suggestion_id = await suggested(chain, kind, customer_id, *others)
        before = chain.shop.snapshot()
        failed = await failure(accept(chain, suggestion_id))
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CANNOT_LINK")
        assert chain.shop.snapshot() == before


async def test_what_is_dismissed_is_two_people(chain: Chain) -> None:
    ann, bob, eve = [await chain.person(name, hours=[hour]) for name, hour in (("A", 0), ("B", 5), ("C", 9))]
    suggestion_id = await suggested(chain, SuggestionKind.MERGE, ann, bob, eve)
    again = await suggested(chain, SuggestionKind.MERGE, bob, ann)
    request = pb.DismissMergeSuggestionRequest(suggestion_id=suggestion_id)
    await chain.stub.DismissMergeSuggestion(request, metadata=chain.admin)
    marks = {frozenset(map(str, pair)) for pair in chain.tables.distinct}
    assert marks == {frozenset({ann, bob}), frozenset({ann, eve})}, "nothing was said of the other two"
    for gone in (suggestion_id, again):
        failed = await failure(accept(chain, gone))
        assert failed.reason == "SUGGESTION_NOT_FOUND"


async def test_looking_for_suggestions_tells_what_was_found(chain: Chain) -> None:
    found = await chain.stub.RefreshMergeSuggestions(
        pb.RefreshMergeSuggestionsRequest(), metadata=chain.admin
    )
    assert (found.suggestion_count, found.customer_count, found.waiting_count) == (0, 0, 0)


async def test_who_is_forgotten_is_gone_with_all_that_was_merged_into_it(chain: Chain) -> None:
    ann, bob = await chain.person(SECRET, hours=[0]), await chain.person("Bob")
    other = await chain.person("Eve", hours=[20])
    await chain.see(bob, 5, image=True)
    await chain.merge(ann, bob)
    faces = [row.face for row in chain.tables.gallery.values()]
    await chain.shop.index.insert(chain.tenant_id, faces)
    request = pb.DeleteCustomerRequest(customer_id=bob)
    chain.shop.images.failing = True
    before = chain.shop.snapshot()
    failed = await failure(chain.stub.DeleteCustomer(request, metadata=chain.admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert chain.shop.snapshot() == before, "what is not deleted from the store is not forgotten"
    chain.shop.images.failing = False
    changes = len(chain.tables.changes)
    await chain.stub.DeleteCustomer(request, metadata=chain.admin)
    tables = chain.tables
    assert {str(each) for each in tables.customers} == {other}
    assert {str(each.customer_id) for each in tables.sightings.values()} == {other}
    assert {str(row.face.customer_id) for row in tables.gallery.values()} == {other}
    assert (tables.images, tables.merges, chain.shop.images.objects) == ({}, {}, {})
    left = {each.face_id for each in faces if str(each.customer_id) == other}
    await until(lambda: chain.shop.index.visible(chain.tenant_id, faces[0].model_id) == left)
    assert [each.kind for each in tables.changes.values()][changes:] == [ChangeKind.DELETED] * 2
    for customer_id in (ann, bob):
        failed = await failure(chain.get(customer_id))
        assert failed.reason == "CUSTOMER_NOT_FOUND"


async def test_the_audit_log_says_who_did_what_and_names_nobody(chain: Chain) -> None:
    ann, bob = await chain.person(SECRET, hours=[0]), await chain.person(hours=[5])
    merge = await chain.merge(ann, bob, reason="the same coat")
    await chain.unmerge(merge.merge_id)
    await chain.rename(bob, f"{SECRET} too")
    await chain.stub.DeleteCustomer(pb.DeleteCustomerRequest(customer_id=ann), metadata=chain.admin)
    entries = list(chain.tables.audit.values())
    assert len(entries) == 4
    assert SECRET not in str(entries)
    assert {each.actor_role for each in entries} == {"tenant_admin"}
    detail = json.loads(entries[0].detail)
    assert (detail["source_ids"], detail["reason"]) == ([bob], "the same coat")
    assert {str(each.resource_id) for each in entries} == {ann, bob}
