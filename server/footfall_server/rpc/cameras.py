"""CameraService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import camera_service_pb2, camera_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.domain.places import Camera
from footfall_server.rpc import convert_places
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_camera_settings import from_settings
from footfall_server.rpc.convert_values import from_optional_id, name
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.rpc.update_masks import required
from footfall_server.services.cameras import CameraService


class CameraServicer(camera_service_pb2_grpc.CameraServiceServicer):
    """Manages the cameras of a tenant's sites."""

    def __init__(self, *, cameras: CameraService, page_tokens: PageTokens) -> None:
        self._cameras = cameras
        self._page_tokens = page_tokens

    async def CreateCamera(
        self, request: camera_service_pb2.CreateCameraRequest, _context: Any
    ) -> camera_service_pb2.Camera:
        camera = await self._cameras.create(
            current_principal(),
            site_id=UUID(required(request.camera.site_id, "camera.site_id")),
            display_name=name(request.camera.display_name, "camera.display_name"),
            source_url=convert_places.from_source_url(request.camera.source_url),
            enabled=convert_places.is_enabled(request.camera),
            settings=from_settings(request.camera.settings),
            assigned_worker_id=from_optional_id(request.camera.assigned_worker_id),
            request_id=from_optional_id(request.request_id),
        )
        return await self._shown(camera)

    async def GetCamera(
        self, request: camera_service_pb2.GetCameraRequest, _context: Any
    ) -> camera_service_pb2.Camera:
        camera = await self._cameras.get(current_principal(), UUID(request.camera_id))
        return await self._shown(camera)

    async def ListCameras(
        self, request: camera_service_pb2.ListCamerasRequest, _context: Any
    ) -> camera_service_pb2.ListCamerasResponse:
        principal = current_principal()
        page = await self._cameras.list(
            principal,
            site_id=from_optional_id(request.site_id),
            after=self._page_tokens.open_name(request, principal),
            limit=page_limit(request.page_size),
        )
        holders = await self._cameras.holders(principal, page.items)
        return camera_service_pb2.ListCamerasResponse(
            cameras=[
                convert_places.to_camera(camera, holders.get(camera.camera_id)) for camera in page.items
            ],
            next_page_token=self._page_tokens.seal_name(request, principal, page.next_after),
            revision=page.revision,
        )

    async def UpdateCamera(
        self, request: camera_service_pb2.UpdateCameraRequest, _context: Any
    ) -> camera_service_pb2.Camera:
        camera_id, values = convert_places.from_camera_update(request)
        camera = await self._cameras.update(current_principal(), camera_id, values, etag=request.camera.etag)
        return await self._shown(camera)

    async def DeleteCamera(self, request: camera_service_pb2.DeleteCameraRequest, _context: Any) -> Empty:
        await self._cameras.delete(current_principal(), UUID(request.camera_id))
        return Empty()

    async def _shown(self, camera: Camera) -> camera_service_pb2.Camera:
        holders = await self._cameras.holders(current_principal(), [camera])
        return convert_places.to_camera(camera, holders.get(camera.camera_id))
