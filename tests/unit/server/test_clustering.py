"""Who may be one person, by all faces at once."""

from uuid import UUID

import numpy as np
import pytest
from fakes.synthetic_faces import person, shot_of
from footfall_server.domain.clustering import FaceGroup, cluster
from hypothesis import given
from hypothesis import strategies as st

THRESHOLD = 0.45


def group(number: int, *faces: np.ndarray, waits: bool = False, may_found: bool = True) -> FaceGroup:
    mean = np.mean(np.stack(faces), axis=0, dtype=np.float64).astype(np.float32)
    return FaceGroup(UUID(int=number), waits, mean, len(faces), may_found)


def clusters_of(groups: list[FaceGroup], apart: set[frozenset[UUID]] | None = None) -> list[list[int]]:
    found, _ = cluster(groups, THRESHOLD, apart or set())
    return sorted([member.identity_id.int for member in each.members] for each in found)


def test_nobody_is_no_cluster() -> None:
    assert cluster([], THRESHOLD, set()) == ([], [])


def test_who_is_alike_is_together_and_a_customer_comes_before_who_waits() -> None:
    one, other = person(1), person(2)
    groups = [
        group(1, one, waits=True),
        group(2, shot_of(one, cosine=0.7)),
        group(3, other),
        group(4, shot_of(other, cosine=0.6, seed=3)),
        group(5, person(3)),
    ]
    assert clusters_of(groups) == [[2, 1], [3, 4]]


def test_the_mean_over_all_pairs_decides_and_not_the_best_pair() -> None:
    one = person(1)
    mixed = [shot_of(one, cosine=0.8), person(7), person(8)]
    assert clusters_of([group(1, one), group(2, *mixed)]) == []


def test_who_cannot_be_one_is_never_together_whoever_else_is_alike_to_both() -> None:
    one = person(1)
    groups = [group(number, shot_of(one, cosine=0.9, seed=number)) for number in range(1, 5)]
    apart = {frozenset({UUID(int=1), UUID(int=3)})}
    for found in clusters_of(groups, apart):
        assert not {1, 3} <= set(found)


def test_who_waits_and_is_like_nobody_is_told_with_how_near_the_closest_is() -> None:
    near = shot_of(person(1), cosine=0.3)
    _, loners = cluster([group(1, person(1)), group(2, near, waits=True)], THRESHOLD, set())
    [loner] = loners
    assert loner.group.identity_id == UUID(int=2)
    assert loner.nearest == pytest.approx(0.3, abs=1e-5)


@given(
    people=st.lists(st.integers(0, 5), min_size=1, max_size=14),
    barred=st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=8),
    seed=st.integers(0, 50),
)
def test_clusters_are_apart_complete_and_in_any_order_the_same(
    people: list[int], barred: set[tuple[int, int]], seed: int
) -> None:
    groups = [
        group(1 + place, shot_of(person(number), cosine=0.75, seed=place), waits=place % 3 == 0)
        for place, number in enumerate(people)
    ]
    apart = {frozenset({UUID(int=1 + one), UUID(int=1 + other)}) for one, other in barred if one != other}
    found, loners = cluster(groups, THRESHOLD, apart)
    members = [member.identity_id for each in found for member in each.members]
    assert len(members) == len(set(members)), "nobody is in two clusters"
    assert not {each.group.identity_id for each in loners} & set(members)
    for each in found:
        ids = {member.identity_id for member in each.members}
        assert not any(pair <= ids for pair in apart), "who cannot be one is in one cluster"
        assert not each.members[0].is_waiting or all(member.is_waiting for member in each.members)
        assert all(likeness >= THRESHOLD for likeness in each.likeness.values())
    shuffled = [groups[row] for row in np.random.default_rng(seed).permutation(len(groups))]
    assert clusters_of(shuffled, apart) == clusters_of(groups, apart)
