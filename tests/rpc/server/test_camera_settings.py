"""Camera settings and the pictures that may leave a shop, over gRPC."""

import grpc
import pytest
from fakes.edge_client import linked
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import JPEG, face_event
from footfall.v1 import camera_service_pb2, camera_settings_pb2, ingest_service_pb2, site_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from google.protobuf.field_mask_pb2 import FieldMask

Point = camera_settings_pb2.RelativePoint


def settings(**values: object) -> camera_settings_pb2.CameraSettings:
    return camera_settings_pb2.CameraSettings(
        detect_width=960,
        masks=[camera_settings_pb2.Polygon(corners=[Point(x=0), Point(x=0.5), Point(x=0.5, y=0.5)])],
        entry_line=camera_settings_pb2.EntryLine(start=Point(y=0.75), end=Point(x=1, y=0.75)),
        **values,  # type: ignore[arg-type]
    )


async def update(
    shop: Shop, core: Replica, given: camera_settings_pb2.CameraSettings
) -> camera_service_pb2.Camera:
    camera = camera_service_pb2.Camera(camera_id=str(shop.own.camera.camera_id), settings=given)
    return await core.cameras.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(camera=camera), metadata=shop.signed_in(Role.SITE_MANAGER)
    )


async def allow(shop: Shop, core: Replica, policy: camera_settings_pb2.ImagePolicy) -> site_service_pb2.Site:
    site = site_service_pb2.Site(site_id=str(shop.own.site.site_id), image_policy=policy)
    return await core.sites.UpdateSite(
        site_service_pb2.UpdateSiteRequest(site=site, update_mask=FieldMask(paths=["image_policy"])),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )


async def test_settings_are_kept_and_told_to_the_worker(shop: Shop, core: Replica) -> None:
    async with shop.replica() as other, linked(core, shop.signed_in(Role.WORKER)) as (link, welcome):
        [before] = welcome.desired_cameras.cameras
        assert before.settings.image_policy == camera_settings_pb2.IMAGE_POLICY_CROPS
        given = settings(image_policy=camera_settings_pb2.IMAGE_POLICY_NONE, idle_fps=2)
        changed = await update(shop, other, given)
        assert changed.settings == given
        desired = (await link.hear("desired_cameras")).desired_cameras
        assert [camera.settings for camera in desired.cameras] == [given]
        assert desired.revision > welcome.desired_cameras.revision
        named = camera_service_pb2.Camera(camera_id=changed.camera_id, display_name="Tor")
        kept = await core.cameras.UpdateCamera(
            camera_service_pb2.UpdateCameraRequest(camera=named), metadata=shop.signed_in(Role.SITE_MANAGER)
        )
        assert kept.settings == given, "what is not named stays"


async def test_the_site_has_the_last_word_on_pictures(shop: Shop, core: Replica) -> None:
    frames = settings(image_policy=camera_settings_pb2.IMAGE_POLICY_FRAMES)
    assert (await update(shop, core, frames)).settings == frames
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, welcome):
        [camera] = welcome.desired_cameras.cameras
        assert camera.settings.image_policy == camera_settings_pb2.IMAGE_POLICY_CROPS
        for policy in (camera_settings_pb2.IMAGE_POLICY_FRAMES, camera_settings_pb2.IMAGE_POLICY_NONE):
            assert (await allow(shop, core, policy)).image_policy == policy
            [camera] = (await link.hear("desired_cameras")).desired_cameras.cameras
            assert camera.settings.image_policy == policy


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (camera_settings_pb2.CameraSettings(detect_width=100), "camera.settings.detect_width"),
        (camera_settings_pb2.CameraSettings(idle_fps=31), "camera.settings.idle_fps"),
        (
            camera_settings_pb2.CameraSettings(
                masks=[camera_settings_pb2.Polygon(corners=[Point(), Point()])]
            ),
            "camera.settings.masks[0].corners",
        ),
        (
            camera_settings_pb2.CameraSettings(
                entry_line=camera_settings_pb2.EntryLine(start=Point(x=0.5), end=Point(x=0.5))
            ),
            "camera.settings.entry_line",
        ),
        (
            camera_settings_pb2.CameraSettings(
                entry_line=camera_settings_pb2.EntryLine(start=Point(x=1.5), end=Point(x=0.5))
            ),
            "camera.settings.entry_line.start.x",
        ),
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    shop: Shop, core: Replica, bad: camera_settings_pb2.CameraSettings, field: str
) -> None:
    before = shop.snapshot()
    failed = await failure(update(shop, core, bad))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert field in failed.fields
    assert shop.snapshot() == before


async def test_what_a_worker_sends_above_the_policy_is_left_out_and_the_face_counts(
    shop: Shop, core: Replica
) -> None:
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        announced, brought = new_id(), new_id()
        camera_id = shop.own.camera.camera_id
        await link.say_event(1, face_event(camera_id, person=1, image_id=announced))
        await link.hear_ack(1)
        await allow(shop, core, camera_settings_pb2.IMAGE_POLICY_NONE)
        await link.hear("desired_cameras")
        late = face_event(camera_id, person=2, image_id=brought)
        late.aligned_jpeg = JPEG
        crop = face_event(camera_id, person=3)
        crop.crop_jpeg = JPEG
        await link.say_event(2, late)
        await link.say_event(3, crop)
        assert not await link.hear_ack(3)
        tables = shop.transactions.tables(shop.own.tenant.tenant_id)
        assert len(tables.visits) == 3
        assert list(tables.images) == [announced]
        assert not tables.crops
        assert not shop.images.objects
        both = [str(announced), str(brought)]
        await link.say(upload_request=ingest_service_pb2.UploadRequest(image_ids=both))
        grants = (await link.hear("upload_grants")).upload_grants
        assert list(grants.unwanted_image_ids) == both, "also one that was announced when it was allowed"
        await allow(shop, core, camera_settings_pb2.IMAGE_POLICY_CROPS)
        await link.hear("desired_cameras")
        await link.say(upload_request=ingest_service_pb2.UploadRequest(image_ids=both))
        grants = (await link.hear("upload_grants")).upload_grants
        assert [grant.image_id for grant in grants.grants] == [str(announced)]
