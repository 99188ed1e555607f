"""Tenants share the core's time: however many calls one of them has waiting, another's go on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from footfall_server.domain.limits import Limits
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.fair_turns import FairTurns, TooManyWaitError
from footfall_server.rpc.call_context import principal_or_none
from footfall_server.rpc.call_costs import ORDINARY, Cost, Line
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler

RETRY = timedelta(seconds=1)
LONG_WAITING = 4
PICTURES_WAITING = 24
"""A drop of twenty pictures and somebody else's; each of them may have 4 MB."""


def fair_lines(limits: Limits) -> Mapping[Line, FairTurns]:
    """The turns of each line. Of what waits for something else than this process there is no total."""
    shared = {
        line: FairTurns(
            total=limits.calls_at_once,
            per_key=limits.tenant_calls_at_once,
            most_waiting=limits.tenant_waiting_calls,
        )
        for line in (Line.CALLS, Line.EVENTS)
    }
    images = FairTurns(per_key=limits.calls_at_once, most_waiting=limits.tenant_waiting_calls)
    return {
        **shared,
        Line.IMAGES: images,
        # One is examined while another one of another tenant is written down.
        Line.PICTURES: FairTurns(total=2, per_key=1, most_waiting=PICTURES_WAITING),
        Line.LONG: FairTurns(per_key=1, most_waiting=LONG_WAITING),
    }


class FairCalls(BehaviourInterceptor):
    """Serves a few calls at a time, tenants in turn; the others wait in their order, before they are read.

    Rates alone do not do that: calls that take long keep the core busy however rarely they are begun. Streams
    and RecordFace are left alone: their events are batched, and there one batch of a tenant is under way at a
    time.
    """

    def __init__(self, *, lines: Mapping[Line, FairTurns], costs: Mapping[str, Cost]) -> None:
        super().__init__()
        self._lines = lines
        self._costs = costs

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        line = self._costs.get(method, ORDINARY).line
        if handler.response_streaming or line is None:
            return inner
        turns = self._lines[line]

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
