"""Every spooled event reaches the core once, whatever happens to the link."""

from collections.abc import Callable

import grpc
import pytest
from fakes.edge_samples import CAMERA_ID, MODEL_ID, spool_events
from fakes.fake_core import FakeCore
from footfall.v1 import ingest_service_pb2
from footfall_edge.link.core_link import LinkState
from footfall_edge.spool import Spool


async def test_hello_introduces_the_worker_and_welcome_brings_the_cameras(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.cameras = ((CAMERA_ID, "rtsp://door.example/live"),)
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "a heartbeat follows the welcome")
        worker_id, spool_id = await spool.identity()
        hello = core.hellos[0]
        assert (hello.worker_id, hello.spool_id, hello.model_id) == (worker_id, spool_id, MODEL_ID)
        assert hello.display_name == "Till 1"
        desired, authoritative = running.cameras.desired[0]
        assert authoritative, "what a Welcome says holds whatever its revision"
        assert [camera.source_url for camera in desired.cameras] == ["rtsp://door.example/live"]
        beat = core.heartbeats[0]
        assert beat.cameras[0].state == ingest_service_pb2.CAMERA_STATE_ONLINE
        assert beat.cameras[0].frames_per_second == pytest.approx(9.5)
        assert running.link.status.state is LinkState.ONLINE
        assert not core.violations


async def test_events_arrive_in_order_and_leave_the_spool_after_the_ack(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    events = await spool_events(spool, 40)
    async with link_to(core, spool) as running:
        await core.until(lambda: len(core.committed) == 40, "all 40 events are committed")
        assert await running.link.drain(within_s=10), "acknowledged events must leave the spool"
        assert list(core.committed) == [event.event_id for event in events]
        assert (await spool.depth()).acked_through == 40
        assert running.link.status.last_ack_time is not None
    assert not core.violations


async def test_without_acks_nothing_is_deleted_and_all_of_it_comes_again(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.acks = False
    events = await spool_events(spool, 10)
    async with link_to(core, spool):
        await core.until(lambda: len(core.received) == 10, "all are sent")
        assert (await spool.depth()).events == 10, "an event without ack must stay"
        core.acks = True
        core.end_link(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
        await core.until(lambda: len(core.received) == 20, "they are sent again on the next link")
        await core.until(lambda: core.duplicates == 10, "the core knows them by their event_id")
    assert list(core.committed) == [event.event_id for event in events]


async def test_a_new_link_goes_on_after_what_welcome_says(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    await spool_events(spool, 6)
    _, spool_id = await spool.identity()
    core.acked[spool_id] = 4  # committed, but the ack was lost with the last link
    async with link_to(core, spool):
        await core.until(lambda: len(core.received) == 2, "only the two that are not committed are sent")
        assert [sequence for sequence, _ in core.received] == [5, 6]


async def test_the_core_may_die_and_come_back(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    port = core.port
    async with link_to(core, spool) as running:
        await core.until(lambda: core.hellos, "the first link is up")
        await core.stop()
        events = await spool_events(spool, 5)
        await core.start(port)
        await core.until(lambda: len(core.committed) == 5, "what was spooled meanwhile arrives")
        assert list(core.committed) == [event.event_id for event in events]
        assert running.link.status.state is LinkState.ONLINE


async def test_no_more_are_in_flight_than_the_core_allows(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.max_in_flight = 4
    core.ack_every = 2
    await spool_events(spool, 30)
    async with link_to(core, spool):
        await core.until(lambda: len(core.committed) == 30, "all arrive in spite of the limit")
    assert core.most_in_flight <= 4


async def test_a_rejected_event_is_kept_apart_and_holds_nobody_up(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    events = await spool_events(spool, 3, jpeg=b"\xff\xd8 portrait \xff\xd9")
    core.reject_event_ids = {events[1].event_id}
    async with link_to(core, spool) as running:
        await core.until(lambda: len(core.committed) == 2, "the other two are recorded")
        assert await running.link.drain(within_s=10)
        await core.until(lambda: len(core.images) == 2, "the images of the recorded ones arrive")
        depth = await spool.depth()
        assert (depth.events, depth.rejected) == (0, 1)
    rejected = events[1].portrait
    assert rejected is not None
    assert rejected.image_id not in core.images, "the image of a rejected event must not be uploaded"


async def test_a_spool_restored_from_an_old_copy_begins_a_new_line(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    events = await spool_events(spool, 3)
    _, spool_id = await spool.identity()
    core.acked[spool_id] = 1000
    async with link_to(core, spool):
        await core.until(lambda: len(core.committed) == 3, "its events are sent, not taken for done")
    assert list(core.committed) == [event.event_id for event in events]
    assert core.hellos[-1].spool_id != spool_id


async def test_desired_cameras_come_at_any_time(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        await core.push(
            ingest_service_pb2.ConnectResponse(
                desired_cameras=ingest_service_pb2.DesiredCameras(
                    revision=7,
                    cameras=[ingest_service_pb2.CameraSpec(camera_id=CAMERA_ID, source_url="usb:0")],
                )
            )
        )
        await spool_events(spool, 1)
        await core.until(lambda: core.committed, "the message before this event was read")
        await running.link.drain(within_s=10)
        desired, authoritative = running.cameras.desired[-1]
        assert (desired.revision, authoritative) == (7, False)


async def test_an_ack_for_what_was_never_sent_is_not_believed(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.acks = False
    core.max_in_flight = 2
    await spool_events(spool, 6)
    async with link_to(core, spool):
        await core.until(lambda: len(core.received) == 2, "two are in flight")
        core.acks = True
        await core.push(ingest_service_pb2.ConnectResponse(ack=ingest_service_pb2.Ack(acked_through=5)))
        await core.until(lambda: len(core.committed) == 6, "all of them reach the core all the same")
