"""The ingest benchmark's counting: it must be able to say that something went wrong."""

import pytest
from bench.ingest_count import Account, settle


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [
        (100, Account(lost=0, doubled=0)),
        (98, Account(lost=2, doubled=0)),
        (0, Account(lost=100, doubled=0)),
        (103, Account(lost=0, doubled=3)),
    ],
)
def test_what_is_missing_is_lost_and_what_is_too_much_doubled(arrived: int, expected: Account) -> None:
    assert settle(sent=100, committed=100, rejected=0, arrived=arrived) == expected


def test_an_event_without_acknowledgement_may_have_arrived_or_not() -> None:
    for arrived in (97, 98, 99, 100):
        account = settle(sent=100, committed=97, rejected=0, arrived=arrived)
        assert account == Account(lost=0, doubled=0), f"{arrived} arrived"
    assert settle(sent=100, committed=97, rejected=0, arrived=96).lost == 1
    assert settle(sent=100, committed=97, rejected=0, arrived=101).doubled == 1


def test_a_good_event_that_was_refused_is_lost() -> None:
    assert settle(sent=10, committed=10, rejected=1, arrived=9).lost == 1
    assert settle(sent=10, committed=10, rejected=1, arrived=10).lost == 1
