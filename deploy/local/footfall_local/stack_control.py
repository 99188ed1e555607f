"""Starts and stops the supervisor, from the command line's side."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from footfall_local.home import StackHome
from footfall_local.leftovers import stop_leftovers
from footfall_local.plan import CameraPlan, StackPlan
from footfall_local.planning import make_plan
from footfall_local.ports import is_free
from footfall_local.processes import ProcessIdentity
from footfall_local.spawning import bare_environment, python_program, tail
from footfall_local.state import Condition, Phase, StackState

LONGEST_START = 300.0
LONGEST_STOP = 90.0
PORTS_FREE_WITHIN = 15.0
POLL_INTERVAL = 0.1
SUPERVISOR = "supervisor"
Watch = Callable[[StackState], None]


class StackError(Exception):
    """The stack could not be started or stopped; the text says why, for people."""


@dataclass(frozen=True)
class Started:
    """A stack that runs."""

    plan: StackPlan
    state: StackState
    was_running: bool


class StackControl:
    """One folder's stack."""

    def __init__(self, home: StackHome, environment: dict[str, str]) -> None:
        self._home = home
        self._environment = environment

    def state(self) -> StackState | None:
        return StackState.load(self._home.state_file)

    def plan(self) -> StackPlan | None:
        return StackPlan.load(self._home.plan_file)

    def start(self, *, camera: CameraPlan | None, watch: Watch) -> Started:
        """Start what does not run yet and wait until all of it is ready.

        Args:
            camera: the demo camera, when it is wanted. One that runs already is left alone.
            watch: told the state again and again meanwhile.

        Raises:
            StackError: a component cannot be started. What was started is stopped again.
            PortTakenError: the port that was asked for is in use.

        """
        self._home.make()
        state, plan = self.state(), self.plan()
        if state is not None and plan is not None and state.is_alive:
            if camera is not None and plan.camera is None:
                plan = plan.with_camera(camera)
                plan.save(self._home.plan_file)
                state.supervisor.send(signal.SIGHUP)
            expected = frozenset() if plan.camera is None else frozenset({"camera"})
            return Started(plan=plan, state=self._wait(watch, expected), was_running=True)
        asyncio.run(stop_leftovers(state))
        plan = make_plan(self._home, plan, self._environment, camera=camera)
        plan.save(self._home.plan_file)
        self._home.state_file.unlink(missing_ok=True)
        self._launch()
        return Started(plan=plan, state=self._wait(watch, frozenset({"edge"})), was_running=False)

    def stop(self) -> tuple[str, ...]:
        """Stop everything that was started; returns the names of what ran.

        Raises:
            StackError: something does not end, or a port stays in use.

        """
        state = self.state()
        if state is None:
            return ()
        running = tuple(name for name, item in state.components.items() if _runs(item.process))
        supervisor = state.supervisor
        supervisor.send(signal.SIGTERM)
        if not _until(lambda: not supervisor.is_running(), LONGEST_STOP):
            supervisor.send(signal.SIGKILL)
            _until(lambda: not supervisor.is_running(), PORTS_FREE_WITHIN)
        asyncio.run(stop_leftovers(self.state()))
        self._wait_for_ports()
        self._settle()
        return running

    def _launch(self) -> None:
        with self._home.log_of(SUPERVISOR).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                python_program("footfall_local.supervisor", "--home", str(self._home.root)),
                cwd=self._home.root,
                env=bare_environment(self._home.root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # outlives this command and its terminal
            )
        written = _until(lambda: self.state() is not None or process.poll() is not None, LONGEST_START)
        if not written or self.state() is None:
            raise StackError(f"the supervisor did not start:\n{tail(self._home.log_of(SUPERVISOR))}")

    def _wait(self, watch: Watch, expected: frozenset[str]) -> StackState:
        deadline = time.monotonic() + LONGEST_START
        while True:
            state = self.state()
            if state is None:
                raise StackError("the stack's state is gone")
            watch(state)
            ready = {name for name, item in state.components.items() if item.condition is Condition.READY}
            if expected <= ready and ready == set(state.components) and state.phase is Phase.RUNNING:
                return state
            if state.phase is Phase.FAILED or not state.is_alive:
                _until(_ended(state.supervisor), LONGEST_STOP)
                raise StackError(
                    state.failure or f"the supervisor ended:\n{tail(self._home.log_of(SUPERVISOR))}"
                )
            if time.monotonic() > deadline:
                lacking = ", ".join(sorted(set(state.components) - ready))
                raise StackError(f"not ready after {LONGEST_START:.0f} s: {lacking}. See `footfall logs`.")
            time.sleep(POLL_INTERVAL)

    def _wait_for_ports(self) -> None:
        plan = self.plan()
        if plan is None:
            return
        # One that stays in use is somebody else's by now: nothing of ours runs any more.
        _until(lambda: all(is_free(port) for port in plan.ports.values()), PORTS_FREE_WITHIN)

    def _settle(self) -> None:
        state = self.state()
        if state is not None and state.phase is not Phase.STOPPED:
            state.phase = Phase.STOPPED
            for item in state.components.values():
                item.condition, item.pid, item.create_time = Condition.STOPPED, None, None
            state.save(self._home.state_file)


def _runs(identity: ProcessIdentity | None) -> bool:
    return identity is not None and identity.is_running()


def _ended(identity: ProcessIdentity) -> Callable[[], bool]:
    return lambda: not identity.is_running()


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_INTERVAL)
    return True
