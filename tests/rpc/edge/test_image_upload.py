"""Images follow their events into the object store."""

import asyncio
from collections.abc import Callable

from fakes.edge_samples import CAMERA_ID, spool_events
from fakes.fake_core import FakeCore
from footfall.v1 import camera_settings_pb2, ingest_service_pb2
from footfall_edge.link.image_policy_duty import ImagePolicyDuty
from footfall_edge.spool import Spool

JPEG = b"\xff\xd8 a portrait \xff\xd9"


async def _until_no_images(core: FakeCore, spool: Spool) -> None:
    async with asyncio.timeout(20):
        while (depth := await spool.depth()).images:  # noqa: ASYNC110 (the spool tells nobody of deletions)
            await asyncio.sleep(0.01)
    assert depth.stored_bytes == 0
    assert not core.violations


async def test_an_acknowledged_image_is_put_as_announced_and_then_deleted(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    events = await spool_events(spool, 20, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 20, "all images arrive")
        await _until_no_images(core, spool)
    assert set(core.images.values()) == {JPEG}
    assert set(core.put_types) == {"image/jpeg"}
    for event in events:
        announced = core.committed[event.event_id].image
        assert announced.size_bytes == len(core.images[announced.image_id])


async def test_a_put_that_fails_is_tried_again(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    core.loses_puts = 5
    await spool_events(spool, 4, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 4, "all images arrive in the end")
        await _until_no_images(core, spool)
    assert core.puts_refused == 5


async def test_an_unwanted_image_is_forgotten(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    core.wants_images = False
    await spool_events(spool, 3, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.committed) == 3, "the events arrive")
        await _until_no_images(core, spool)
    assert not core.images


async def test_images_wait_for_the_ack_and_for_the_next_link(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.acks = False
    await spool_events(spool, 2, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.received) == 2, "the events arrive")
        assert core.grants == 0, "no image is asked for before its event is acknowledged"
    core.acks = True
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 2, "both images arrive")


async def test_a_store_that_is_down_holds_no_event_up_and_is_asked_seldom(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.store_is_down = True
    await spool_events(spool, 60, jpeg=JPEG)
    async with link_to(core, spool) as running:
        await core.until(lambda: len(core.committed) == 60, "all events are recorded")
        assert await running.link.drain(within_s=10)
        await core.until(lambda: core.grants > 20, "the worker goes on trying")
        assert core.grants < 60, "with one image at a time, not with all of them"
        assert (await spool.depth()).images == 60
        core.store_is_down = False
        await core.until(lambda: len(core.images) == 60, "all images are linked later")
        await _until_no_images(core, spool)


async def test_images_outlive_the_worker_and_are_linked_later(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.store_is_down = True
    await spool_events(spool, 3, jpeg=JPEG)
    async with link_to(core, spool) as running:
        await core.until(lambda: core.puts_refused, "an upload was tried")
        assert await running.link.drain(within_s=10)
    core.store_is_down = False
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 3, "the next link brings them")
        await _until_no_images(core, spool)


async def test_pictures_that_wait_are_forgotten_when_their_camera_may_give_none_any_more(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.store_is_down = True
    await spool_events(spool, 150, jpeg=JPEG)
    async with link_to(core, spool, duties=[ImagePolicyDuty(forget_images=spool.forget_images)]):
        await core.until(lambda: core.puts_refused, "pictures wait for the store")
        assert (await spool.depth()).images == 150
        await core.push(_cameras_wanted(camera_settings_pb2.IMAGE_POLICY_CROPS))
        await core.push(_cameras_wanted(camera_settings_pb2.IMAGE_POLICY_NONE))
        async with asyncio.timeout(20):
            # Events leave with their acknowledgement, which need not have come yet.
            while (await spool.depth()).stored_bytes:  # noqa: ASYNC110 (the spool tells nobody of deletions)
                await asyncio.sleep(0.01)
        depth = await spool.depth()
        assert (depth.images, depth.dropped_images) == (0, 0), "that is no loss for want of room"
    assert not core.images


async def test_templates_that_wait_stay_in_the_shop_once_their_camera_recognises_nobody(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    await spool_events(spool, 3, jpeg=JPEG)
    core.cameras = [(CAMERA_ID, "usb:0")]
    core.settings = camera_settings_pb2.CameraSettings(anonymous=True)
    async with link_to(core, spool, duties=[ImagePolicyDuty(forget_images=spool.forget_images)]):
        await core.until(lambda: len(core.committed) == 3, "the people are counted all the same")
    assert not any(
        event.HasField("embedding") or event.HasField("image") for event in core.committed.values()
    )
    assert not core.images


def _cameras_wanted(policy: camera_settings_pb2.ImagePolicy) -> ingest_service_pb2.ConnectResponse:
    camera = ingest_service_pb2.CameraSpec(
        camera_id=CAMERA_ID,
        source_url="usb:0",
        settings=camera_settings_pb2.CameraSettings(image_policy=policy),
    )
    return ingest_service_pb2.ConnectResponse(
        desired_cameras=ingest_service_pb2.DesiredCameras(revision=9, cameras=[camera])
    )
