"""A worker is unwell when something of its own stands still, and not when a camera or the core is away."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes.edge_samples import CAMERA_ID
from fakes.worker_reports import camera
from footfall_edge.camera_health import CameraState
from footfall_edge.diagnosis.vitals import ANALYSIS_PATIENCE_S, SPOOL_PATIENCE_S, Vitals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footfall_edge.camera_health import CameraHealth


class World:
    def __init__(self) -> None:
        self.now = 1000.0
        self.cameras: Sequence[CameraHealth] = ()
        self.answer = asyncio.Event()
        self.answer.set()
        self.asked = 0
        self.vitals = Vitals(ask_spool=self.ask, cameras=lambda: self.cameras, clock=lambda: self.now)

    async def ask(self) -> None:
        self.asked += 1
        await self.answer.wait()

    async def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.vitals.look()
            for _ in range(3):  # the question is put, and answered
                await asyncio.sleep(0)
            self.now += 1


async def test_a_quiet_worker_is_well() -> None:
    world = World()
    world.cameras = [camera(), camera("b", CameraState.FAILED, fps=0), camera("c", CameraState.ENDED, fps=0)]
    await world.pass_seconds(600)
    assert world.vitals.faults() == ()
    assert world.asked == 600


async def test_a_spool_that_does_not_answer_is_asked_once_and_told() -> None:
    world = World()
    world.answer.clear()
    await world.pass_seconds(int(SPOOL_PATIENCE_S) - 1)
    assert world.vitals.faults() == ()
    await world.pass_seconds(2)
    assert "spool" in world.vitals.faults()[0]
    assert not world.vitals.spool_answers
    await world.pass_seconds(600)
    assert world.asked == 1, "questions must not pile up behind a disk that hangs"
    world.answer.set()
    await world.pass_seconds(2)
    assert world.vitals.faults() == ()


async def test_a_spool_that_answers_by_an_error_turns() -> None:
    async def fail() -> None:
        raise OSError("planted")

    world = World()
    world.vitals = Vitals(ask_spool=fail, cameras=lambda: (), clock=lambda: world.now)
    await world.pass_seconds(60)
    assert world.vitals.faults() == ()


async def test_a_frame_that_is_never_done_is_told_by_its_cameras_id() -> None:
    world = World()
    world.cameras = [replace(camera(), analysis_s=ANALYSIS_PATIENCE_S - 1), camera("b", fps=0)]
    assert world.vitals.faults() == ()
    world.cameras = [replace(camera(), analysis_s=ANALYSIS_PATIENCE_S), camera("b", fps=0)]
    (fault,) = world.vitals.faults()
    assert CAMERA_ID in fault
    assert "Door" not in fault


async def test_a_loop_that_has_ended_is_told() -> None:
    world = World()

    async def end() -> None:
        raise RuntimeError("planted")

    loop = asyncio.create_task(end())
    world.vitals.watch({"the link": loop})
    assert world.vitals.faults() == ()
    with pytest.raises(RuntimeError):
        await loop
    assert world.vitals.faults() == ("the link has ended",)
