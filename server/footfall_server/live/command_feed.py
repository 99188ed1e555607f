"""Brings commands to workers' links, and answers to who waits for them, on whichever replica each is."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.camera_command import CameraCommand, CommandState
from footfall_server.domain.change import CommandFinished, CommandSent
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.ports import Clock, Transactions

RECHECK = timedelta(minutes=1)
RESULT_RECHECK = timedelta(seconds=1)


class CommandFeed:
    """Follows commands. Rows are the truth: lost word costs time, never a command."""

    def __init__(
        self,
        *,
        feed: ChangeFeed,
        transactions: Transactions,
        clock: Clock,
        recheck: timedelta = RECHECK,
        result_recheck: timedelta = RESULT_RECHECK,
    ) -> None:
        self._feed = feed
        self._transactions = transactions
        self._clock = clock
        self._recheck = recheck
        self._result_recheck = result_recheck

    async def commands(
        self, tenant_id: UUID, site_id: UUID, worker_id: UUID
    ) -> AsyncGenerator[CameraCommand, None]:
        """What the worker is to do: each command that waits, once; without end.

        A link that follows the one before is told again of what that one was told and did not answer.
        """
        told: frozenset[UUID] = frozenset()
        with self._feed.subscribe_word(CommandSent(tenant_id, worker_id)) as bell:
            while True:
                async with self._transactions.begin(tenant_id, sites={site_id}) as tx:
                    waiting = await tx.commands.waiting_for(worker_id, self._clock.now())
                for command in waiting:
                    # Telling takes as long as the link is slow.
                    if command.command_id not in told and self._clock.now() < command.expires_at:
                        yield command
                told = frozenset(command.command_id for command in waiting)
                await bell.wait(self._recheck)

    async def finished(self, tenant_id: UUID, command: CameraCommand) -> CameraCommand | None:
        """The command once it is finished; None when its time is over before."""
        with self._feed.subscribe_word(CommandFinished(tenant_id, command.command_id)) as bell:
            while True:
                async with self._transactions.begin(tenant_id, sites={command.site_id}) as tx:
                    current = await tx.commands.get(command.command_id)
                if current is not None and current.state is not CommandState.WAITING:
                    return current
                left = command.expires_at - self._clock.now()
                if current is None or left <= timedelta(0):
                    return None
                await bell.wait(min(left, self._result_recheck))
