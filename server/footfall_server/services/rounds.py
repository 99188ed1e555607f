"""Work that comes round for as long as a process lives, and is done for one tenant after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.errors import FootfallError, reason_of

_log = structlog.get_logger()


async def come_round(work: Callable[[], Awaitable[object]], *, every: timedelta, failed: str) -> None:
    """Does `work` once in a while for as long as the process lives, for the first time after `every`.

    What a round fails with is told in the log as the event `failed`, and the next one comes all the same:
    a single tenant's row that nobody thought of must not end the calls of all others.
    """
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            await work()
        except FootfallError as error:
            _log.warning(failed, reason=error.reason)
        except Exception:  # noqa: BLE001 - a fault of ours
            _log.exception(failed)


async def each_tenant(tenant_ids: Iterable[UUID], work: Callable[[UUID], Awaitable[int]]) -> int:
    """Does `work` for one tenant after the other. Returns the sum of what it answers.

    Raises what the last tenant failed with that failed; that of the others was done.
    """
    done, failure = 0, None
    for tenant_id in tenant_ids:
        try:
            done += await work(tenant_id)
        except Exception as error:  # noqa: BLE001 - of whatever kind, it is one tenant's
            _log.warning("tenant_left_out", tenant_id=str(tenant_id), reason=reason_of(error))
            failure = error
    if failure is not None:
        raise failure
    return done
