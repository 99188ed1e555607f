"""Ids sort by the time that they were made at."""

from uuid import RFC_4122

import pytest
from footfall_server.domain import identifiers
from footfall_server.domain.identifiers import new_id


def test_ids_made_a_microsecond_apart_are_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [1_772_442_000_000_000_000 + microseconds * 1000 for microseconds in range(2500)]
    clock = iter(moments)
    monkeypatch.setattr(identifiers.time, "time_ns", lambda: next(clock))
    made = [new_id() for _ in moments]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    assert [each.int >> 80 for each in made] == [moment // 1_000_000 for moment in moments]
