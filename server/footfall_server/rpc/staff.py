"""StaffService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import customer_service_pb2, staff_service_pb2, staff_service_pb2_grpc
from google.api import httpbody_pb2  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_staff
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_customers import to_merge
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.staff import StaffService
from footfall_server.services.staff_faces import StaffFaces
from footfall_server.services.staff_recognition import StaffRecognition


class StaffServicer(staff_service_pb2_grpc.StaffServiceServicer):
    """Manages the people who work here, and the faces that they are known by."""

    def __init__(
        self,
        *,
        staff: StaffService,
        faces: StaffFaces,
        recognition: StaffRecognition,
        page_tokens: PageTokens,
    ) -> None:
        self._staff = staff
        self._faces = faces
        self._recognition = recognition
        self._page_tokens = page_tokens

    async def CreateStaff(
        self, request: staff_service_pb2.CreateStaffRequest, _context: Any
    ) -> staff_service_pb2.Staff:
        made = await self._staff.create(
            current_principal(),
            convert_staff.from_new_staff(request.staff),
            request_id=from_optional_id(request.request_id),
        )
        return convert_staff.to_staff(made)

    async def GetStaff(
        self, request: staff_service_pb2.GetStaffRequest, _context: Any
    ) -> staff_service_pb2.Staff:
        return convert_staff.to_staff(await self._staff.get(current_principal(), UUID(request.staff_id)))

    async def ListStaff(
        self, request: staff_service_pb2.ListStaffRequest, _context: Any
    ) -> staff_service_pb2.ListStaffResponse:
        principal = current_principal()
        page = await self._staff.list(
            principal,
            convert_staff.from_staff_query(request),
            after=self._page_tokens.open_number(request, principal),
            limit=page_limit(request.page_size),
        )
        return staff_service_pb2.ListStaffResponse(
            staff=map(convert_staff.to_staff, page.items),
            next_page_token=self._page_tokens.seal_number(request, principal, page.next_after),
        )

    async def UpdateStaff(
        self, request: staff_service_pb2.UpdateStaffRequest, _context: Any
    ) -> staff_service_pb2.Staff:
        staff_id, values = convert_staff.from_staff_update(request)
        changed = await self._staff.update(current_principal(), staff_id, values, etag=request.staff.etag)
        return convert_staff.to_staff(changed)

    async def DeleteStaff(self, request: staff_service_pb2.DeleteStaffRequest, _context: Any) -> Empty:
        await self._staff.delete(current_principal(), UUID(request.staff_id))
        return Empty()

    async def ListFaces(
        self, request: staff_service_pb2.ListFacesRequest, _context: Any
    ) -> staff_service_pb2.ListFacesResponse:
        faces = await self._faces.list(current_principal(), UUID(request.staff_id))
        return convert_staff.to_faces(faces)

    async def AddFace(
        self, request: staff_service_pb2.AddFaceRequest, _context: Any
    ) -> staff_service_pb2.StaffFace:
        face = await self._faces.add(
            current_principal(),
            UUID(request.staff_id),
            request.image,
            request_id=from_optional_id(request.request_id),
        )
        return convert_staff.to_face(face)

    async def GetFaceImage(
        self, request: staff_service_pb2.GetFaceImageRequest, _context: Any
    ) -> httpbody_pb2.HttpBody:
        image = await self._faces.image(current_principal(), UUID(request.staff_id), UUID(request.face_id))
        return httpbody_pb2.HttpBody(content_type=image.content_type, data=image.data)

    async def DeleteFace(self, request: staff_service_pb2.DeleteFaceRequest, _context: Any) -> Empty:
        await self._faces.delete(current_principal(), UUID(request.staff_id), UUID(request.face_id))
        return Empty()

    async def TestRecognition(
        self, request: staff_service_pb2.TestRecognitionRequest, _context: Any
    ) -> staff_service_pb2.TestRecognitionResponse:
        test = await self._recognition.test(current_principal(), UUID(request.staff_id), request.image)
        return convert_staff.to_test(test)

    async def ListPastCustomers(
        self, request: staff_service_pb2.ListPastCustomersRequest, _context: Any
    ) -> staff_service_pb2.ListPastCustomersResponse:
        past = await self._recognition.past_customers(current_principal(), UUID(request.staff_id))
        return convert_staff.to_past_customers(past)

    async def ConvertCustomers(
        self, request: staff_service_pb2.ConvertCustomersRequest, _context: Any
    ) -> customer_service_pb2.Merge:
        done = await self._recognition.convert(
            current_principal(),
            UUID(request.staff_id),
            [UUID(each) for each in request.customer_ids],
            request_id=from_optional_id(request.request_id),
        )
        return to_merge(done.merge)
