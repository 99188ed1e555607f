"""The supervisor with small real processes: order, healing, failure, stopping."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from footfall_local.component import Component, ComponentError, ProcessSpec
from footfall_local.home import StackHome
from footfall_local.plan import StackPlan
from footfall_local.ports import free_port, is_free
from footfall_local.probes import probe_http
from footfall_local.state import Condition, Phase, StackState
from footfall_local.supervisor import AlreadyRunningError, Supervisor, only_supervisor

PLAN = StackPlan(ports={"gateway": 1}, models_dir="", web_dist="")


class SmallServer:
    """Serves an empty folder over HTTP."""

    start_timeout = 30.0

    def __init__(
        self, name: str, folder: Path, *, requires: tuple[str, ...] = (), broken: bool = False
    ) -> None:
        self.name = name
        self.requires = requires
        self.port = free_port()
        self._folder = folder
        self._broken = broken

    async def prepare(self) -> ProcessSpec:
        if self._broken:
            raise ComponentError("it is broken")
        argv = (sys.executable, "-m", "http.server", str(self.port), "--bind", "127.0.0.1")
        return ProcessSpec(argv=argv, cwd=self._folder)

    async def check(self) -> None:
        await probe_http(self.port, "/")


@pytest.fixture
def home(tmp_path: Path) -> StackHome:
    made = StackHome(tmp_path / "home")
    made.make()
    PLAN.save(made.plan_file)
    return made


def state_of(home: StackHome) -> StackState:
    state = StackState.load(home.state_file)
    assert state is not None
    return state


async def until(home: StackHome, condition: Callable[[StackState], bool], what: str) -> StackState:
    deadline = asyncio.get_running_loop().time() + 30
    while True:
        state = StackState.load(home.state_file)
        if state is not None and condition(state):
            return state
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}; last {state}"
        await asyncio.sleep(0.02)


def supervising(home: StackHome, components: Sequence[Component]) -> tuple[Supervisor, asyncio.Task[int]]:
    supervisor = Supervisor(home=home, components_of=lambda _plan: components)
    return supervisor, asyncio.create_task(supervisor.run())


async def test_what_dies_is_started_again_and_all_is_stopped_at_the_end(home: StackHome) -> None:
    first = SmallServer("first", home.data)
    second = SmallServer("second", home.data, requires=("first",))
    _, task = supervising(home, [first, second])
    running = await until(home, lambda state: state.phase is Phase.RUNNING, "everything ready")

    old = running.components["first"].pid
    assert old is not None
    os.kill(old, signal.SIGKILL)

    def healed(state: StackState) -> bool:
        component = state.components["first"]
        return component.condition is Condition.READY and component.pid not in {None, old}

    after = await until(home, healed, "a new process")
    assert after.components["first"].restarts == 1
    assert after.components["second"].restarts == 0

    os.kill(os.getpid(), signal.SIGTERM)  # the supervisor's handler takes it
    assert await asyncio.wait_for(task, 30) == 0
    stopped = state_of(home)
    assert stopped.phase is Phase.STOPPED
    assert {component.pid for component in stopped.components.values()} == {None}
    assert is_free(first.port)
    assert is_free(second.port)


async def test_a_failed_start_stops_what_was_started(home: StackHome) -> None:
    good = SmallServer("good", home.data)
    bad = SmallServer("bad", home.data, requires=("good",), broken=True)
    never = SmallServer("never", home.data, requires=("bad",))
    _, task = supervising(home, [good, bad, never])
    assert await asyncio.wait_for(task, 60) == 1
    state = state_of(home)
    assert state.phase is Phase.FAILED
    assert state.failure == "it is broken"
    assert state.components["bad"].condition is Condition.FAILED
    assert is_free(good.port)


async def test_a_component_that_ends_at_once_is_a_failed_start_with_its_log(home: StackHome) -> None:
    class Crashing(SmallServer):
        async def prepare(self) -> ProcessSpec:
            program = "import sys; sys.exit('no bread today')"
            return ProcessSpec(argv=(sys.executable, "-c", program), cwd=self._folder)

    _, task = supervising(home, [Crashing("crashing", home.data)])
    assert await asyncio.wait_for(task, 60) == 1
    assert "no bread today" in state_of(home).failure


async def test_what_is_added_to_the_plan_is_started(home: StackHome) -> None:
    components: list[Component] = [SmallServer("first", home.data)]
    _, task = supervising(home, components)
    await until(home, lambda state: state.phase is Phase.RUNNING, "the first")
    components.append(SmallServer("second", home.data))
    os.kill(os.getpid(), signal.SIGHUP)

    def both_ready(state: StackState) -> bool:
        return len(state.components) == 2 and state.phase is Phase.RUNNING

    await until(home, both_ready, "the second")
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(task, 30) == 0


def test_a_folder_has_one_supervisor(home: StackHome) -> None:
    with (
        only_supervisor(home.lock_file),
        pytest.raises(AlreadyRunningError),
        only_supervisor(home.lock_file),
    ):
        pass
    with only_supervisor(home.lock_file):
        pass
