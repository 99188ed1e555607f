"""StaffImportService."""

# ruff: noqa: N802 - the methods are named by the proto

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from footfall.v1 import staff_import_service_pb2, staff_import_service_pb2_grpc

from footfall_server.rpc import convert_staff_imports
from footfall_server.rpc.call_context import current_principal
from footfall_server.services.staff_imports import StaffImports


class StaffImportServicer(staff_import_service_pb2_grpc.StaffImportServiceServicer):
    """Takes zip files of pictures, and tells what became of each."""

    def __init__(self, *, imports: StaffImports) -> None:
        self._imports = imports

    async def BeginStaffImport(
        self, request: staff_import_service_pb2.BeginStaffImportRequest, _context: Any
    ) -> staff_import_service_pb2.StaffImport:
        state = await self._imports.begin(
            current_principal(),
            size_bytes=request.size_bytes,
            site_ids=frozenset(map(UUID, request.site_ids)),
        )
        return convert_staff_imports.to_staff_import(state)

    async def UploadStaffImportPart(
        self, request: staff_import_service_pb2.UploadStaffImportPartRequest, _context: Any
    ) -> staff_import_service_pb2.UploadStaffImportPartResponse:
        await self._imports.put_part(
            current_principal(), UUID(request.import_id), offset=request.offset, data=request.data
        )
        return staff_import_service_pb2.UploadStaffImportPartResponse()

    async def RunStaffImport(
        self, request: staff_import_service_pb2.RunStaffImportRequest, _context: Any
    ) -> AsyncIterator[staff_import_service_pb2.RunStaffImportResponse]:
        run = self._imports.run(
            current_principal(), UUID(request.import_id), validate_only=request.validate_only
        )
        async with aclosing(run) as steps:
            async for step in steps:
                yield convert_staff_imports.to_step(step)

    async def GetStaffImport(
        self, request: staff_import_service_pb2.GetStaffImportRequest, _context: Any
    ) -> staff_import_service_pb2.StaffImport:
        state = await self._imports.get(current_principal(), UUID(request.import_id))
        return convert_staff_imports.to_staff_import(state)

    async def ListStaffImports(
        self, _request: staff_import_service_pb2.ListStaffImportsRequest, _context: Any
    ) -> staff_import_service_pb2.ListStaffImportsResponse:
        states = await self._imports.list(current_principal())
        return staff_import_service_pb2.ListStaffImportsResponse(
            imports=map(convert_staff_imports.to_listed_import, states)
        )

    async def DeleteStaffImport(
        self, request: staff_import_service_pb2.DeleteStaffImportRequest, _context: Any
    ) -> staff_import_service_pb2.DeleteStaffImportResponse:
        await self._imports.delete(current_principal(), UUID(request.import_id))
        return staff_import_service_pb2.DeleteStaffImportResponse()
