"""How long wrong passwords make one wait."""

from datetime import timedelta

from fakes.manual_clock import START
from footfall_server.domain.lockout import FORGOTTEN_AFTER, LONGEST_WAIT, LoginAttempts, wait_after
from hypothesis import given
from hypothesis import strategies as st


def test_four_are_free_and_then_the_wait_doubles() -> None:
    waits = [wait_after(count).total_seconds() for count in range(1, 18)]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@given(st.integers(1, 10**9))
def test_the_wait_never_falls_and_has_an_end(count: int) -> None:
    assert timedelta(0) <= wait_after(count) <= wait_after(count + 1) <= LONGEST_WAIT


def test_a_day_without_attempts_begins_anew() -> None:
    attempts = LoginAttempts.none_before(START)
    for _ in range(9):
        attempts = attempts.counted(START)
    assert attempts.wait(START) == timedelta(seconds=16)
    almost = attempts.counted(START + FORGOTTEN_AFTER - timedelta(seconds=1))
    assert almost.failures == 10
    assert attempts.counted(START + FORGOTTEN_AFTER).failures == 1
