"""Lends what takes long to make, for as long as nobody changes it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, TypeVar

Lent = TypeVar("Lent")


class Lender(Generic[Lent]):
    """Lends one thing to one borrower at a time, and makes a new one when the last was changed.

    All of it happens in one event loop; tests that borrow have to share theirs.
    """

    def __init__(
        self, make: Callable[[], AbstractAsyncContextManager[Lent]], state: Callable[[Lent], object]
    ) -> None:
        """state: all of it that a borrower may change, as a value that is compared before and after."""
        self._make = make
        self._state = state
        self._lent: Lent | None = None
        self._over = asyncio.Event()
        self._held: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Lent]:
        """As good as new, until the context ends."""
        lent = await self._made() if self._lent is None else self._lent
        before = self._state(lent)
        try:
            yield lent
        except BaseException:
            await self.close()
            raise
        if self._state(lent) != before:
            await self.close()

    async def close(self) -> None:
        """Ends what was lent last."""
        self._over.set()
        held, self._held, self._lent = self._held, None, None
        if held is not None:
            await held

    async def _made(self) -> Lent:
        made: asyncio.Future[Lent] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        # Every test is a task of its own; what is lent has to end in the one in which it began.
        self._held = asyncio.create_task(self._hold(made, self._over))
        await asyncio.wait([made, self._held], return_when=asyncio.FIRST_COMPLETED)
        if not made.done():
            await self._held
        self._lent = made.result()
        return self._lent

    async def _hold(self, made: asyncio.Future[Lent], over: asyncio.Event) -> None:
        async with self._make() as lent:
            made.set_result(lent)
            await over.wait()
