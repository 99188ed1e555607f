"""Tenants share the core's time: however many calls one of them has waiting, another's go on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.fair_turns import FairTurns, TooManyWaitError
from footfall_server.rpc.call_context import principal_or_none
from footfall_server.rpc.call_costs import ORDINARY, Cost
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.services.shares import Currency

RETRY = timedelta(seconds=1)


class FairCalls(BehaviourInterceptor):
    """Serves a few calls of a tenant at a time; its other ones wait in their order, before they are read.

    Rates alone do not do that: calls that take long keep the core busy however rarely they are begun. Calls
    that bring events have a queue of their own, so that they keep no person waiting. Streams are not calls:
    their events are batched, and there one batch of a tenant is under way at a time.
    """

    def __init__(self, *, turns: Mapping[Currency, FairTurns], costs: Mapping[str, Cost]) -> None:
        super().__init__()
        self._turns = turns
        self._costs = costs

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        if handler.response_streaming:
            return inner
        turns = self._turns[self._costs.get(method, ORDINARY).currency]

        async def behave(request: Any, context: Context) -> Any:
            principal = principal_or_none()
            if principal is None or principal.tenant_id is None:
                return await inner(request, context)
            try:
                async with turns.turn(principal.tenant_id):
                    return await inner(request, context)
            except TooManyWaitError:
                raise FootfallError(
                    ErrorKind.RESOURCE_EXHAUSTED,
                    "RATE_LIMITED",
                    "too many calls of this tenant wait already; ask again later, and for less at once",
                    metadata={"limit": "tenant_waiting_calls"},
                    retry_after=RETRY,
                ) from None

        return behave
