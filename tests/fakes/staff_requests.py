"""Staff of a chain, and one good request for every RPC about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fakes.face_examiner import picture_of
from fakes.manual_clock import START
from fakes.shop import Metadata, Replica
from footfall.v1 import staff_service_pb2
from footfall_server.domain.identifiers import new_id
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

PERSON = 301
"""Whom the seeded staff member's pictures show."""


@dataclass(frozen=True, slots=True)
class SeededStaff:
    """A staff member of one site with one enrolled face."""

    staff_id: str
    face_id: str


async def seed_staff(core: Replica, metadata: Metadata, site_id: str, *, person: int = PERSON) -> SeededStaff:
    """Somebody who works at the site."""
    pb = staff_service_pb2
    staff = pb.Staff(display_name="Frau Weber", employee_number=f"P-{new_id()}", site_ids=[site_id])
    made = await core.staff.CreateStaff(pb.CreateStaffRequest(staff=staff), metadata=metadata)
    face = await core.staff.AddFace(
        pb.AddFaceRequest(staff_id=made.staff_id, image=picture_of(person)), metadata=metadata
    )
    return SeededStaff(made.staff_id, face.face_id)


def staff_requests(site_id: str, seeded: SeededStaff, customer_id: str) -> Mapping[str, Sequence[Message]]:
    """By the method's name on the wire. The customer is one who may be converted."""
    pb = staff_service_pb2
    joined = Timestamp()
    joined.FromDatetime(START)
    fields = {"job_title": "Kasse", "email": "weber@nord.example", "site_ids": [site_id], "join_time": joined}
    named = pb.Staff(display_name="Herr Lang", employee_number="P-77", **fields)
    changed = pb.Staff(staff_id=seeded.staff_id, display_name="Frau Weber-Lang", **fields)
    paths = ["display_name", "job_title", "email", "site_ids", "join_time"]
    good: Mapping[str, Message] = {
        "CreateStaff": pb.CreateStaffRequest(staff=named, request_id=str(new_id())),
        "GetStaff": pb.GetStaffRequest(staff_id=seeded.staff_id),
        "ListStaff": pb.ListStaffRequest(
            name="frau", site_id=site_id, presence=pb.STAFF_PRESENCE_ACTIVE, page_size=1
        ),
        "UpdateStaff": pb.UpdateStaffRequest(staff=changed, update_mask=FieldMask(paths=paths)),
        "DeleteStaff": pb.DeleteStaffRequest(staff_id=seeded.staff_id),
        "ListFaces": pb.ListFacesRequest(staff_id=seeded.staff_id),
        "AddFace": pb.AddFaceRequest(
            staff_id=seeded.staff_id, image=picture_of(PERSON, 1), request_id=str(new_id())
        ),
        "GetFaceImage": pb.GetFaceImageRequest(staff_id=seeded.staff_id, face_id=seeded.face_id),
        "DeleteFace": pb.DeleteFaceRequest(staff_id=seeded.staff_id, face_id=seeded.face_id),
        "TestRecognition": pb.TestRecognitionRequest(staff_id=seeded.staff_id, image=picture_of(PERSON, 2)),
        "ListPastCustomers": pb.ListPastCustomersRequest(staff_id=seeded.staff_id),
        "ConvertCustomers": pb.ConvertCustomersRequest(
            staff_id=seeded.staff_id, customer_ids=[customer_id], request_id=str(new_id())
        ),
    }
    return {f"/footfall.v1.StaffService/{method}": [request] for method, request in good.items()}
