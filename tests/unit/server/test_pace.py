"""Long work rests for as long as its share of the thread asks for."""

import pytest
from footfall_server.services.pace import LONGEST_REST, Pace

pytestmark = pytest.mark.unit


class Thread:
    """A thread that computes when it is told to, and whose rests are written down."""

    def __init__(self) -> None:
        self.computed = 0.0
        self.others = 0.0
        self.rests: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.computed += self.others

    def pace(self, share: float) -> Pace:
        return Pace(share=share, computed=lambda: self.computed, sleep=self.sleep)


async def test_a_quarter_of_the_thread_rests_three_times_as_long_as_it_worked() -> None:
    thread = Thread()
    pace = thread.pace(0.25)
    for worked in (0.004, 0.002):
        thread.computed += worked
        await pace.rest()
    assert thread.rests == pytest.approx([0.012, 0.006])


async def test_what_others_compute_while_it_rests_is_not_its_own() -> None:
    thread = Thread()
    pace = thread.pace(0.5)
    thread.others = 1.0
    for _ in range(2):
        thread.computed += 0.01
        await pace.rest()
    assert thread.rests == pytest.approx([0.01, 0.01])


async def test_a_busy_thread_does_not_stop_the_work() -> None:
    thread = Thread()
    pace = thread.pace(0.1)
    thread.computed += 60
    await pace.rest()
    assert thread.rests == [LONGEST_REST]


async def test_the_whole_thread_still_lets_others_in() -> None:
    thread = Thread()
    pace = thread.pace(1)
    thread.computed += 60
    await pace.rest()
    assert thread.rests == [0]


@pytest.mark.parametrize("share", [0, -0.5, 1.01])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        Pace(share=share)
