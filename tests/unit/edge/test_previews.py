"""Pictures go to those who watch, and only then, and never before an event."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import protovalidate
import pytest
from fakes.edge_samples import CAMERA_ID, NOON, face, quality
from footfall.v1 import ingest_service_pb2
from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_settings import CameraSettings, ImagePolicy
from footfall_edge.frame import Frame
from footfall_edge.link.outbox import Outbox
from footfall_edge.link.preview_duty import PreviewDuty
from footfall_edge.views import SeenFace, View, ViewBoard
from footfall_vision.types import QualityReason

OTHER_CAMERA = "0199aaaa-0000-7000-8000-000000000002"


def event(sequence: int) -> ingest_service_pb2.ConnectRequest:
    return ingest_service_pb2.ConnectRequest(
        face_event=ingest_service_pb2.SequencedFaceEvent(sequence=sequence)
    )


class World:
    def __init__(self) -> None:
        self.views = ViewBoard()
        self.specs = {
            one: CameraSpec(camera_id=one, source_url="usb:0", display_name="Door")
            for one in (CAMERA_ID, OTHER_CAMERA)
        }
        self.duty = PreviewDuty(views=self.views, wanted=self.specs.get)
        self.outbox = Outbox()
        self.shown = 0

    def show(self, camera_id: str = CAMERA_ID) -> None:
        self.shown += 1
        seconds = float(self.shown)
        frame = Frame(
            image=np.full((360, 640, 3), 128, dtype=np.uint8),
            at=seconds,
            captured_at=NOON + timedelta(seconds=seconds),
        )
        seen = SeenFace(face(x=100, y=80), quality(0.4, QualityReason.BLURRED))
        self.views.show(camera_id, View(frame, (seen,) * 70))

    def watch(self, *cameras: tuple[str, int, float]) -> None:
        demand = ingest_service_pb2.PreviewDemand(
            cameras=[
                ingest_service_pb2.WatchedCamera(camera_id=one, max_width=width, max_fps=fps)
                for one, width, fps in cameras
            ]
        )
        self.duty.receive(ingest_service_pb2.ConnectResponse(preview_demand=demand))

    async def next(self) -> ingest_service_pb2.EdgePreviewFrame:
        async with asyncio.timeout(10):
            request = await self.outbox.take()
        assert request is not None
        self.outbox.written()
        assert not protovalidate.Validator().collect_violations(request)
        return request.preview_frame

    async def is_quiet(self) -> bool:
        """Whether nothing comes for as long as three pictures would take."""
        try:
            async with asyncio.timeout(0.35):
                await self.outbox.take()
        except TimeoutError:
            return True
        return False


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    task = asyncio.create_task(world.duty.run(world.outbox))
    yield world
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_nothing_is_sent_while_nobody_watches(world: World) -> None:
    world.show()
    assert await world.is_quiet()
    world.watch((CAMERA_ID, 320, 10))
    assert (await world.next()).camera_id == CAMERA_ID
    world.show()
    world.watch()
    assert await world.is_quiet()


async def test_a_picture_has_the_faces_in_its_own_pixels(world: World) -> None:
    world.show()
    world.watch((CAMERA_ID, 320, 10))
    frame = await world.next()
    assert frame.capture_time.ToSeconds() == int((NOON + timedelta(seconds=1)).timestamp())
    assert len(frame.faces) == 64
    assert (frame.faces[0].box.x, frame.faces[0].box.y) == (50, 40)
    assert frame.faces[0].quality_score == pytest.approx(0.4)
    assert len(frame.faces[0].reasons) == 1
    eyes = frame.faces[0].eye_distance
    assert eyes == pytest.approx(quality(0.4).inter_ocular_px), "in pixels of the camera's picture"


async def test_the_same_frame_is_sent_once(world: World) -> None:
    world.show()
    world.watch((CAMERA_ID, 320, 10))
    await world.next()
    assert await world.is_quiet()
    world.watch((CAMERA_ID, 640, 10), (OTHER_CAMERA, 640, 10))
    assert await world.is_quiet(), "also when somebody else begins to watch"
    world.show()
    assert (await world.next()).capture_time.ToSeconds() == int((NOON + timedelta(seconds=2)).timestamp())


async def test_a_shop_that_keeps_its_pictures_sends_none(world: World) -> None:
    world.specs[CAMERA_ID] = replace(world.specs[CAMERA_ID], settings=CameraSettings(images=ImagePolicy.NONE))
    world.show()
    world.show(OTHER_CAMERA)
    world.watch((CAMERA_ID, 320, 10), (OTHER_CAMERA, 320, 10), ("unknown", 320, 10))
    assert (await world.next()).camera_id == OTHER_CAMERA
    assert await world.is_quiet()


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf"), 1e30, 1e-30])
@pytest.mark.parametrize("width", [0, 1, 2**32 - 1])
async def test_any_demand_can_be_met(world: World, fps: float, width: int) -> None:
    world.show()
    world.watch((CAMERA_ID, width, fps))
    assert (await world.next()).jpeg


async def test_who_demands_more_gets_what_a_worker_gives(world: World) -> None:
    world.watch((CAMERA_ID, 10_000, 1000.0))
    [watched] = world.duty._watched.values()
    assert (watched.max_width, watched.interval) == (1280, 0.1)


async def test_a_new_link_is_watched_by_nobody(world: World) -> None:
    world.watch((CAMERA_ID, 320, 10))
    world.duty.begin(ingest_service_pb2.Welcome(), asked_at=0.0)
    world.show()
    assert await world.is_quiet()


async def test_events_go_first_and_the_newest_picture_takes_the_place_of_older_ones() -> None:
    outbox = Outbox()
    preview = [
        ingest_service_pb2.ConnectRequest(
            preview_frame=ingest_service_pb2.EdgePreviewFrame(camera_id=one, jpeg=jpeg)
        )
        for one, jpeg in ((CAMERA_ID, b"old"), (OTHER_CAMERA, b"other"), (CAMERA_ID, b"new"))
    ]
    for request in preview:
        outbox.offer(request.preview_frame.camera_id, request)
    await outbox.put(event(1))
    await outbox.put(event(2))
    taken = []
    for _ in range(4):
        request = await outbox.take()
        assert request is not None
        taken.append(request)
        outbox.written()
    assert [one.face_event.sequence for one in taken[:2]] == [1, 2]
    assert {one.preview_frame.jpeg for one in taken[2:]} == {b"new", b"other"}
    async with asyncio.timeout(1):
        await outbox.flushed()


async def test_pictures_that_wait_do_not_keep_the_outbox_from_being_flushed() -> None:
    outbox = Outbox()
    await outbox.put(event(1))
    outbox.offer(CAMERA_ID, event(2))
    flushed = asyncio.create_task(outbox.flushed())
    await outbox.take()
    await asyncio.sleep(0)
    assert not flushed.done(), "what was taken is not written yet"
    outbox.written()
    async with asyncio.timeout(1):
        await flushed
    outbox.offer(CAMERA_ID, event(3))
    outbox.withdraw()
    outbox.offer(OTHER_CAMERA, event(4))
    request = await outbox.take()
    assert request is not None
    assert request.face_event.sequence == 4
