"""What systemd is told, over a socket like its own."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.worker_reports import camera
from footfall_edge.diagnosis.service_manager import ServiceManager
from footfall_edge.diagnosis.vitals import ANALYSIS_PATIENCE_S, Vitals


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_it_is_told_what_happens(systemd: socket.socket, tmp_path: Path) -> None:
    manager = ServiceManager.from_environment({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    manager.ready()
    manager.alive()
    manager.stopping()
    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    ServiceManager.from_environment({}).ready()
    ServiceManager.from_environment({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()


async def test_a_worker_that_stands_still_does_not_say_that_it_lives() -> None:
    said: list[str] = []

    async def answer() -> None:
        return None

    cameras = [camera()]
    vitals = Vitals(
        ask_spool=answer,
        cameras=lambda: cameras,
        say_alive=lambda: said.append("alive"),
    )
    for seconds, expected in ((0.0, 1), (ANALYSIS_PATIENCE_S, 1)):
        cameras[0] = replace(camera(), analysis_s=seconds)
        task = asyncio.create_task(vitals.run())
        await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert len(said) == expected
