"""The assignment is the cheapest there is."""

from itertools import permutations

import pytest
from footfall_local.demo_shop.assignment import cheapest_assignment
from hypothesis import given
from hypothesis import strategies as st

MATRICES = st.integers(0, 5).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(-20, 20).map(float), min_size=n, max_size=n), min_size=n, max_size=n
    )
)


@given(MATRICES)
def test_no_permutation_is_cheaper(costs: list[list[float]]) -> None:
    columns = cheapest_assignment(costs)
    assert sorted(columns) == list(range(len(costs))), "every row has its own column"
    cheapest = min(
        (sum(costs[row][column] for row, column in enumerate(p)) for p in permutations(range(len(costs)))),
        default=0.0,
    )
    assert sum(costs[row][column] for row, column in enumerate(columns)) == cheapest


def test_a_matrix_that_is_not_square_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        cheapest_assignment([[1.0, 2.0]])
