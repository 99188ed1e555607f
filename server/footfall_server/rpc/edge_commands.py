"""Commands on one link of a worker: told, and answered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import structlog
from footfall.v1 import camera_command_pb2, ingest_service_pb2

from footfall_server.domain.camera_command import CommandOutcome, CommandState
from footfall_server.domain.identity import Principal
from footfall_server.errors import FootfallError
from footfall_server.live.command_feed import CommandFeed
from footfall_server.live.edge_registry import EdgeSession
from footfall_server.rpc.convert_commands import from_command_result, to_edge_command
from footfall_server.rpc.event_intake import TRANSIENT
from footfall_server.services.backoff import Backoff
from footfall_server.services.camera_commands import CameraCommandService
from footfall_server.services.event_checks import JPEG_START
from footfall_server.services.workers import site_of

FIRST_DELAY = timedelta(milliseconds=250)
LONGEST_DELAY = timedelta(seconds=5)
MOST_RESULTS_WAITING = 32

Say = Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]

_log = structlog.get_logger()


class LinkCommands:
    """The commands of one link. A command is told again on the next link until it is answered or over."""

    def __init__(
        self,
        *,
        principal: Principal,
        session: EdgeSession,
        say: Say,
        feed: CommandFeed,
        commands: CameraCommandService,
    ) -> None:
        self._principal = principal
        self._session = session
        self._say = say
        self._feed = feed
        self._commands = commands
        self._results: asyncio.Queue[camera_command_pb2.CommandResult] = asyncio.Queue(MOST_RESULTS_WAITING)

    async def tell(self) -> None:
        """Tells the worker what it is to do, for as long as the link lives."""
        backoff = Backoff(first=FIRST_DELAY, limit=LONGEST_DELAY)
        session = self._session
        while True:
            try:
                feed = self._feed.commands(session.tenant_id, site_of(self._principal), session.worker_id)
                async with aclosing(feed) as commands:
                    async for command in commands:
                        await self._say(to_edge_command(command))
                        backoff.succeeded()
            except FootfallError as error:
                if error.kind not in TRANSIENT:
                    raise
                await asyncio.sleep(backoff.failed().total_seconds())

    async def take(self, result: camera_command_pb2.CommandResult) -> None:
        """Takes an answer. The worker is not read on while too many wait for the database."""
        await self._results.put(result)

    async def keep_results(self) -> None:
        """Commits answers in their order, for as long as the link lives.

        One that cannot be committed now is tried again: after the command's deadline nobody wants it.
        """
        backoff = Backoff(first=FIRST_DELAY, limit=LONGEST_DELAY)
        while True:
            outcome = from_command_result(await self._results.get())
            if outcome.jpeg and not outcome.jpeg.startswith(JPEG_START):
                # It would be shown to people as one.
                _log.warning("no_jpeg", worker_id=str(self._session.worker_id))
                outcome = CommandOutcome(
                    outcome.command_id, CommandState.FAILED, "the worker sent what is no JPEG file"
                )
            while True:
                try:
                    await self._commands.finish(self._principal, self._session.worker_id, outcome)
                    backoff.succeeded()
                    break
                except FootfallError as error:
                    if error.kind not in TRANSIENT:
                        raise
                    await asyncio.sleep(backoff.failed().total_seconds())
