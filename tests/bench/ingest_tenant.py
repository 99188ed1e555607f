"""What a tenant needs before it can be loaded: somebody signed in, a site, cameras."""

import time
from datetime import UTC, datetime
from typing import Any

from fakes.recognition_basis import stated
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
)
from google.protobuf.duration_pb2 import Duration

Metadata = tuple[tuple[str, str], ...]


async def sign_in(channel: Any, **credentials: Any) -> Metadata:
    """The metadata of calls by whoever has these credentials."""
    auth = auth_service_pb2_grpc.AuthServiceStub(channel)
    token = await auth.IssueToken(auth_service_pb2.IssueTokenRequest(**credentials))
    return (("authorization", f"Bearer {token.access_token}"),)


async def make_site(channel: Any, admin: Metadata, number: int = 1) -> str:
    sites = site_service_pb2_grpc.SiteServiceStub(channel)
    site = site_service_pb2.Site(
        display_name=f"Bench {number}",
        time_zone="UTC",
        visit_gap=Duration(seconds=3600),
        recognition_basis=stated(datetime.now(UTC)),
    )
    made = await sites.CreateSite(site_service_pb2.CreateSiteRequest(site=site), metadata=admin)
    return str(made.site_id)


async def make_camera(channel: Any, admin: Metadata, site_id: str, number: int) -> str:
    """A camera that no worker reads."""
    cameras = camera_service_pb2_grpc.CameraServiceStub(channel)
    camera = camera_service_pb2.Camera(
        site_id=site_id,
        display_name=f"Bench {number}, {time.time_ns()}",
        source_url="rtsp://127.0.0.1/bench",
        enabled=False,
    )
    request = camera_service_pb2.CreateCameraRequest(camera=camera)
    return str((await cameras.CreateCamera(request, metadata=admin)).camera_id)
