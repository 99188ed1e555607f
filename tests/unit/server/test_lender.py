"""What many tests borrow in turn is as good as new for each of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fakes.lender import Lender

pytestmark = pytest.mark.unit


class Bench:
    """Makes lists, and counts those that are in hand."""

    def __init__(self) -> None:
        self.made = self.open = 0

    @asynccontextmanager
    async def make(self) -> AsyncIterator[list[int]]:
        self.made += 1
        self.open += 1
        try:
            yield [self.made]
        finally:
            self.open -= 1


async def test_what_was_left_as_it_was_is_lent_again() -> None:
    bench = Bench()
    lender = Lender(bench.make, tuple)
    for _ in range(3):
        async with lender.lent() as lent:
            assert lent == [1]
    assert (bench.made, bench.open) == (1, 1)
    await lender.close()
    assert bench.open == 0


async def test_what_was_changed_is_not() -> None:
    bench = Bench()
    lender = Lender(bench.make, tuple)
    async with lender.lent() as lent:
        lent.append(7)
    assert bench.open == 0
    async with lender.lent() as lent:
        assert lent == [2]
    await lender.close()


async def test_nor_is_what_somebody_failed_with() -> None:
    bench = Bench()
    lender = Lender(bench.make, tuple)
    with pytest.raises(ZeroDivisionError):
        async with lender.lent():
            raise ZeroDivisionError
    assert bench.open == 0


async def test_what_cannot_be_made_is_said_and_tried_again() -> None:
    failures = [OSError("no port")]

    @asynccontextmanager
    async def make() -> AsyncIterator[str]:
        if failures:
            raise failures.pop()
        yield "there"

    lender = Lender(make, str)
    with pytest.raises(OSError, match="no port"):
        async with lender.lent():
            raise AssertionError("nothing was made")
    async with lender.lent() as lent:
        assert lent == "there"
    await lender.close()
