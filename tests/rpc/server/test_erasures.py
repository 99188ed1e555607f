"""People who asked to be forgotten, from the picture that they brought to the receipt that they get."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Sequence
from uuid import UUID

import grpc
import jwt
import pytest
from fakes.crop_embedder import embedding_of
from fakes.erasures import a_tombstone_maker
from fakes.face_examiner import picture_of
from fakes.memory_tables import TenantTables
from fakes.rpc_failures import failure
from fakes.shop import DIMENSION, MODEL_ID, Replica, Shop
from fakes.staff_requests import seed_staff
from fakes.wire_events import JPEG, face_event
from footfall.v1 import audit_service_pb2, customer_service_pb2, ingest_service_pb2, staff_service_pb2
from footfall.v1 import erasure_service_pb2 as pb
from footfall_server.domain.change import TenantChanged
from footfall_server.domain.erasure import TombstoneKind, erasures_prefix
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.services.index_writer import POSTPONEMENT

ADA, EVE = 501, 502
NAME = "Ada Vertraulich"


class Asked:
    """A shop, and an administrator whom people ask to be forgotten."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.core = core
        self.stub = core.erasures
        self.admin = shop.signed_in(Role.TENANT_ADMIN)

    @property
    def tables(self) -> TenantTables:
        return self.shop.transactions.tables(self.shop.own.tenant.tenant_id)

    async def see(self, person: int) -> ingest_service_pb2.RecordFaceResponse:
        event = face_event(self.shop.own.camera.camera_id, person=person)
        vector = embedding_of(MODEL_ID, DIMENSION, person, 0)
        event.embedding.vector = vector.astype("<f4").tobytes()
        event.crop_jpeg = JPEG
        return await self.core.ingest.RecordFace(
            ingest_service_pb2.RecordFaceRequest(event=event), metadata=self.shop.signed_in(Role.WORKER)
        )

    async def find(self, picture: bytes, ticket: str = "") -> pb.FindErasureSubjectsResponse:
        request = pb.FindErasureSubjectsRequest(image=picture, ticket=ticket)
        return await self.stub.FindErasureSubjects(request, metadata=self.admin)

    async def erase(self, subject_id: str, ticket: str = "", request_id: str = "") -> pb.Erasure:
        request = pb.CreateErasureRequest(subject_id=subject_id, ticket=ticket, request_id=request_id)
        return await self.stub.CreateErasure(request, metadata=self.admin)

    async def completed(self, erasure_id: str) -> pb.Erasure:
        async with asyncio.timeout(20):
            while True:
                request = pb.GetErasureRequest(erasure_id=erasure_id)
                told = await self.stub.GetErasure(request, metadata=self.admin)
                if told.receipt:
                    return told
                await asyncio.sleep(0.05)

    async def listed(self, ticket: str = "") -> Sequence[str]:
        request = pb.ListErasuresRequest(ticket=ticket)
        answer = await self.stub.ListErasures(request, metadata=self.admin)
        return [each.erasure_id for each in answer.erasures]


@pytest.fixture
def asked(shop: Shop, core: Replica) -> Asked:
    return Asked(shop, core)


async def test_somebody_is_found_by_a_picture_looked_at_erased_and_told_so(asked: Asked) -> None:
    ada, eve = await asked.see(ADA), await asked.see(EVE)
    found = await asked.find(picture_of(ADA, 1), "DSR-7")
    assert [each.customer_id for each in found.candidates] == [ada.customer_id]
    assert found.candidates[0].score >= found.thresholds.match
    assert found.box.width > 0

    request = pb.PreviewErasureRequest(subject_id=ada.customer_id)
    preview = await asked.stub.PreviewErasure(request, metadata=asked.admin)
    assert (preview.subject_id, preview.kind) == (ada.customer_id, pb.ERASURE_KIND_CUSTOMER)
    assert preview.removed == pb.ErasureCounts(faces=1, tracks=1, visits=1, images=1)
    assert len(asked.tables.visits) == 2, "a preview changes nothing"

    erased = await asked.erase(ada.customer_id, "DSR-7")
    assert (erased.subject_id, erased.ticket, erased.removed) == (ada.customer_id, "DSR-7", preview.removed)
    assert erased.create_user_id
    done = await asked.completed(erased.erasure_id)
    assert done.HasField("complete_time")
    assert (await asked.find(picture_of(ADA, 2))).candidates == []
    assert [each.customer_id for each in (await asked.find(picture_of(EVE, 2))).candidates] == [
        eve.customer_id
    ]
    assert {str(each) for each in asked.tables.customers} == {eve.customer_id}


async def test_the_receipt_verifies_with_the_public_key_and_says_what_went(asked: Asked) -> None:
    ada = await asked.see(ADA)
    erased = await asked.erase(ada.customer_id, "DSR-8")
    done = await asked.completed(erased.erasure_id)
    key = await asked.stub.GetErasureKey(pb.GetErasureKeyRequest(), metadata=asked.admin)
    assert jwt.get_unverified_header(done.receipt)["kid"] == key.key_id
    claims = jwt.decode(done.receipt, key.public_key, algorithms=["EdDSA"])
    assert claims["jti"] == erased.erasure_id
    said = claims["erasure"]
    assert (said["ticket"], said["subject_id"], said["kind"]) == ("DSR-8", ada.customer_id, "customer")
    assert said["removed"] == {"faces": 1, "tracks": 1, "visits": 1, "images": 1}
    assert set(said["verified"]) == {"rows", "vectors", "objects"}


async def test_a_receipt_lies_where_a_restored_database_learns_of_it(asked: Asked) -> None:
    ada = await asked.see(ADA)
    done = await asked.completed((await asked.erase(ada.customer_id)).erasure_id)
    tenant_id = asked.shop.own.tenant.tenant_id
    [key] = [each for each in asked.shop.images.objects if each.startswith(erasures_prefix(tenant_id))]
    assert key.endswith(f"/{done.erasure_id}.json")
    told = json.loads(asked.shop.images.objects[key][0])
    assert told["receipt"] == done.receipt
    stones = {each["kind"]: b64decode(each["digest"]) for each in told["tombstones"]}
    expected = a_tombstone_maker().of(tenant_id, TombstoneKind.PERSON, UUID(ada.customer_id))
    assert stones["person"] == expected.digest
    assert ada.customer_id not in str(told["tombstones"])


async def test_a_repeated_request_erases_once(asked: Asked) -> None:
    ada, eve = await asked.see(ADA), await asked.see(EVE)
    request_id = str(new_id())
    first = await asked.erase(ada.customer_id, request_id=request_id)
    again = await asked.erase(ada.customer_id, request_id=request_id)
    assert again.erasure_id == first.erasure_id
    assert await asked.listed() == [first.erasure_id]
    assert {str(each) for each in asked.tables.customers} == {eve.customer_id}
    gone = await failure(
        asked.stub.CreateErasure(pb.CreateErasureRequest(subject_id=ada.customer_id), metadata=asked.admin)
    )
    assert (gone.code, gone.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")


async def test_whoever_is_deleted_leaves_an_erasure_too(asked: Asked) -> None:
    ada = await asked.see(ADA)
    staff = await seed_staff(asked.core, asked.admin, str(asked.shop.own.site.site_id))
    await asked.core.customers.DeleteCustomer(
        customer_service_pb2.DeleteCustomerRequest(customer_id=ada.customer_id), metadata=asked.admin
    )
    await asked.core.staff.DeleteStaff(
        staff_service_pb2.DeleteStaffRequest(staff_id=staff.staff_id), metadata=asked.admin
    )
    answer = await asked.stub.ListErasures(pb.ListErasuresRequest(), metadata=asked.admin)
    kinds = {each.subject_id: each.kind for each in answer.erasures}
    assert kinds == {
        ada.customer_id: pb.ERASURE_KIND_CUSTOMER,
        staff.staff_id: pb.ERASURE_KIND_STAFF,
    }


async def test_erasures_are_found_by_their_ticket(asked: Asked) -> None:
    ada, eve = await asked.see(ADA), await asked.see(EVE)
    first = await asked.erase(ada.customer_id, "DSR-1")
    second = await asked.erase(eve.customer_id, "DSR-2")
    assert await asked.listed("DSR-1") == [first.erasure_id]
    assert set(await asked.listed()) == {first.erasure_id, second.erasure_id}
    assert await asked.listed("DSR-3") == []


async def test_a_search_by_a_picture_is_audited_and_keeps_nothing(asked: Asked) -> None:
    await asked.see(ADA)
    objects = set(asked.shop.images.objects)
    await asked.find(picture_of(ADA, 1), "DSR-9")
    request = audit_service_pb2.ListAuditEntriesRequest(action="erasure.search")
    [entry] = (await asked.core.audit.ListAuditEntries(request, metadata=asked.admin)).entries
    assert json.loads(entry.detail) == {"candidates": 1, "ticket": "DSR-9"}
    assert set(asked.shop.images.objects) == objects


async def test_a_picture_of_no_face_is_refused(asked: Asked) -> None:
    failed = await failure(
        asked.stub.FindErasureSubjects(
            pb.FindErasureSubjectsRequest(image=b"no picture"), metadata=asked.admin
        )
    )
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failed.reason


async def test_an_erasure_waits_for_the_index(asked: Asked) -> None:
    ada = await asked.see(ADA)
    asked.shop.index.failing = True
    erased = await asked.erase(ada.customer_id)
    await asyncio.sleep(1)
    told = await asked.stub.GetErasure(
        pb.GetErasureRequest(erasure_id=erased.erasure_id), metadata=asked.admin
    )
    assert not told.receipt, "the vectors were not seen to be gone"
    asked.shop.index.failing = False
    asked.shop.clock.advance(POSTPONEMENT)
    # The writer looks at the tenant when it is told of a change, or after ten seconds.
    asked.shop.changes.publish(TenantChanged(asked.shop.own.tenant.tenant_id, 0, frozenset()))
    assert (await asked.completed(erased.erasure_id)).receipt
