"""Work that comes round for as long as a process lives, and is done for one tenant after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.errors import ErrorKind, FootfallError, reason_of
from footfall_server.ports import BrokerAwayError

_AWAY_FOR_ALL: Final = 2
"""Tenants in a row."""

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

    Raises what the last tenant failed with that failed; that of the others was done. Only when what everybody
    needs cannot be reached for two in a row, the rest are left alone: each would wait for as long.
    """
    done, away, failure = 0, 0, None
    for tenant_id in tenant_ids:
        try:
            done += await work(tenant_id)
        except Exception as error:  # noqa: BLE001 - of whatever kind, it is one tenant's
            _log.warning("tenant_left_out", tenant_id=str(tenant_id), reason=reason_of(error))
            failure, away = error, away + 1 if _is_away(error) else 0
            if away == _AWAY_FOR_ALL:
                break
        else:
            away = 0
    if failure is not None:
        raise failure
    return done


def _is_away(error: Exception) -> bool:
    """Whether a store or the broker could not be reached."""
    if isinstance(error, FootfallError):
        return error.kind is ErrorKind.UNAVAILABLE
    return isinstance(error, BrokerAwayError)
