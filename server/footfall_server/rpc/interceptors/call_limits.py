"""Nobody may keep the core so busy that others have to wait."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.call_costs import ORDINARY, Cost
from footfall_server.rpc.client_addresses import ClientAddresses
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.permissions import Permission, Scope
from footfall_server.services.shares import Shares

TOLD_EVERY = timedelta(seconds=10)
"""How often the log says that a limit refuses calls. A line for each would be work, too."""

log = structlog.get_logger()


class CallLimits(BehaviourInterceptor):
    """Refuses what is above the caller's share before anything is read or looked up for it.

    Calls with a token count for the caller and its tenant, others for the address that they come from. Of
    streams the opening costs like a call, and those that are open are counted.
    """

    def __init__(
        self,
        *,
        shares: Shares,
        addresses: ClientAddresses,
        permissions: Mapping[str, Permission],
        costs: Mapping[str, Cost],
        clock: Clock,
    ) -> None:
        super().__init__()
        self._shares = shares
        self._addresses = addresses
        self._permissions = permissions
        self._costs = costs
        self._refusals = _Refusals(clock)

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        cost = self._costs.get(method, ORDINARY)
        permission = self._permissions.get(method)
        if permission is not None and permission.scope is Scope.PUBLIC:
            return inner if cost.weight == 0 else self._around_public(method, cost, handler, inner)
        shares = self._shares

        async def behave(request: Any, context: Context) -> Any:
            principal = current_principal()
            with self._refusals.noted(method):
                shares.take(principal, cost.currency, cost.of(request))
                return await inner(request, context)

        async def behave_as_stream(request: Any, context: Context) -> Any:
            with shares.stream(current_principal()):
                return await behave(request, context)

        return behave_as_stream if handler.response_streaming else behave

    def _around_public(self, method: str, cost: Cost, handler: Handler, inner: Behaviour) -> Behaviour:
        shares = self._shares

        async def behave(request: Any, context: Context) -> Any:
            with self._refusals.noted(method):
                shares.take_for_address(self._addresses.key(context), cost.of(request))
            return await inner(request, context)

        async def behave_as_stream(request: Any, context: Context) -> Any:
            with self._refusals.noted(method), shares.stream_for_address(self._addresses.key(context)):
                return await behave(request, context)

        return behave_as_stream if handler.response_streaming else behave


class _Refusals:
    """Counts refused calls, and tells of them now and then: one line per limit and interval."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._untold: dict[str, int] = {}
        self._told_at: dict[str, datetime] = {}

    @contextmanager
    def noted(self, method: str) -> Iterator[None]:
        try:
            yield
        except FootfallError as error:
            if error.kind is ErrorKind.RESOURCE_EXHAUSTED and "limit" in error.metadata:
                self._note(error.metadata["limit"], method)
            raise

    def _note(self, limit: str, method: str) -> None:
        self._untold[limit] = self._untold.get(limit, 0) + 1
        now, told_at = self._clock.now(), self._told_at.get(limit)
        if told_at is None or now - told_at >= TOLD_EVERY:
            # The tenant, where there is one, is bound to the log by whoever verified the token.
            log.warning("calls_refused", limit=limit, last_method=method, refused=self._untold.pop(limit))
            self._told_at[limit] = now
