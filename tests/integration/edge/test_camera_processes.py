"""A camera is read by a process of its own, which is replaced when it hangs or dies."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from footfall_edge.camera_health import CameraState
from footfall_edge.camera_source import parse_source
from footfall_edge.capture import reader as capture_reader
from footfall_edge.capture.reader import CameraReader
from footfall_edge.frame_slot import FrameSlot

START_S = 60


def reader_pids() -> set[int]:
    return {
        child.pid
        for child in multiprocessing.active_children()
        if child.name == "footfall-camera" and child.pid is not None
    }


@pytest.fixture
async def slot() -> FrameSlot:
    return FrameSlot(frames_per_second=10)


@pytest.fixture
async def reader(slot: FrameSlot) -> AsyncIterator[CameraReader]:
    one = CameraReader(camera_id="door", source=parse_source("synthetic:320x180@20"), slot=slot)
    one.start()
    yield one
    one.stop()
    assert await asyncio.to_thread(one.join, 10)
    assert not reader_pids(), "no process is left behind"


async def frames(slot: FrameSlot, count: int) -> None:
    async with asyncio.timeout(START_S):
        for _ in range(count):
            frame = await slot.take()
            assert frame is not None
            assert frame.image.shape == (180, 320, 3)


@pytest.mark.usefixtures("reader")
async def test_frames_come_from_another_process(slot: FrameSlot) -> None:
    await frames(slot, 5)
    pids = reader_pids()
    assert len(pids) == 1
    assert os.getpid() not in pids


async def test_a_process_that_hangs_is_killed_and_replaced(
    slot: FrameSlot, reader: CameraReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_reader, "FRAME_AGE_LIMIT_S", 1.0)
    await frames(slot, 3)
    (hung,) = reader_pids()
    os.kill(hung, signal.SIGSTOP)
    async with asyncio.timeout(START_S):
        while reader.status.kills == 0:  # noqa: ASYNC110 (a thread tells nobody)
            await asyncio.sleep(0.02)
    await frames(slot, 3)
    assert reader.status.state is CameraState.ONLINE
    assert hung not in reader_pids()
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)


async def test_a_process_that_was_killed_is_replaced(slot: FrameSlot, reader: CameraReader) -> None:
    await frames(slot, 3)
    (dead,) = reader_pids()
    os.kill(dead, signal.SIGKILL)
    async with asyncio.timeout(START_S):
        while reader.status.state is not CameraState.FAILED:  # noqa: ASYNC110 (a thread tells nobody)
            await asyncio.sleep(0.005)
    await frames(slot, 3)
    assert reader.status.state is CameraState.ONLINE
    assert dead not in reader_pids()


WORKER = """
import asyncio, multiprocessing, os
from footfall_edge.camera_source import parse_source
from footfall_edge.capture.reader import CameraReader
from footfall_edge.frame_slot import FrameSlot

async def main():
    slot = FrameSlot(frames_per_second=5)
    CameraReader(camera_id="door", source=parse_source("synthetic:"), slot=slot).start()
    await slot.take()
    while not multiprocessing.active_children():
        await asyncio.sleep(0.02)
    # In one piece, and on a line of its own: threads log to the same place.
    os.write(1, b"\\n%d\\n" % multiprocessing.active_children()[0].pid)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_worker_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    with (tmp_path / "errors").open("wb") as errors:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, program, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    assert worker.stdout is not None
    async with asyncio.timeout(START_S):
        while not (line := await worker.stdout.readline()).strip().isdigit():
            if not line:
                pytest.fail(f"the worker ends, and wrote: {(tmp_path / 'errors').read_text()}")
        reader = int(line)
        worker.kill()
        await worker.wait()
        while _runs(reader):  # noqa: ASYNC110 (a process that is not ours tells nobody)
            await asyncio.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
