"""How long a stream may last: no longer than its caller's access, and not into the core's shutting down."""

import asyncio
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from footfall_server.errors import FootfallError, unavailable
from footfall_server.live.revocation_list import RevocationList
from footfall_server.ports import Clock
from footfall_server.rpc.call_context import principal_or_none
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.services.sign_in import unauthenticated


class Drain:
    """Says that the core shuts down, once, to everything that must know."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._streams: set[asyncio.Timeout] = set()

    @property
    def has_begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        """Ends the streams that were added, and wakes whoever waits."""
        self._begun.set()
        now = asyncio.get_running_loop().time()
        for lifetime in self._streams:
            lifetime.reschedule(now)

    async def begun(self) -> None:
        """Returns when the core shuts down."""
        await self._begun.wait()

    def add(self, lifetime: asyncio.Timeout) -> None:
        self._streams.add(lifetime)

    def discard(self, lifetime: asyncio.Timeout) -> None:
        self._streams.discard(lifetime)


def draining() -> FootfallError:
    """What streams end with while the core shuts down."""
    return unavailable(
        "DRAINING", "this core is draining to shut down; another one answers", retry_after=timedelta(0)
    )


class StreamLifetimes(BehaviourInterceptor):
    """Ends streams with UNAUTHENTICATED when their access does, and with UNAVAILABLE when the core drains.

    Access ends with the token, or when it is revoked. Methods in `drain_themselves` are left to
    finish what they have in hand.
    """

    def __init__(
        self, *, clock: Clock, drain: Drain, revocations: RevocationList, drain_themselves: Collection[str]
    ) -> None:
        super().__init__()
        self._clock = clock
        self._drain = drain
        self._revocations = revocations
        self._drain_themselves = frozenset(drain_themselves)

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        if not handler.response_streaming:
            return inner
        cut_by_drain = method not in self._drain_themselves

        async def behave(request: Any, context: Context) -> Any:
            if self._drain.has_begun:
                raise draining()
            try:
                async with asyncio.timeout(self._seconds_left()) as lifetime:
                    if cut_by_drain:
                        self._drain.add(lifetime)
                    with self._until_revoked(lifetime):
                        return await inner(request, context)
            except TimeoutError:
                if lifetime.expired():
                    raise (
                        draining() if cut_by_drain and self._drain.has_begun else unauthenticated()
                    ) from None
                raise
            finally:
                self._drain.discard(lifetime)

        return behave

    def _until_revoked(self, lifetime: asyncio.Timeout) -> AbstractContextManager[None]:
        principal = principal_or_none()
        if principal is None:
            return nullcontext()

        def end() -> None:
            # One that ends already cannot be told again.
            if not lifetime.expired():
                lifetime.reschedule(asyncio.get_running_loop().time())

        return self._revocations.watching(principal, end)

    def _seconds_left(self) -> float | None:
        principal = principal_or_none()
        return None if principal is None else (principal.expires_at - self._clock.now()).total_seconds()
