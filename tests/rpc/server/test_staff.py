"""StaffService, as people use it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import grpc
import numpy as np
import pytest
from fakes.crop_embedder import embedding_of
from fakes.face_examiner import picture_of, poor_picture_of
from fakes.manual_clock import START
from fakes.memory_tables import TenantTables
from fakes.rpc_failures import failure
from fakes.shop import DIMENSION, MODEL_ID, OTHER_DIMENSION, OTHER_MODEL_ID, Metadata, Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import customer_service_pb2, ingest_service_pb2, site_service_pb2, visit_service_pb2
from footfall.v1 import staff_service_pb2 as pb
from footfall_server.domain.face_examination import FaceRefusal
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.models import TenantModel
from footfall_server.domain.person import CustomerKind, Provenance
from footfall_server.domain.staff import MOST_FACES_EACH
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.staff_leaving import StaffLeaving
from google.protobuf.field_mask_pb2 import FieldMask

SECRET = "Frau Q7 Vertraulich"
CLERK, OTHER_CLERK, SHOPPER, STRANGER = 401, 402, 403, 404


class Staffed:
    """The shop's own chain, and who may do something with its staff."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.core = core
        self.stub = core.staff
        self.admin: Metadata = shop.signed_in(Role.TENANT_ADMIN)
        self.manager: Metadata = shop.signed_in(Role.SITE_MANAGER)
        self.site_id = str(shop.own.site.site_id)
        self.other_site_id = str(shop.own.other_site.site_id)

    @property
    def tables(self) -> TenantTables:
        return self.shop.transactions.tables(self.shop.own.tenant.tenant_id)

    async def hire(
        self, name: str = "Frau Weber", *, caller: Metadata | None = None, **fields: object
    ) -> pb.Staff:
        staff = pb.Staff(display_name=name, **fields)  # type: ignore[arg-type]
        return await self.stub.CreateStaff(pb.CreateStaffRequest(staff=staff), metadata=caller or self.admin)

    async def enrol(self, staff: pb.Staff, person: int, shot: int = 0) -> pb.StaffFace:
        request = pb.AddFaceRequest(staff_id=staff.staff_id, image=picture_of(person, shot))
        return await self.stub.AddFace(request, metadata=self.admin)

    async def update(
        self, staff: pb.Staff, *paths: str, caller: Metadata | None = None, etag: str = "", **fields: object
    ) -> pb.Staff:
        changed = pb.Staff(staff_id=staff.staff_id, etag=etag, **fields)  # type: ignore[arg-type]
        request = pb.UpdateStaffRequest(staff=changed, update_mask=FieldMask(paths=paths))
        return await self.stub.UpdateStaff(request, metadata=caller or self.admin)

    async def get(self, staff_id: str) -> pb.Staff:
        return await self.stub.GetStaff(pb.GetStaffRequest(staff_id=staff_id), metadata=self.admin)

    async def listed(self, *, caller: Metadata | None = None, **filters: object) -> list[str]:
        request = pb.ListStaffRequest(**filters)  # type: ignore[arg-type]
        answer = await self.stub.ListStaff(request, metadata=caller or self.admin)
        return [each.staff_id for each in answer.staff]

    async def see(
        self, person: int, *, minutes: float = 30, shot: int = 7
    ) -> ingest_service_pb2.RecordFaceResponse:
        """Somebody walks past the first camera."""
        event = face_event(
            self.shop.own.camera.camera_id, at=self.shop.clock.now() - timedelta(minutes=minutes)
        )
        vector = embedding_of(MODEL_ID, DIMENSION, person, shot)
        event.embedding.vector = vector.astype("<f4").tobytes()
        return await self.core.ingest.RecordFace(
            ingest_service_pb2.RecordFaceRequest(event=event), metadata=self.shop.signed_in(Role.WORKER)
        )

    async def visits(self) -> int:
        answer = await self.core.visits.ListVisits(visit_service_pb2.ListVisitsRequest(), metadata=self.admin)
        return len(answer.visits)

    def audited(self, action: str) -> list[Mapping[str, object]]:
        entries = self.tables.audit.values()
        return [json.loads(each.detail) for each in entries if each.action == action]


@pytest.fixture
def chain(shop: Shop, core: Replica) -> Staffed:
    return Staffed(shop, core)


def at(time: datetime) -> dict[str, object]:
    return {"leave_time": to_timestamp(time)}


async def test_staff_are_made_read_changed_and_forgotten(chain: Staffed) -> None:
    joined = to_timestamp(START - timedelta(days=100))
    made = await chain.hire(
        employee_number="P-1",
        job_title="till",
        email="w@nord.example",
        site_ids=[chain.site_id],
        join_time=joined,
    )
    assert (made.number, made.left, made.enrolled_face_count) == (1, False, 0)
    assert made.etag
    assert await chain.get(made.staff_id) == made
    customer = chain.tables.customers[UUID(made.staff_id)]
    assert (customer.kind, customer.display_name) == (CustomerKind.STAFF, "Frau Weber")
    chain.shop.clock.advance(timedelta(seconds=1))
    changed = await chain.update(made, "display_name", "job_title", display_name="Frau Weber-Lang")
    assert (changed.display_name, changed.job_title, changed.employee_number) == (
        "Frau Weber-Lang",
        "",
        "P-1",
    )
    assert changed.etag != made.etag
    request = pb.DeleteStaffRequest(staff_id=made.staff_id)
    await chain.stub.DeleteStaff(request, metadata=chain.admin)
    gone = await failure(chain.get(made.staff_id))
    assert (gone.code, gone.reason) == (grpc.StatusCode.NOT_FOUND, "STAFF_NOT_FOUND")
    assert chain.tables.staff == {}
    said = [chain.audited(f"staff.{action}") for action in ("create", "update", "delete")]
    assert [len(each) for each in said] == [1, 1, 1]
    assert "Weber" not in json.dumps(said)


async def test_the_same_request_makes_one_person_and_a_number_is_one_persons(chain: Staffed) -> None:
    request = pb.CreateStaffRequest(
        staff=pb.Staff(display_name="A", employee_number="P-1"), request_id=str(new_id())
    )
    first = await chain.stub.CreateStaff(request, metadata=chain.admin)
    assert await chain.stub.CreateStaff(request, metadata=chain.admin) == first
    taken = await failure(chain.hire("B", employee_number="P-1"))
    assert taken.reason == "ALREADY_EXISTS"
    nameless = await failure(chain.hire(" "))
    assert nameless.fields == ("staff.display_name",)


async def test_an_update_of_what_somebody_else_changed_is_refused(chain: Staffed) -> None:
    made = await chain.hire()
    chain.shop.clock.advance(timedelta(seconds=1))
    newer = await chain.update(made, "job_title", etag=made.etag, job_title="till")
    stale = await failure(chain.update(made, "job_title", etag=made.etag, job_title="door"))
    assert (stale.code, stale.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    await chain.update(made, "job_title", etag=newer.etag, job_title="door")
    backwards = await failure(
        chain.update(
            made, "join_time", "leave_time", join_time=to_timestamp(START), **at(START - timedelta(days=1))
        )
    )
    assert backwards.code is grpc.StatusCode.INVALID_ARGUMENT
    await chain.update(made, "join_time", join_time=to_timestamp(START))
    one_by_one = await failure(chain.update(made, "leave_time", **at(START - timedelta(days=1))))
    assert one_by_one.fields == ("staff.leave_time",)


async def test_lists_have_filters_and_pages(chain: Staffed) -> None:
    anna = await chain.hire("Anna", site_ids=[chain.site_id])
    ben = await chain.hire("Ben", site_ids=[chain.other_site_id], employee_number="X-9")
    cleo = await chain.hire("Cleo")
    await chain.update(ben, "leave_time", **at(START))
    made = await chain.core.customers.CreateCustomer(
        customer_service_pb2.CreateCustomerRequest(
            customer=customer_service_pb2.Customer(kind=customer_service_pb2.CUSTOMER_KIND_STAFF)
        ),
        metadata=chain.admin,
    )
    everybody = [anna.staff_id, ben.staff_id, cleo.staff_id, made.customer_id]
    assert await chain.listed() == everybody
    assert await chain.listed(name="x-") == [ben.staff_id]
    assert await chain.listed(site_id=chain.site_id) == [anna.staff_id, cleo.staff_id, made.customer_id]
    assert await chain.listed(presence=pb.STAFF_PRESENCE_LEFT) == [ben.staff_id]
    request = pb.ListStaffRequest(page_size=3)
    first = await chain.stub.ListStaff(request, metadata=chain.admin)
    request.page_token = first.next_page_token
    rest = await chain.stub.ListStaff(request, metadata=chain.admin)
    assert [each.staff_id for each in (*first.staff, *rest.staff)] == everybody
    assert rest.next_page_token == ""


async def test_a_site_manager_has_the_staff_of_own_sites(chain: Staffed) -> None:
    everywhere, elsewhere = await chain.hire("A"), await chain.hire("B", site_ids=[chain.other_site_id])
    both = await chain.hire("C", site_ids=[chain.site_id, chain.other_site_id])
    own = await chain.hire("D", caller=chain.manager, site_ids=[chain.site_id])
    assert await chain.listed(caller=chain.manager) == [both.staff_id, own.staff_id]
    for hidden in (everywhere, elsewhere):
        for call in (
            chain.stub.GetStaff(pb.GetStaffRequest(staff_id=hidden.staff_id), metadata=chain.manager),
            chain.update(hidden, "job_title", caller=chain.manager),
        ):
            assert (await failure(call)).reason == "STAFF_NOT_FOUND"
    assert (
        await failure(chain.update(both, "job_title", caller=chain.manager))
    ).reason == "PERMISSION_DENIED"
    await chain.update(own, "job_title", caller=chain.manager, job_title="till")
    away = await failure(chain.update(own, "site_ids", caller=chain.manager, site_ids=[chain.other_site_id]))
    assert away.reason == "SITE_NOT_FOUND"
    assert (await failure(chain.update(own, "site_ids", caller=chain.manager))).fields == ("staff.site_ids",)
    assert (await failure(chain.hire("E", caller=chain.manager))).fields == ("staff.site_ids",)
    picture = pb.AddFaceRequest(staff_id=own.staff_id, image=picture_of(CLERK))
    await chain.stub.AddFace(picture, metadata=chain.manager)
    await chain.stub.DeleteStaff(pb.DeleteStaffRequest(staff_id=own.staff_id), metadata=chain.manager)
    assert await chain.listed(caller=chain.manager) == [both.staff_id]


async def test_who_is_enrolled_is_seen_as_staff_and_visits_nobody(chain: Staffed) -> None:
    clerk = await chain.hire(site_ids=[chain.site_id])
    face = await chain.enrol(clerk, CLERK)
    assert (face.verdict, list(face.model_ids)) == (pb.FACE_VERDICT_ACCEPTED, [MODEL_ID])
    assert not face.HasField("closest_own_score")
    second = await chain.enrol(clerk, CLERK, shot=1)
    assert 0.6 < second.closest_own_score < 0.9
    faces = await chain.stub.ListFaces(pb.ListFacesRequest(staff_id=clerk.staff_id), metadata=chain.admin)
    assert [each.face_id for each in faces.faces] == [face.face_id, second.face_id]
    assert faces.most_faces == MOST_FACES_EACH
    seen = await chain.see(CLERK)
    assert (seen.outcome, seen.customer_id) == (ingest_service_pb2.FACE_OUTCOME_STAFF, clerk.staff_id)
    assert await chain.visits() == 0
    [sighting] = chain.tables.sightings.values()
    assert str(sighting.customer_id) == clerk.staff_id
    shopper = await chain.see(SHOPPER)
    assert shopper.outcome == ingest_service_pb2.FACE_OUTCOME_NEW
    assert await chain.visits() == 1
    now = await chain.get(clerk.staff_id)
    assert (now.enrolled_face_count, now.portrait_face_id) in {(2, face.face_id), (2, second.face_id)}
    assert now.last_seen_time.seconds


async def test_a_portrait_is_shown_and_each_look_is_audited(chain: Staffed) -> None:
    clerk = await chain.hire()
    face = await chain.enrol(clerk, CLERK)
    [key] = chain.shop.images.objects
    assert key == f"staff/{chain.shop.own.tenant.tenant_id}/{clerk.staff_id}/{face.face_id}.jpg"
    request = pb.GetFaceImageRequest(staff_id=clerk.staff_id, face_id=face.face_id)
    shown = await chain.stub.GetFaceImage(request, metadata=chain.admin)
    assert shown.content_type == "image/jpeg"
    assert shown.data == chain.shop.images.objects[key][0]
    assert chain.audited("staff.face_view") == [{"face_id": face.face_id}]
    await chain.stub.GetFaceImage(request, metadata=chain.admin)
    assert chain.audited("staff.face_view") == [{"face_id": face.face_id}] * 2
    other = await chain.hire("Herr Lang")
    request.staff_id = other.staff_id
    missing = await failure(chain.stub.GetFaceImage(request, metadata=chain.admin))
    assert missing.reason == "STAFF_FACE_NOT_FOUND"


async def test_an_enrolled_face_goes_with_picture_vectors_and_crop(chain: Staffed) -> None:
    clerk = await chain.hire()
    face, kept = await chain.enrol(clerk, CLERK), await chain.enrol(clerk, CLERK, shot=1)
    request = pb.DeleteFaceRequest(staff_id=clerk.staff_id, face_id=face.face_id)
    await chain.stub.DeleteFace(request, metadata=chain.admin)
    assert {each.face_id for each in chain.tables.enrolments.values()} == {UUID(kept.face_id)}
    assert {row.face.exemplar_id for row in chain.tables.gallery.values()} == {UUID(kept.face_id)}
    assert set(chain.tables.crops) == {UUID(kept.face_id)}
    assert len(chain.shop.images.objects) == 1
    again = await failure(chain.stub.DeleteFace(request, metadata=chain.admin))
    assert again.reason == "STAFF_FACE_NOT_FOUND"
    await chain.stub.DeleteStaff(pb.DeleteStaffRequest(staff_id=clerk.staff_id), metadata=chain.admin)
    assert chain.shop.images.objects == {}
    assert not chain.tables.gallery
    assert not chain.tables.enrolments


REASONS = {
    FaceRefusal.NOT_AN_IMAGE: "PICTURE_UNREADABLE",
    FaceRefusal.TOO_LARGE: "PICTURE_TOO_LARGE",
    FaceRefusal.NO_FACE: "NO_FACE",
    FaceRefusal.SEVERAL_FACES: "SEVERAL_FACES",
    FaceRefusal.TOO_SMALL: "FACE_TOO_SMALL",
    FaceRefusal.CUT_OFF: "FACE_CUT_OFF",
    FaceRefusal.TOO_TURNED: "FACE_TOO_TURNED",
    FaceRefusal.TOO_DARK: "FACE_TOO_DARK",
    FaceRefusal.TOO_BRIGHT: "FACE_TOO_BRIGHT",
    FaceRefusal.LOW_CONTRAST: "FACE_LOW_CONTRAST",
    FaceRefusal.BLURRED: "FACE_BLURRED",
}


async def test_a_picture_that_is_not_good_enough_is_refused_with_the_reason(chain: Staffed) -> None:
    clerk = await chain.hire()
    assert REASONS.keys() == set(FaceRefusal)
    for refusal, reason in REASONS.items():
        request = pb.AddFaceRequest(staff_id=clerk.staff_id, image=poor_picture_of(CLERK, refusal))
        refused = await failure(chain.stub.AddFace(request, metadata=chain.admin))
        assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
        if refusal is not FaceRefusal.NOT_AN_IMAGE:
            assert set(refused.metadata) == {"measured", "needed"}
    assert chain.shop.images.objects == {}
    assert not chain.tables.gallery


async def test_a_face_of_another_staff_member_is_refused(chain: Staffed) -> None:
    first = await chain.hire(site_ids=[chain.other_site_id])
    other = await chain.hire(SECRET, site_ids=[chain.site_id])
    await chain.enrol(first, CLERK)
    request = pb.AddFaceRequest(staff_id=other.staff_id, image=picture_of(CLERK, 1))
    refused = await failure(chain.stub.AddFace(request, metadata=chain.admin))
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "LOOKS_LIKE_OTHER_STAFF",
    )
    assert refused.metadata["staff_id"] == first.staff_id
    assert float(refused.metadata["score"]) > float(refused.metadata["threshold"])
    hidden = await failure(chain.stub.AddFace(request, metadata=chain.manager))
    assert hidden.reason == "LOOKS_LIKE_OTHER_STAFF"
    assert first.staff_id not in f"{hidden.metadata} {hidden.message}", "a manager does not reach that one"
    assert len(chain.shop.images.objects) == 1, "the refused picture's portrait is taken back"


async def test_the_same_picture_is_not_enrolled_twice(chain: Staffed) -> None:
    clerk = await chain.hire()
    request = pb.AddFaceRequest(staff_id=clerk.staff_id, image=picture_of(CLERK), request_id=str(new_id()))
    first = await chain.stub.AddFace(request, metadata=chain.admin)
    assert await chain.stub.AddFace(request, metadata=chain.admin) == first
    request.request_id = ""
    again = await failure(chain.stub.AddFace(request, metadata=chain.admin))
    assert (again.code, again.reason) == (grpc.StatusCode.ALREADY_EXISTS, "DUPLICATE_FACE")
    assert again.metadata == {"face_id": first.face_id}
    assert len(chain.shop.images.objects) == 1


async def test_twenty_pictures_at_once_wait_for_one_another(chain: Staffed) -> None:
    clerk = await chain.hire()
    faces = await asyncio.gather(*(chain.enrol(clerk, CLERK, shot) for shot in range(MOST_FACES_EACH)))
    assert len({each.face_id for each in faces}) == MOST_FACES_EACH


async def test_one_person_has_so_many_faces_and_no_more(chain: Staffed) -> None:
    clerk = await chain.hire()
    for shot in range(MOST_FACES_EACH):
        await chain.enrol(clerk, CLERK, shot)
    full = await failure(chain.enrol(clerk, CLERK, MOST_FACES_EACH))
    assert (full.reason, full.metadata) == ("TOO_MANY_FACES", {"most": str(MOST_FACES_EACH)})


async def test_a_face_is_known_in_every_model_that_the_tenant_works_with(chain: Staffed) -> None:
    models = chain.tables.tenant_models
    models[MODEL_ID] = TenantModel(MODEL_ID, in_use=True, added_at=START)
    models[OTHER_MODEL_ID] = TenantModel(OTHER_MODEL_ID, in_use=False, added_at=START)
    # What replicas remember of the tenant's models is over.
    chain.shop.clock.advance(timedelta(seconds=10))
    clerk = await chain.hire()
    face = await chain.enrol(clerk, CLERK)
    assert list(face.model_ids) == sorted([MODEL_ID, OTHER_MODEL_ID])
    rows = {row.face.model_id: row.face for row in chain.tables.gallery.values()}
    assert {each.provenance for each in rows.values()} == {Provenance.ENROLLED}
    expected = embedding_of(OTHER_MODEL_ID, OTHER_DIMENSION, CLERK)
    assert np.allclose(rows[OTHER_MODEL_ID].embedding, expected)


async def test_who_left_is_known_no_more(chain: Staffed) -> None:
    clerk = await chain.hire()
    await chain.enrol(clerk, CLERK)
    leaving = await chain.update(clerk, "leave_time", **at(START + timedelta(hours=1)))
    assert not leaving.left
    runner = StaffLeaving(
        transactions=chain.shop.transactions, images=chain.shop.images, clock=chain.shop.clock
    )
    assert await runner.sweep() == 0
    chain.shop.clock.advance(timedelta(hours=1))
    assert await runner.sweep() == 1
    assert await runner.sweep() == 0
    left = await chain.get(clerk.staff_id)
    assert (left.left, left.display_name, left.known_face_count) == (True, "Frau Weber", 0)
    assert chain.shop.images.objects == {}
    assert (await chain.see(CLERK)).outcome == ingest_service_pb2.FACE_OUTCOME_NEW, "a customer now"
    assert (await failure(chain.enrol(clerk, CLERK, 2))).reason == "STAFF_LEFT"
    assert len(chain.audited("staff.leave")) == 1
    # Who leaves at once is forgotten at once, without the runner.
    other = await chain.hire("Herr Lang")
    await chain.enrol(other, OTHER_CLERK)
    await chain.update(other, "leave_time", **at(chain.shop.clock.now()))
    assert not any(each.staff_id == UUID(other.staff_id) for each in chain.tables.enrolments.values())


async def test_a_test_says_whom_a_picture_would_be_taken_for(chain: Staffed) -> None:
    clerk = await chain.hire(site_ids=[chain.site_id])
    face = await chain.enrol(clerk, CLERK)
    shopper = await chain.see(SHOPPER)
    before = without_audit(chain.tables)

    async def tested(picture: bytes) -> pb.TestRecognitionResponse:
        request = pb.TestRecognitionRequest(staff_id=clerk.staff_id, image=picture)
        return await chain.stub.TestRecognition(request, metadata=chain.admin)

    known = await tested(picture_of(CLERK, 3))
    assert (known.outcome, known.recognised) == (pb.RECOGNITION_OUTCOME_STAFF, True)
    best = known.candidates[0]
    assert (best.customer_id, best.is_staff, best.staff_face_id) == (clerk.staff_id, True, face.face_id)
    assert (best.provenance, best.display_name) == ("enrolled", "Frau Weber")
    assert best.score >= known.thresholds.match > known.thresholds.new
    assert all(gate.passed for gate in known.gates)
    assert known.model_id == MODEL_ID
    other = await tested(picture_of(SHOPPER, 3))
    assert (other.outcome, other.recognised) == (pb.RECOGNITION_OUTCOME_CUSTOMER, False)
    assert other.candidates[0].customer_id == shopper.customer_id
    assert (await tested(picture_of(STRANGER))).outcome == pb.RECOGNITION_OUTCOME_NOBODY
    poor = await tested(poor_picture_of(CLERK, FaceRefusal.TOO_SMALL, 4))
    assert (poor.outcome, poor.recognised) == (pb.RECOGNITION_OUTCOME_TOO_POOR, False)
    assert poor.candidates[0].customer_id == clerk.staff_id
    assert [gate.name for gate in poor.gates if not gate.passed][:1] == ["inter_ocular_px"]
    faceless = await failure(tested(poor_picture_of(CLERK, FaceRefusal.NO_FACE)))
    assert faceless.reason == "NO_FACE"
    assert without_audit(chain.tables) == before, "nothing is kept but that it was asked"
    assert len(chain.audited("staff.test_recognition")) == 4


async def test_a_manager_is_shown_nobody_of_other_sites(chain: Staffed) -> None:
    own = await chain.hire(site_ids=[chain.site_id])
    elsewhere = await chain.hire(SECRET, site_ids=[chain.other_site_id])
    await chain.enrol(elsewhere, OTHER_CLERK)
    request = pb.TestRecognitionRequest(staff_id=own.staff_id, image=picture_of(OTHER_CLERK, 3))
    answer = await chain.stub.TestRecognition(request, metadata=chain.manager)
    assert (answer.outcome, list(answer.candidates)) == (pb.RECOGNITION_OUTCOME_STAFF, [])
    assert not answer.recognised


async def test_past_customers_are_proposed_converted_and_given_back(chain: Staffed) -> None:
    seen = await chain.see(CLERK, minutes=60 * 24)
    await chain.see(SHOPPER, minutes=60 * 24)
    assert await chain.visits() == 2
    clerk = await chain.hire(site_ids=[chain.site_id])
    request = pb.ListPastCustomersRequest(staff_id=clerk.staff_id)
    nobody = await chain.stub.ListPastCustomers(request, metadata=chain.admin)
    assert list(nobody.past_customers) == []
    face = await chain.enrol(clerk, CLERK)
    past = await chain.stub.ListPastCustomers(request, metadata=chain.admin)
    [found] = past.past_customers
    assert (found.customer_id, found.matches, found.visit_count) == (seen.customer_id, True, 1)
    assert found.score >= past.threshold
    assert found.staff_face_id == face.face_id
    order = pb.ConvertCustomersRequest(
        staff_id=clerk.staff_id, customer_ids=[found.customer_id], request_id=str(new_id())
    )
    merge = await chain.stub.ConvertCustomers(order, metadata=chain.admin)
    assert (merge.visits_before, merge.visits_after) == (1, 0)
    assert await chain.stub.ConvertCustomers(order, metadata=chain.admin) == merge
    assert await chain.visits() == 1
    assert len(chain.audited("staff.convert")) == 1
    assert list((await chain.stub.ListPastCustomers(request, metadata=chain.admin)).past_customers) == []
    undone = customer_service_pb2.UnmergeCustomersRequest(merge_id=merge.merge_id)
    await chain.core.customers.UnmergeCustomers(undone, metadata=chain.admin)
    assert await chain.visits() == 2
    # Who is marked as another person is not proposed again.
    mark = customer_service_pb2.MarkDistinctRequest(
        customer_id=found.customer_id, other_customer_id=clerk.staff_id
    )
    await chain.core.customers.MarkDistinct(mark, metadata=chain.admin)
    assert list((await chain.stub.ListPastCustomers(request, metadata=chain.admin)).past_customers) == []
    denied = await failure(chain.stub.ConvertCustomers(order, metadata=chain.manager))
    assert denied.code is grpc.StatusCode.PERMISSION_DENIED


async def test_long_ago_is_not_proposed(chain: Staffed) -> None:
    await chain.see(CLERK, minutes=60)
    chain.shop.clock.advance(timedelta(days=31))
    chain.admin = chain.shop.signed_in(Role.TENANT_ADMIN)
    clerk = await chain.hire()
    await chain.enrol(clerk, CLERK)
    request = pb.ListPastCustomersRequest(staff_id=clerk.staff_id)
    assert list((await chain.stub.ListPastCustomers(request, metadata=chain.admin)).past_customers) == []


async def test_a_closed_site_is_taken_from_who_worked_there(chain: Staffed) -> None:
    clerk = await chain.hire(site_ids=[chain.site_id, chain.other_site_id])
    chain.tables.cameras.clear()
    await chain.core.sites.DeleteSite(
        site_service_pb2.DeleteSiteRequest(site_id=chain.other_site_id), metadata=chain.admin
    )
    assert list((await chain.get(clerk.staff_id)).site_ids) == [chain.site_id]


def without_audit(tables: TenantTables) -> TenantTables:
    """The tables without their audit log and what the index writer does by itself."""
    copied = tables.copy()
    copied.audit.clear()
    copied.gallery.update(
        {key: replace(row, indexed_at=None, attempts=0) for key, row in copied.gallery.items()}
    )
    return copied
