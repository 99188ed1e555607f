"""The process that keeps a local stack running: `python -m footfall_local.supervisor --home FOLDER`.

It ends with 0 after SIGTERM or SIGINT, when everything is stopped; with 1 when the stack could not be
started, after stopping what was. SIGHUP makes it read the plan again and start what was added.
"""

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from footfall_local.component import Component, ComponentError
from footfall_local.home import StackHome
from footfall_local.leftovers import stop_leftovers
from footfall_local.log_files import keep_logs_small
from footfall_local.plan import StackPlan
from footfall_local.processes import ProcessIdentity
from footfall_local.runner import ComponentRunner
from footfall_local.stack import build_components
from footfall_local.state import Phase, StackState

_log = structlog.get_logger(__name__)
ComponentsOf = Callable[[StackPlan], Sequence[Component]]


class AlreadyRunningError(Exception):
    """Another supervisor serves this folder."""


class Supervisor:
    """Starts the components in their order, keeps them running, and stops them in reverse."""

    def __init__(self, *, home: StackHome, components_of: ComponentsOf) -> None:
        self._home = home
        self._components_of = components_of
        identity = ProcessIdentity.of(os.getpid())
        if identity is None:
            raise RuntimeError("this process has no entry in the system's table")
        self._state = StackState(supervisor=identity)
        self._runners: dict[str, ComponentRunner] = {}
        self._stop = asyncio.Event()
        self._plan_changed = asyncio.Event()

    async def run(self) -> int:
        """Run until told to stop; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._plan_changed.set)
        await stop_leftovers(StackState.load(self._home.state_file))
        self._save()
        try:
            await self._keep_running()
        except* ComponentError as failures:
            self._state.failure = str(_first(failures))
            _log.error("stack_failed", reason=self._state.failure.split("\n", 1)[0])
        await self._stop_all()
        return 1 if self._state.failure else 0

    async def _keep_running(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            chores = [tasks.create_task(keep_logs_small(self._home.logs))]
            chores.append(tasks.create_task(self._follow_plan(tasks, chores)))
            await self._stop.wait()
            for chore in chores:
                chore.cancel()

    async def _follow_plan(self, tasks: asyncio.TaskGroup, chores: list[asyncio.Task[None]]) -> None:
        """Start what the plan has and does not run yet, now and whenever the plan changes."""
        while True:
            plan = StackPlan.load(self._home.plan_file)
            if plan is None:
                raise ComponentError(f"{self._home.plan_file} is missing")
            added = [item for item in self._components_of(plan) if item.name not in self._runners]
            for component in added:
                self._runners[component.name] = ComponentRunner(
                    component,
                    log=self._home.log_of(component.name),
                    required=[self._runners[name] for name in component.requires],
                    changed=self._save,
                )
            chores += [tasks.create_task(self._runners[item.name].run()) for item in added]
            self._state.phase = Phase.STARTING
            self._save()
            await asyncio.gather(*(runner.ready.wait() for runner in self._runners.values()))
            self._state.phase = Phase.RUNNING
            self._save()
            await self._plan_changed.wait()
            self._plan_changed.clear()

    async def _stop_all(self) -> None:
        """Stop in waves: first what nothing else that still runs requires."""
        self._state.phase = Phase.STOPPING
        self._save()
        left = dict(self._runners)
        while left:
            needed = {name for runner in left.values() for name in runner.component.requires}
            wave = [runner for name, runner in left.items() if name not in needed]
            await asyncio.gather(*(runner.stop() for runner in wave))
            for runner in wave:
                del left[runner.component.name]
        self._state.phase = Phase.FAILED if self._state.failure else Phase.STOPPED
        self._save()

    def _save(self) -> None:
        self._state.components = {name: runner.state for name, runner in self._runners.items()}
        self._state.save(self._home.state_file)


@contextlib.contextmanager
def only_supervisor(lock_file: Path) -> Iterator[None]:
    """Hold the folder's lock; the system frees it when the process ends, however it ends.

    Raises:
        AlreadyRunningError: another process holds it.

    """
    with lock_file.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"another supervisor holds {lock_file}") from None
        yield


def _first(group: ExceptionGroup[ComponentError]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m footfall_local.supervisor", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    home = StackHome(parser.parse_args(arguments).home)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        with only_supervisor(home.lock_file):
            return asyncio.run(Supervisor(home=home, components_of=build_components(home)).run())
    except AlreadyRunningError as error:
        _log.error("already_running", reason=str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
