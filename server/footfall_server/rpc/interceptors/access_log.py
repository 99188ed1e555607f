"""One line per call: what, how it ended, how long it took. Never what was in it."""

import asyncio
import time
from typing import Any

import grpc.aio
import structlog

from footfall_server.rpc.call_context import principal_or_none
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.rich_status import status_code

_OURS = "/footfall."
# The gateway asks every few seconds, and tells nothing by it.
_OF_GATEWAYS = "/footfall.v1.AuthService/GetJwks"
_OVER_A_LIMIT = "RESOURCE_EXHAUSTED"

log = structlog.get_logger()


class AccessLog(BehaviourInterceptor):
    """Logs every call when it ends; streams when they begin, too.

    Probes are logged at DEBUG, and so are calls above a limit: those are cheap to refuse only if that does
    not fill the log, which has a line of its own for all that a limit refused.
    """

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        level = "info" if method.startswith(_OURS) and method != _OF_GATEWAYS else "debug"

        async def behave(request: Any, context: Context) -> Any:
            began = time.monotonic()
            if handler.response_streaming:
                _say(level, "stream_opened", method=method)
            code = "UNKNOWN"
            try:
                answer = await inner(request, context)
                code = "OK"
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            except grpc.aio.AbortError:
                code = status_code(_number(context.code())).name
                raise
            else:
                return answer
            finally:
                principal = principal_or_none()
                _say(
                    "debug" if code == _OVER_A_LIMIT else level,
                    "rpc",
                    method=method,
                    code=code,
                    duration_ms=round((time.monotonic() - began) * 1000, 2),
                    tenant_id=str(principal.tenant_id) if principal and principal.tenant_id else None,
                    role=principal.role.value if principal else None,
                )

        return behave


def _say(level: str, event: str, **values: object) -> None:
    getattr(log, level)(event, **values)


def _number(code: Any) -> int:
    """The number of a code: grpc.aio gives it, where its types promise the enum."""
    return code if isinstance(code, int) else code.value[0]
