"""The cheapest one-to-one assignment (Kuhn-Munkres with potentials, as in Burkard et al., 2009, ch. 4.2)."""

from collections.abc import Sequence

_UNREACHED = float("inf")


def cheapest_assignment(costs: Sequence[Sequence[float]]) -> list[int]:
    """Returns for every row its column, so that the sum of costs is the least; O(n^3).

    `costs` is square with finite values. An empty matrix gives an empty list. Raises ValueError when it is
    not square.
    """
    size = len(costs)
    if any(len(row) != size for row in costs):
        raise ValueError(f"costs must be square, got {size} rows of {[len(row) for row in costs]}")
    row_potential = [0.0] * (size + 1)
    column_potential = [0.0] * (size + 1)
    row_of = [0] * (size + 1)  # 1-based; column 0 stands for the row that is being placed
    for row in range(1, size + 1):
        row_of[0] = row
        _place_row(costs, row_of, row_potential, column_potential)
    column_of = [0] * size
    for column in range(1, size + 1):
        column_of[row_of[column] - 1] = column - 1
    return column_of


def _place_row(
    costs: Sequence[Sequence[float]],
    row_of: list[int],
    row_potential: list[float],
    column_potential: list[float],
) -> None:
    """Finds the cheapest way to give the row in row_of[0] a column, moving earlier rows where it pays."""
    size = len(costs)
    reached = [False] * (size + 1)
    slack = [_UNREACHED] * (size + 1)
    came_from = [0] * (size + 1)
    column = 0
    while row_of[column]:
        reached[column] = True
        row, step, nearest = row_of[column], _UNREACHED, 0
        for other in range(1, size + 1):
            if reached[other]:
                continue
            reduced = costs[row - 1][other - 1] - row_potential[row] - column_potential[other]
            if reduced < slack[other]:
                slack[other], came_from[other] = reduced, column
            if slack[other] < step:
                step, nearest = slack[other], other
        for other in range(size + 1):
            if reached[other]:
                row_potential[row_of[other]] += step
                column_potential[other] -= step
            else:
                slack[other] -= step
        column = nearest
    while column:
        row_of[column] = row_of[came_from[column]]
        column = came_from[column]
