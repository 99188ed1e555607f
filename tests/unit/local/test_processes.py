"""Only our own processes are ever ended."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from footfall_local.leftovers import stop_leftovers
from footfall_local.processes import ProcessIdentity, stop_child
from footfall_local.state import ComponentState, StackState

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
OBEDIENT = "import time; print('up', flush=True); time.sleep(600)"


def started(program: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = started(OBEDIENT)
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_pid_that_went_to_another_process_is_not_ours(child: subprocess.Popen[bytes]) -> None:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    assert identity.is_running()
    other = ProcessIdentity(pid=child.pid, create_time=identity.create_time - 100)
    assert not other.is_running()
    other.send(signal.SIGKILL)
    assert child.poll() is None, "the process with our old pid was left alone"


def test_an_ended_process_does_not_run(child: subprocess.Popen[bytes]) -> None:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    child.kill()
    child.wait()
    assert not identity.is_running()


async def test_a_child_that_ignores_the_signal_is_killed() -> None:
    process = started(STUBBORN)
    await stop_child(process, number=signal.SIGTERM, patience=0.2)
    assert process.returncode == -signal.SIGKILL
    assert process.stdout is not None
    process.stdout.close()


async def test_leftovers_are_stopped_and_strangers_are_not(child: subprocess.Popen[bytes]) -> None:
    stranger = started(OBEDIENT)
    ours, other = ProcessIdentity.of(child.pid), ProcessIdentity.of(stranger.pid)
    assert ours is not None
    assert other is not None
    components = {
        "core-1": ComponentState(pid=ours.pid, create_time=ours.create_time),
        "core-2": ComponentState(pid=other.pid, create_time=other.create_time - 50),
        "edge": ComponentState(),
    }
    reaper = asyncio.create_task(asyncio.to_thread(child.wait))
    assert await stop_leftovers(StackState(ProcessIdentity(1, 0.0), components=components)) == ("core-1",)
    await reaper
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert stranger.stdout is not None
    stranger.stdout.close()
