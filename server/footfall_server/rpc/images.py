"""ImageService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import image_service_pb2, image_service_pb2_grpc
from google.api import httpbody_pb2  # type: ignore[import-untyped]

from footfall_server.rpc.call_context import current_principal
from footfall_server.services.images import ImageService


class ImageServicer(image_service_pb2_grpc.ImageServiceServicer):
    """Hands out face images."""

    def __init__(self, *, images: ImageService) -> None:
        self._images = images

    async def GetImage(
        self, request: image_service_pb2.GetImageRequest, _context: Any
    ) -> httpbody_pb2.HttpBody:
        image = await self._images.get(current_principal(), UUID(request.image_id))
        return httpbody_pb2.HttpBody(content_type=image.content_type, data=image.data)
