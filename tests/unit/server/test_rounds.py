"""Work that comes round: what fails is told and tried again, and one tenant does not stop the others."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import BrokerAwayError
from footfall_server.services.rounds import come_round, each_tenant
from structlog.testing import capture_logs

AWAY = FootfallError(ErrorKind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "The database is away.")
FIRST, SECOND, THIRD = (UUID(int=each) for each in (1, 2, 3))


async def rounds_of(failures: list[Exception | None]) -> list[dict[str, object]]:
    """The log of rounds that end so, and of one more that is the last."""
    left = list(failures)
    over = asyncio.Event()

    async def work() -> None:
        if not left:
            over.set()
            return
        if (failure := left.pop(0)) is not None:
            raise failure

    with capture_logs() as told:
        running = asyncio.create_task(come_round(work, every=timedelta(0), failed="not_done"))
        await asyncio.wait([asyncio.create_task(over.wait()), running], return_when=asyncio.FIRST_COMPLETED)
        assert over.is_set(), "the rounds ended with a failure"
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return told


async def test_the_next_round_comes_whatever_became_of_the_last() -> None:
    told = await rounds_of([AWAY, None, ValueError("Ann Miller")])
    assert [(each["event"], each["log_level"], each.get("reason")) for each in told] == [
        ("not_done", "warning", "DATABASE_UNAVAILABLE"),
        ("not_done", "error", None),
    ]


async def test_rounds_end_when_they_are_cancelled() -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(come_round(work, every=timedelta(0), failed="not_done"))
    await began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("failure", [AWAY, ValueError("Ann Miller")])
async def test_the_work_of_other_tenants_is_done_before_a_failure_is_told(failure: Exception) -> None:
    done = []

    async def work(tenant_id: UUID) -> int:
        if tenant_id == SECOND:
            raise failure
        done.append(tenant_id)
        return 2

    with capture_logs() as told, pytest.raises(type(failure)) as raised:
        await each_tenant([FIRST, SECOND, THIRD], work)
    assert raised.value is failure
    assert done == [FIRST, THIRD]
    assert [each["tenant_id"] for each in told] == [str(SECOND)]
    assert "Ann Miller" not in str(told), "the text of an error may hold personal data"


@pytest.mark.parametrize("failure", [AWAY, BrokerAwayError("no route")])
async def test_what_nobody_reaches_is_not_waited_for_by_everybody(failure: Exception) -> None:
    asked = []

    async def work(tenant_id: UUID) -> int:
        asked.append(tenant_id)
        raise failure

    with pytest.raises(type(failure)):
        await each_tenant([FIRST, SECOND, THIRD], work)
    assert asked == [FIRST, SECOND]


async def test_one_that_waits_too_long_between_others_stops_nobody() -> None:
    asked = []

    async def work(tenant_id: UUID) -> int:
        asked.append(tenant_id)
        if tenant_id == SECOND:
            return 1
        raise AWAY

    with pytest.raises(FootfallError):
        await each_tenant([FIRST, SECOND, THIRD], work)
    assert asked == [FIRST, SECOND, THIRD]


async def test_it_answers_the_sum_of_all() -> None:
    async def work(tenant_id: UUID) -> int:
        return tenant_id.int

    assert await each_tenant([FIRST, SECOND, THIRD], work) == 6
    assert await each_tenant([], work) == 0
