"""Two people in one track are told apart by their looks."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes.edge_samples import face, look_of, quality, unit_vector
from footfall_edge.best_shot import Shot
from footfall_edge.track_split import split_people
from hypothesis import given
from hypothesis import strategies as st


def shots(people: Sequence[int]) -> list[Shot]:
    """One shot a second of the people with these numbers."""
    return [
        Shot(
            at=float(second),
            face=face(),
            quality=quality(),
            crop=np.zeros((4, 4, 3), dtype=np.uint8),
            picture=b"",
            embedding=look_of(second, of=person),
        )
        for second, person in enumerate(people)
    ]


def times(parts: tuple[list[Shot], list[Shot]] | None) -> tuple[list[float], list[float]]:
    assert parts is not None
    return [shot.at for shot in parts[0]], [shot.at for shot in parts[1]]


def test_where_one_follows_the_other() -> None:
    assert times(split_people(shots([1, 1, 1, 2, 2]))) == ([0, 1, 2], [3, 4])


def test_where_they_take_turns_in_any_order() -> None:
    mixed = shots([2, 1, 2, 1, 2, 1, 1])
    assert times(split_people(mixed[::-1])) == ([0, 2, 4], [1, 3, 5, 6])


def test_one_shot_is_no_person() -> None:
    assert split_people(shots([1, 1, 1, 1, 2])) is None
    assert split_people(shots([1, 2])) is None
    assert split_people([]) is None


def test_a_shot_that_is_like_neither_is_left_out() -> None:
    assert times(split_people(shots([1, 1, 3, 2, 2]))) == ([0, 1], [3, 4])


@given(st.integers(1, 9), st.integers(2, 10))
def test_one_person_is_never_split(person: int, count: int) -> None:
    assert split_people(shots([person] * count)) is None


@given(st.lists(st.sampled_from([1, 2]), min_size=4, max_size=10))
def test_the_parts_are_the_people(people: list[int]) -> None:
    parts = split_people(shots(people))
    if min(people.count(1), people.count(2)) < 2:
        assert parts is None
        return
    expected = [[float(at) for at, one in enumerate(people) if one == person] for person in (1, 2)]
    assert sorted(times(parts)) == sorted(expected)
    assert parts is not None
    assert float(parts[0][0].embedding @ unit_vector(people[0])) == pytest.approx(0.93, abs=0.1)
