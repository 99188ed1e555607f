"""What is seen through is done before anybody hears of a cancellation."""

import asyncio

import pytest
from footfall_server.finishing import finished


async def test_the_result_is_the_works() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await finished(work()) == 7


async def test_an_error_is_the_works() -> None:
    async def work() -> None:
        raise RuntimeError("the work's own")

    with pytest.raises(RuntimeError, match="the work's own"):
        await finished(work())


@pytest.mark.parametrize("cancellations", [1, 3])
@pytest.mark.parametrize("fails", [False, True], ids=["that succeeds", "that fails"])
async def test_a_cancellation_waits_for_the_work(cancellations: int, fails: bool) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def work() -> None:
        begun.set()
        await may_end.wait()
        done.append("work")
        if fails:
            raise ValueError

    caller = asyncio.create_task(finished(work()))
    await begun.wait()
    for _ in range(cancellations):
        caller.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert not caller.done(), "the caller left its work behind"
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done == ["work"]
