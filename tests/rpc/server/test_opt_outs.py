"""People who asked not to be known again, from the ticket that they have to being taken off the list."""

import json
from collections.abc import Sequence

import grpc
import pytest
from fakes.crop_embedder import embedding_of
from fakes.face_examiner import picture_of, poor_picture_of
from fakes.memory_tables import TenantTables
from fakes.rpc_failures import failure
from fakes.shop import DIMENSION, MODEL_ID, Metadata, Replica, Shop
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    audit_service_pb2,
    customer_service_pb2,
    erasure_service_pb2,
    ingest_service_pb2,
    visit_service_pb2,
)
from footfall.v1 import opt_out_service_pb2 as pb
from footfall_server.domain.face_examination import FaceRefusal
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role

ADA, EVE = 501, 502


class Asked:
    """A shop, and an administrator who keeps its list."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.core = core
        self.stub = core.opt_outs
        self.admin = shop.signed_in(Role.TENANT_ADMIN)

    @property
    def tables(self) -> TenantTables:
        return self.shop.transactions.tables(self.shop.own.tenant.tenant_id)

    async def see(self, person: int, *, core: Replica | None = None) -> ingest_service_pb2.RecordFaceResponse:
        event = face_event(self.shop.own.camera.camera_id, person=person)
        vector = embedding_of(MODEL_ID, DIMENSION, person, 0)
        event.embedding.vector = vector.astype("<f4").tobytes()
        event.crop_jpeg = JPEG
        return await (core or self.core).ingest.RecordFace(
            ingest_service_pb2.RecordFaceRequest(event=event), metadata=self.shop.signed_in(Role.WORKER)
        )

    async def opt_out(self, **fields: object) -> pb.OptOut:
        request = pb.CreateOptOutRequest(**{"consent_given": True, **fields})  # type: ignore[arg-type]
        return await self.stub.CreateOptOut(request, metadata=self.admin)

    async def listed(self, ticket: str = "", metadata: Metadata | None = None) -> Sequence[pb.OptOut]:
        request = pb.ListOptOutsRequest(ticket=ticket)
        return (await self.stub.ListOptOuts(request, metadata=metadata or self.admin)).opt_outs


@pytest.fixture
def asked(shop: Shop, core: Replica) -> Asked:
    return Asked(shop, core)


async def test_somebody_is_left_out_on_every_replica_until_taken_off_the_list(asked: Asked) -> None:
    ada = await asked.see(ADA)
    async with asked.shop.replica() as other:
        await asked.see(EVE, core=other)
        made = await asked.opt_out(subject_id=ada.customer_id, ticket="OUT-1")
        assert made.in_force
        for core in (asked.core, other):
            told = await asked.see(ADA, core=core)
            assert told.outcome == ingest_service_pb2.FACE_OUTCOME_UNRECOGNISABLE
            assert (told.customer_id, told.visit_id) == ("", "")
        assert await asked.listed() == [made]

        await asked.stub.DeleteOptOut(
            pb.DeleteOptOutRequest(opt_out_id=made.opt_out_id), metadata=asked.admin
        )
        assert await asked.listed() == []
        told = await asked.see(ADA, core=other)
        assert told.outcome == ingest_service_pb2.FACE_OUTCOME_NEW
        assert told.customer_id != ada.customer_id
    gone = await failure(
        asked.stub.DeleteOptOut(pb.DeleteOptOutRequest(opt_out_id=made.opt_out_id), metadata=asked.admin)
    )
    assert (gone.code, gone.reason) == (grpc.StatusCode.NOT_FOUND, "OPT_OUT_NOT_FOUND")


async def test_what_was_known_is_erased_with_a_receipt_of_its_own(asked: Asked) -> None:
    ada, eve = await asked.see(ADA), await asked.see(EVE)
    made = await asked.opt_out(subject_id=ada.customer_id, ticket="OUT-2")
    request = erasure_service_pb2.GetErasureRequest(erasure_id=made.erasure_id)
    erasure = await asked.core.erasures.GetErasure(request, metadata=asked.admin)
    assert (erasure.subject_id, erasure.ticket) == (ada.customer_id, "OUT-2")
    assert erasure.removed.faces == erasure.removed.tracks == 1
    customers = await asked.core.customers.ListCustomers(
        customer_service_pb2.ListCustomersRequest(), metadata=asked.admin
    )
    assert [each.customer_id for each in customers.customers] == [eve.customer_id]


async def test_somebody_who_is_left_out_is_in_no_search_list_or_export(asked: Asked) -> None:
    await asked.opt_out(image=picture_of(ADA, 1))
    await asked.see(ADA)
    found = await asked.core.erasures.FindErasureSubjects(
        erasure_service_pb2.FindErasureSubjectsRequest(image=picture_of(ADA, 2)), metadata=asked.admin
    )
    assert list(found.candidates) == []
    visits = await asked.core.visits.ListVisits(visit_service_pb2.ListVisitsRequest(), metadata=asked.admin)
    assert list(visits.visits) == []
    assert not asked.tables.gallery
    assert not asked.shop.images.objects
    [sighting] = asked.tables.sightings.values()
    assert (sighting.customer_id, sighting.model_id, sighting.image_id) == (None, "", None)


async def test_the_reason_is_told_and_names_nobody(asked: Asked) -> None:
    await asked.opt_out(image=picture_of(ADA, 1))
    told = await asked.see(ADA)
    why = await asked.core.visits.ExplainEvent(
        visit_service_pb2.ExplainEventRequest(event_id=told.event_id), metadata=asked.admin
    )
    assert (why.rule, why.model_id, list(why.candidates)) == ("opted_out", "", [])


async def test_nothing_is_kept_without_consent(asked: Asked) -> None:
    ada = await asked.see(ADA)
    refused = await failure(
        asked.stub.CreateOptOut(pb.CreateOptOutRequest(subject_id=ada.customer_id), metadata=asked.admin)
    )
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    nobody = await failure(
        asked.stub.CreateOptOut(pb.CreateOptOutRequest(consent_given=True), metadata=asked.admin)
    )
    assert nobody.reason == "INVALID_FIELD"
    assert not asked.tables.opt_outs
    assert not asked.tables.erasures


async def test_a_picture_is_refused_as_elsewhere(asked: Asked) -> None:
    for image, reason in (
        (b"no picture", "PICTURE_UNREADABLE"),
        (poor_picture_of(ADA, FaceRefusal.NO_FACE), "NO_FACE"),
        (poor_picture_of(ADA, FaceRefusal.TOO_TURNED), "FACE_TOO_TURNED"),
    ):
        request = pb.CreateOptOutRequest(image=image, consent_given=True)
        refused = await failure(asked.stub.CreateOptOut(request, metadata=asked.admin))
        assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    gone = await failure(
        asked.stub.CreateOptOut(
            pb.CreateOptOutRequest(subject_id=str(new_id()), consent_given=True), metadata=asked.admin
        )
    )
    assert gone.reason == "CUSTOMER_NOT_FOUND"


async def test_a_repeated_request_makes_one(asked: Asked) -> None:
    ada, request_id = await asked.see(ADA), str(new_id())
    first = await asked.opt_out(subject_id=ada.customer_id, request_id=request_id)
    assert await asked.opt_out(subject_id=ada.customer_id, request_id=request_id) == first
    assert await asked.listed() == [first]


async def test_the_list_is_paged_by_ticket_and_is_the_tenants_own(asked: Asked) -> None:
    made = [
        await asked.opt_out(image=picture_of(600 + number), ticket=f"OUT-{number % 2}") for number in range(3)
    ]
    foreign = asked.shop.signed_in(Role.TENANT_ADMIN, chain=asked.shop.foreign)
    assert await asked.listed(metadata=foreign) == []
    assert {each.opt_out_id for each in await asked.listed("OUT-0")} == {
        made[0].opt_out_id,
        made[2].opt_out_id,
    }
    seen: list[str] = []
    request = pb.ListOptOutsRequest(page_size=2)
    while True:
        page = await asked.stub.ListOptOuts(request, metadata=asked.admin)
        seen += [each.opt_out_id for each in page.opt_outs]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert sorted(seen) == sorted(each.opt_out_id for each in made)


async def test_both_acts_are_audited(asked: Asked) -> None:
    made = await asked.opt_out(image=picture_of(ADA), ticket="OUT-7")
    await asked.stub.DeleteOptOut(pb.DeleteOptOutRequest(opt_out_id=made.opt_out_id), metadata=asked.admin)
    request = audit_service_pb2.ListAuditEntriesRequest(action="opt_out.")
    entries = (await asked.core.audit.ListAuditEntries(request, metadata=asked.admin)).entries
    assert {each.action for each in entries} == {"opt_out.create", "opt_out.delete"}
    assert {each.resource_id for each in entries} == {made.opt_out_id}
    [created] = [json.loads(each.detail) for each in entries if each.action == "opt_out.create"]
    assert created == {"erasure_id": None, "templates": {MODEL_ID: 1}, "ticket": "OUT-7"}


async def test_others_may_not(asked: Asked) -> None:
    for role in (Role.SITE_MANAGER, Role.WORKER):
        refused = await failure(
            asked.stub.ListOptOuts(pb.ListOptOutsRequest(), metadata=asked.shop.signed_in(role))
        )
        assert refused.code is grpc.StatusCode.PERMISSION_DENIED
