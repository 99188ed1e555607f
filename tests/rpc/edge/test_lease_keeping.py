"""Leases over a real link: asked for, kept, lost and given back."""

from collections.abc import Callable

import grpc
from fakes.edge_samples import CAMERA_ID, spool_events
from fakes.fake_core import FakeCore
from fakes.fake_leases import FakeLeases
from footfall.v1 import ingest_service_pb2
from footfall_edge.spool import Spool

OTHER = "0199aaaa-0000-7000-8000-0000000000ff"


def with_leases(core: FakeCore) -> FakeLeases:
    core.cameras = ((CAMERA_ID, "usb:0"),)
    core.leases = FakeLeases(names={OTHER: "Till 2"})
    return core.leases


async def test_a_lease_comes_with_the_cameras_and_is_kept_by_heartbeats(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    with_leases(core)
    core.heartbeat_s = 0.05
    async with link_to(core, spool) as running:
        await core.until(lambda: len(core.heartbeats) >= 3, "heartbeats go on")
        assert [(one.camera_id, one.lease_token) for one in core.heartbeats[0].held_cameras] == [
            (CAMERA_ID, 1)
        ]
        assert [one.token for one in running.leases.held()] == [1]
    assert not core.violations


async def test_a_camera_that_another_worker_holds_comes_when_it_is_free(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    leases = with_leases(core)
    leases.give(OTHER, CAMERA_ID)
    core.heartbeat_s = 0.05
    async with link_to(core, spool) as running:
        await core.until(lambda: len(core.heartbeats) >= 2, "heartbeats go on")
        known = running.leases.of(CAMERA_ID)
        assert known is not None
        assert (known.token, known.holder_name) == (0, "Till 2")
        leases.release(OTHER, [ingest_service_pb2.HeldCamera(camera_id=CAMERA_ID, lease_token=1)])
        await core.until(
            lambda: any(one.lease_token == 2 for one in core.heartbeats[-1].held_cameras),
            "it is asked for and had",
        )


async def test_a_camera_that_is_assigned_elsewhere_is_lost_between_heartbeats(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    leases = with_leases(core)
    core.heartbeat_s = 60.0
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        worker_id = core.hellos[0].worker_id
        leases.give(OTHER, CAMERA_ID)
        await core.push(
            ingest_service_pb2.ConnectResponse(
                camera_leases=ingest_service_pb2.CameraLeases(
                    leases=[leases.as_seen_by(worker_id, CAMERA_ID)]
                )
            )
        )
        await core.until(lambda: len(core.heartbeats) == 2, "what changed is asked about at once")
        assert not running.leases.held()
        assert not core.heartbeats[-1].held_cameras


async def test_a_broken_link_takes_no_lease_along_and_a_core_without_leases_frees_the_camera(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    with_leases(core)
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        core.leases = None
        core.end_link(grpc.StatusCode.UNAVAILABLE, "DRAINING")
        assert [one.token for one in running.leases.held()] == [1]
        await core.until(lambda: len(core.heartbeats) == 2, "the link is up again")
        assert running.leases.of(CAMERA_ID) is None


async def test_leases_are_given_back(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    with_leases(core)
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        running.heartbeats.stop()
        await running.lease_duty.release_all(within_s=5)
        await running.link.hang_up(within_s=5)
        assert [(one.camera_id, one.lease_token) for one in core.releases] == [(CAMERA_ID, 1)]
        assert not running.leases.held()
    assert not core.violations


async def test_who_hangs_up_dials_no_more(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        await spool_events(spool, 3)
        assert await running.link.drain(within_s=5)
        await running.link.hang_up(within_s=5)
        await spool_events(spool, 1)
        assert not await running.link.drain(within_s=0.3)
        assert len(core.hellos) == 1
        assert len(core.committed) == 3


async def test_who_hears_of_a_loss_by_a_heartbeat_says_at_once_that_it_reads_no_more(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    leases = with_leases(core)
    core.heartbeat_s = 60.0
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        leases.give(OTHER, CAMERA_ID)
        running.heartbeats.beat_soon()
        await core.until(lambda: len(core.heartbeats) == 3, "another heartbeat follows the answer")
        assert core.heartbeats[1].held_cameras
        assert not core.heartbeats[2].held_cameras
