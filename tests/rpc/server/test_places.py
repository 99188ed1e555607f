"""Tenants, sites and cameras, over gRPC."""

from datetime import timedelta

import grpc
import pytest
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from footfall.v1 import camera_service_pb2, site_service_pb2, tenant_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from google.protobuf.field_mask_pb2 import FieldMask


async def test_tenants_are_opened_listed_renamed_and_removed(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.SYSTEM_ADMIN)
    request = tenant_service_pb2.CreateTenantRequest(
        tenant=tenant_service_pb2.Tenant(display_name=" Laden "), request_id=str(new_id())
    )
    made = await core.tenants.CreateTenant(request, metadata=metadata)
    assert made.display_name == "Laden"
    assert await core.tenants.CreateTenant(request, metadata=metadata) == made, "the same request_id"
    named = tenant_service_pb2.Tenant(tenant_id=made.tenant_id, display_name="Markt")
    renamed = await core.tenants.UpdateTenant(
        tenant_service_pb2.UpdateTenantRequest(tenant=named), metadata=metadata
    )
    get = tenant_service_pb2.GetTenantRequest(tenant_id=made.tenant_id)
    assert await core.tenants.GetTenant(get, metadata=metadata) == renamed
    names, token = [], ""
    while True:
        page = await core.tenants.ListTenants(
            tenant_service_pb2.ListTenantsRequest(page_size=1, page_token=token), metadata=metadata
        )
        names += [tenant.display_name for tenant in page.tenants]
        token = page.next_page_token
        if not token:
            break
    assert names == ["Kaufhaus Nord", "Markt", "Warenhaus Süd"]
    gone = tenant_service_pb2.DeleteTenantRequest(tenant_id=made.tenant_id)
    await core.tenants.DeleteTenant(gone, metadata=metadata)
    failed = await failure(core.tenants.DeleteTenant(gone, metadata=metadata))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND")
    full = tenant_service_pb2.DeleteTenantRequest(tenant_id=str(shop.own.tenant.tenant_id))
    failed = await failure(core.tenants.DeleteTenant(full, metadata=metadata))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NOT_EMPTY")


async def test_sites_have_defaults_and_keep_what_an_update_leaves_alone(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    made = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name="Hafen")),
        metadata=metadata,
    )
    assert made.time_zone == "UTC"
    assert made.visit_gap.ToTimedelta() == timedelta(hours=1)
    assert made.business_day_start.ToTimedelta() == timedelta(hours=4)
    changed = await core.sites.UpdateSite(
        site_service_pb2.UpdateSiteRequest(
            site=site_service_pb2.Site(site_id=made.site_id, time_zone="Europe/Berlin"),
            update_mask=FieldMask(paths=["time_zone"]),
        ),
        metadata=metadata,
    )
    assert (changed.display_name, changed.time_zone) == ("Hafen", "Europe/Berlin")
    unmasked = site_service_pb2.Site(site_id=made.site_id, display_name="Hafenstraße")
    changed = await core.sites.UpdateSite(
        site_service_pb2.UpdateSiteRequest(site=unmasked), metadata=metadata
    )
    assert (changed.display_name, changed.time_zone) == ("Hafenstraße", "Europe/Berlin")
    gone = site_service_pb2.DeleteSiteRequest(site_id=made.site_id)
    await core.sites.DeleteSite(gone, metadata=metadata)
    failed = await failure(core.sites.DeleteSite(gone, metadata=metadata))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")


async def test_a_manager_sees_own_sites_only(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.SITE_MANAGER)
    listed = await core.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=metadata)
    assert [site.site_id for site in listed.sites] == [str(shop.own.site.site_id)]
    cameras = await core.cameras.ListCameras(camera_service_pb2.ListCamerasRequest(), metadata=metadata)
    assert [camera.camera_id for camera in cameras.cameras] == [str(shop.own.camera.camera_id)]
    for site_id in (shop.own.other_site.site_id, shop.foreign.site.site_id, new_id()):
        get = site_service_pb2.GetSiteRequest(site_id=str(site_id))
        failed = await failure(core.sites.GetSite(get, metadata=metadata))
        assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")
    for camera_id in (shop.own.other_camera.camera_id, shop.foreign.camera.camera_id, new_id()):
        before = shop.snapshot()
        for call in (
            core.cameras.GetCamera(
                camera_service_pb2.GetCameraRequest(camera_id=str(camera_id)), metadata=metadata
            ),
            core.cameras.DeleteCamera(
                camera_service_pb2.DeleteCameraRequest(camera_id=str(camera_id)), metadata=metadata
            ),
            core.cameras.UpdateCamera(
                camera_service_pb2.UpdateCameraRequest(
                    camera=camera_service_pb2.Camera(camera_id=str(camera_id), enabled=False)
                ),
                metadata=metadata,
            ),
        ):
            failed = await failure(call)
            assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND")
        assert shop.snapshot() == before


async def test_a_cameras_password_is_kept_and_never_shown(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    camera_id = str(shop.own.camera.camera_id)
    shown = await core.cameras.GetCamera(
        camera_service_pb2.GetCameraRequest(camera_id=camera_id), metadata=metadata
    )
    assert shown.source_url == "rtsp://viewer:***@10.0.0.9:554/live"

    async def update(source_url: str) -> camera_service_pb2.Camera:
        camera = camera_service_pb2.Camera(camera_id=camera_id, source_url=source_url)
        return await core.cameras.UpdateCamera(
            camera_service_pb2.UpdateCameraRequest(camera=camera), metadata=metadata
        )

    await update("rtsp://viewer:***@10.0.0.9:554/second")
    stored = shop.transactions.tables(shop.own.tenant.tenant_id).cameras[shop.own.camera.camera_id]
    assert stored.source_url == "rtsp://viewer:geheim@10.0.0.9:554/second"
    before = shop.snapshot()
    for elsewhere in ("rtsp://viewer:***@evil.example/live", "rtsp://root:***@10.0.0.9:554/live"):
        failed = await failure(update(elsewhere))
        assert failed.fields == ("camera.source_url",)
        assert "geheim" not in failed.message
    assert shop.snapshot() == before


async def test_an_update_of_a_camera_that_somebody_else_changed_is_refused(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    camera_id = str(shop.own.camera.camera_id)
    shown = await core.cameras.GetCamera(
        camera_service_pb2.GetCameraRequest(camera_id=camera_id), metadata=metadata
    )

    async def rename(display_name: str, etag: str) -> camera_service_pb2.Camera:
        camera = camera_service_pb2.Camera(camera_id=camera_id, display_name=display_name, etag=etag)
        return await core.cameras.UpdateCamera(
            camera_service_pb2.UpdateCameraRequest(camera=camera), metadata=metadata
        )

    shop.clock.advance(timedelta(seconds=1))
    newer = await rename("Tür", shown.etag)
    assert newer.etag != shown.etag
    before = shop.snapshot()
    stale = await failure(rename("Tor", shown.etag))
    assert (stale.code, stale.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert shop.snapshot() == before
    assert (await rename("Tor", newer.etag)).display_name == "Tor"
    assert (await rename("Pforte", "")).display_name == "Pforte", "without an etag the last one counts"


BAD_CAMERAS = {
    "camera.site_id": camera_service_pb2.Camera(display_name="x", source_url="usb:0"),
    "camera.display_name": camera_service_pb2.Camera(display_name=" ", source_url="usb:0"),
    "camera.source_url": camera_service_pb2.Camera(display_name="x", source_url="http://x"),
}


@pytest.mark.parametrize("field", BAD_CAMERAS)
async def test_bad_cameras_are_not_made(shop: Shop, core: Replica, field: str) -> None:
    camera = camera_service_pb2.Camera()
    camera.CopyFrom(BAD_CAMERAS[field])
    if field != "camera.site_id":
        camera.site_id = str(shop.own.site.site_id)
    before = shop.snapshot()
    request = camera_service_pb2.CreateCameraRequest(camera=camera)
    failed = await failure(core.cameras.CreateCamera(request, metadata=shop.signed_in(Role.TENANT_ADMIN)))
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))
    assert shop.snapshot() == before


async def test_a_camera_never_changes_its_site(shop: Shop, core: Replica) -> None:
    moved = camera_service_pb2.Camera(
        camera_id=str(shop.own.camera.camera_id), site_id=str(shop.own.other_site.site_id)
    )
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    masked = camera_service_pb2.UpdateCameraRequest(camera=moved, update_mask=FieldMask(paths=["site_id"]))
    failed = await failure(core.cameras.UpdateCamera(masked, metadata=metadata))
    assert failed.fields == ("update_mask.paths[0]",)
    unmasked = camera_service_pb2.UpdateCameraRequest(camera=moved)
    failed = await failure(core.cameras.UpdateCamera(unmasked, metadata=metadata))
    assert failed.fields == ("camera.site_id",)


async def test_a_page_token_is_good_only_for_its_list(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    page = await core.sites.ListSites(site_service_pb2.ListSitesRequest(page_size=1), metadata=metadata)
    token = page.next_page_token
    assert token
    foreign = shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    tampered = token[:-2] + "AA"
    calls = [
        core.sites.ListSites(site_service_pb2.ListSitesRequest(page_token=token), metadata=foreign),
        core.sites.ListSites(site_service_pb2.ListSitesRequest(page_token=tampered), metadata=metadata),
        core.sites.ListSites(site_service_pb2.ListSitesRequest(page_token="ünsinn"), metadata=metadata),
        core.cameras.ListCameras(camera_service_pb2.ListCamerasRequest(page_token=token), metadata=metadata),
    ]
    for call in calls:
        failed = await failure(call)
        assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BAD_PAGE_TOKEN")
        assert failed.fields == ("page_token",)
    rest = await core.sites.ListSites(site_service_pb2.ListSitesRequest(page_token=token), metadata=metadata)
    assert len(rest.sites) == 1
