"""Takes commands, has them done one after another per camera, and holds the answers until fetched."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from footfall_edge.commands.command import (
    Command,
    CommandFailedError,
    CommandKind,
    CommandResult,
    CommandState,
    Done,
)
from footfall_edge.commands.memory import CommandMemory

_MOST_AT_ONCE = 64
_LONGEST_S = 20.0
_MOST_ANSWERS = 256
_log = structlog.get_logger(__name__)

Handler = Callable[[str], Awaitable[Done]]
"""Does something with the camera of that id. Raises CommandFailedError."""


class CommandDesk:
    """Each command is done once, however often it comes, and not begun after its time."""

    def __init__(
        self,
        *,
        handlers: Mapping[CommandKind, Handler],
        memory: CommandMemory,
        core_now: Callable[[], datetime | None],
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """core_now: the core's clock, None while nobody knows; wall: this worker's."""
        self._handlers = handlers
        self._memory = memory
        self._core_now = core_now
        self._wall = wall
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._keeping = asyncio.Lock()
        self._answers: asyncio.Queue[CommandResult] = asyncio.Queue()

    def take(self, command: Command) -> None:
        """Have it done; its answer comes to next_answer(). One that is under way already is."""
        if command.command_id in self._under_way:
            return
        if len(self._under_way) >= _MOST_AT_ONCE:
            # Not remembered: when it comes again there may be time for it.
            self._answer(self._result(command, CommandState.FAILED, "the worker has too many commands to do"))
            return
        task = asyncio.create_task(self._do_once(command), name=f"command-{command.command_id}")
        self._under_way[command.command_id] = task

    async def next_answer(self) -> CommandResult:
        """The answer that is due next, as soon as there is one."""
        return await self._answers.get()

    async def close(self) -> None:
        """Begin nothing more and end what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _do_once(self, command: Command) -> None:
        async with self._turns[command.camera_id]:
            result = self._memory.find(command.command_id)
            if result is None:
                result = await self._do(command)
                async with self._keeping:
                    # On a thread, since it waits for the disk.
                    await asyncio.to_thread(self._memory.keep, result)
                _log.info(
                    "command_done",
                    command_id=command.command_id,
                    camera_id=command.camera_id,
                    kind=str(command.kind),
                    state=str(result.state),
                    detail=result.detail,
                )
        # In one step: what comes again from now on is answered again.
        self._under_way.pop(command.command_id, None)
        self._answer(result)

    async def _do(self, command: Command) -> CommandResult:
        now = self._core_now() or self._wall()
        if command.expires is not None and now >= command.expires:
            return self._result(command, CommandState.EXPIRED, "its time had passed when its turn came")
        handler = self._handlers.get(command.kind) if command.kind else None
        if handler is None:
            return self._result(command, CommandState.FAILED, "this worker does not know such a command")
        try:
            async with asyncio.timeout(_LONGEST_S):
                done = await handler(command.camera_id)
        except CommandFailedError as error:
            return self._result(command, CommandState.FAILED, str(error))
        except TimeoutError:
            return self._result(command, CommandState.FAILED, f"not done within {_LONGEST_S:.0f} s")
        except Exception as error:  # noqa: BLE001 (whatever breaks one command)
            # The caller waits for an answer, and the next command for its turn.
            _log.exception("command_broke_down", command_id=command.command_id)
            return self._result(command, CommandState.FAILED, f"internal error: {type(error).__name__}")
        succeeded = self._result(command, CommandState.SUCCEEDED)
        return replace(succeeded, jpeg=done.jpeg, captured=done.captured)

    def _result(self, command: Command, state: CommandState, detail: str = "") -> CommandResult:
        return CommandResult(command_id=command.command_id, state=state, detail=detail, finished=self._wall())

    def _answer(self, result: CommandResult) -> None:
        # Without a link nobody fetches them; who still waits for one of the oldest has given up.
        while self._answers.qsize() >= _MOST_ANSWERS:
            self._answers.get_nowait()
        self._answers.put_nowait(result)
