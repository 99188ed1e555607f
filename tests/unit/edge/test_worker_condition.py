"""One word for a worker, and its heartbeat on the wire."""

from dataclasses import replace
from datetime import UTC, timedelta

import protovalidate
import pytest
from fakes.edge_samples import CAMERA_ID, NOON, SPOOL_DEPTH, camera_health
from footfall.v1 import ingest_service_pb2
from footfall_edge.camera_health import CameraFault, CameraState
from footfall_edge.link.heartbeat_message import to_camera_health, to_heartbeat
from footfall_edge.spooling.depth import SpoolDepth
from footfall_edge.worker_condition import (
    ConditionReader,
    WorkerCondition,
    WorkerStatus,
    judge,
)

EMPTY = replace(SPOOL_DEPTH, events=0, oldest_seen=None)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), WorkerStatus.IDLE),
        ((CameraState.STOPPED, CameraState.HELD_ELSEWHERE, CameraState.ENDED), WorkerStatus.IDLE),
        ((CameraState.ONLINE,), WorkerStatus.ONLINE),
        ((CameraState.ONLINE, CameraState.FAILED), WorkerStatus.ONLINE),
        ((CameraState.FAILED, CameraState.HELD_ELSEWHERE), WorkerStatus.ERROR),
        ((CameraState.FAILED, CameraState.FAILED), WorkerStatus.ERROR),
    ],
)
def test_the_word_is_that_of_its_cameras(states: tuple[CameraState, ...], expected: WorkerStatus) -> None:
    status, detail = judge([camera_health(state) for state in states], EMPTY)
    assert status is expected
    assert bool(detail) == (expected is WorkerStatus.ERROR), "an error says why, and nothing else does"


def test_somebody_in_view_or_an_event_that_waits_is_work() -> None:
    busy = replace(camera_health(CameraState.ONLINE), faces_in_view=1)
    assert judge([busy], EMPTY)[0] is WorkerStatus.PROCESSING
    assert judge([], replace(EMPTY, events=1))[0] is WorkerStatus.PROCESSING


def test_a_full_disk_is_an_error_whatever_else_is_well() -> None:
    full = replace(EMPTY, disk_full=True, free_disk_bytes=3 * 1024 * 1024)
    status, detail = judge([camera_health(CameraState.ONLINE)], full)
    assert status is WorkerStatus.ERROR
    assert "3 MiB" in detail


async def test_the_condition_is_what_those_who_know_say() -> None:
    async def depth() -> SpoolDepth:
        return SPOOL_DEPTH

    reader = ConditionReader(depth=depth, cameras=list, execution_provider="cpu", started=NOON)
    condition = await reader.read()
    assert (condition.depth, condition.started, condition.execution_provider) == (SPOOL_DEPTH, NOON, "cpu")
    assert condition.status is WorkerStatus.PROCESSING, "events wait"


@pytest.mark.parametrize("state", list(CameraState))
@pytest.mark.parametrize("status", list(WorkerStatus))
def test_a_heartbeat_is_valid_and_tells_each_state(state: CameraState, status: WorkerStatus) -> None:
    health = replace(
        camera_health(state), detail="x" * 900, holder_worker_id=CAMERA_ID, width=100_000, height=720
    )
    condition = WorkerCondition(
        status=status,
        detail="y" * 900,
        depth=SPOOL_DEPTH,
        cameras=[health] * 300,
        started=NOON,
        execution_provider="z" * 90,
    )
    beat = to_heartbeat(condition, at=NOON, clock_offset=timedelta(seconds=-1.5))
    assert not protovalidate.Validator().collect_violations(beat)
    assert (beat.spooled_events, beat.dropped_events) == (SPOOL_DEPTH.events, SPOOL_DEPTH.dropped)
    assert (beat.spooled_images, beat.spooled_bytes) == (SPOOL_DEPTH.images, SPOOL_DEPTH.stored_bytes)
    assert ingest_service_pb2.CameraState.Name(beat.cameras[0].state) == f"CAMERA_STATE_{state.name}"
    assert ingest_service_pb2.WorkerStatus.Name(beat.status) == f"WORKER_STATUS_{status.name}"
    assert beat.cameras[0].holder_worker_id == CAMERA_ID
    assert (beat.cameras[0].width, beat.cameras[0].height) == (65535, 720)
    assert beat.clock_offset.ToTimedelta() == timedelta(seconds=-1.5)
    assert beat.free_disk_bytes == 12
    assert beat.oldest_event_time.ToDatetime(tzinfo=UTC) == NOON


@pytest.mark.parametrize("fault", [None, *CameraFault])
def test_each_fault_of_a_camera_is_told(fault: CameraFault | None) -> None:
    health = replace(camera_health(CameraState.FAILED), fault=fault, dropped_frames=7)
    message = to_camera_health(health)
    name = ingest_service_pb2.CameraFault.Name(message.fault)
    assert name == (f"CAMERA_FAULT_{fault.name}" if fault else "CAMERA_FAULT_UNSPECIFIED")
    assert message.dropped_frames == 7


def test_an_offset_that_nobody_measured_is_not_told() -> None:
    condition = WorkerCondition(
        status=WorkerStatus.IDLE,
        detail="",
        depth=SPOOL_DEPTH,
        cameras=[],
        started=NOON,
        execution_provider="cpu",
    )
    assert not to_heartbeat(condition, at=NOON, clock_offset=None).HasField("clock_offset")
