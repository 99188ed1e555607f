"""Who may be one person, by all of their faces at once. Pure.

Average linkage: two groups are as alike as all pairs of their faces are on average, which is the product of
their mean faces (the mean of unit vectors, not made a unit vector again). The two groups that are most alike
are joined, as long as they reach the threshold, and then are one group. Whoever cannot be one is never in
one group, whoever else is in it.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import numpy.typing as npt

_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class FaceGroup:
    """The faces of one identity: their mean (d,), how many, and whether one of them could found somebody."""

    identity_id: UUID
    is_waiting: bool
    mean: npt.NDArray[np.float32] = field(repr=False)
    count: int
    may_found: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """Identities who may be one person, the one who would remain first.

    `likeness` has for each of the others how alike it was to the group when it joined.
    """

    members: tuple[FaceGroup, ...]
    likeness: Mapping[UUID, float]


@dataclass(frozen=True, slots=True)
class Loner:
    """Somebody who waits and is like nobody. `nearest` is the likeness of the closest other, or -1."""

    group: FaceGroup
    nearest: float


class _Groups:
    """Groups that grow. Rows of `means` follow the first member of each."""

    def __init__(self, groups: Sequence[FaceGroup]) -> None:
        self.groups = groups
        self.means = np.stack([each.mean for each in groups]).astype(np.float32)
        self.counts = np.array([each.count for each in groups], np.float64)
        self.members: list[list[int]] = [[row] for row in range(len(groups))]
        self.is_waiting = [each.is_waiting for each in groups]
        self.version = [0] * len(groups)
        self.is_alive = np.ones(len(groups), bool)
        self.barred: defaultdict[int, set[int]] = defaultdict(set)

    def bar(self, one: int, other: int) -> None:
        self.barred[one].add(other)
        self.barred[other].add(one)

    def absorb(self, kept: int, gone: int) -> None:
        total = self.counts[kept] + self.counts[gone]
        weighted = self.means[kept] * self.counts[kept] + self.means[gone] * self.counts[gone]
        self.means[kept] = weighted / total
        self.counts[kept] = total
        self.members[kept] += self.members[gone]
        self.is_waiting[kept] = self.is_waiting[kept] and self.is_waiting[gone]
        self.version[kept] += 1
        self.is_alive[gone] = False
        for other in self.barred.pop(gone, set()):
            self.barred[other].discard(gone)
            self.bar(kept, other)

    def alive(self) -> list[int]:
        """Rows of the groups that are left."""
        return [int(row) for row in np.flatnonzero(self.is_alive)]

    def leads(self, one: int, other: int) -> bool:
        """Whether `one` remains: a customer before who waits, then whoever was made first."""
        return self._rank(one) < self._rank(other)

    def _rank(self, row: int) -> tuple[bool, UUID]:
        return self.is_waiting[row], self.groups[row].identity_id


def cluster(
    groups: Sequence[FaceGroup], threshold: float, apart: Collection[frozenset[UUID]]
) -> tuple[Sequence[Cluster], Sequence[Loner]]:
    """Who may be one person by the threshold, and who waits and is like nobody."""
    if not groups:
        return [], []
    state = _Groups(groups)
    row_of = {each.identity_id: row for row, each in enumerate(groups)}
    for pair in apart:
        rows = [row_of[each] for each in pair if each in row_of]
        if len(rows) == 2:  # noqa: PLR2004 - a pair
            state.bar(*rows)
    likeness: dict[UUID, float] = {}
    heap = [(-score, one, other, 0, 0) for score, one, other in _alike(state.means, threshold)]
    heapq.heapify(heap)
    while heap:
        score, one, other, first_version, second_version = heapq.heappop(heap)
        current = (state.version[one], state.version[other]) == (first_version, second_version)
        if not (current and state.is_alive[one] and state.is_alive[other]) or other in state.barred[one]:
            continue
        kept, gone = (one, other) if state.leads(one, other) else (other, one)
        likeness.update({groups[row].identity_id: -score for row in state.members[gone]})
        state.absorb(kept, gone)
        for row, cosine in _near(state, kept, threshold):
            heapq.heappush(heap, (-cosine, kept, row, state.version[kept], state.version[row]))
    joined = [
        _to_cluster([groups[row] for row in state.members[lead]], likeness)
        for lead in state.alive()
        if len(state.members[lead]) > 1
    ]
    return joined, list(_loners(state))


def _to_cluster(members: Sequence[FaceGroup], likeness: Mapping[UUID, float]) -> Cluster:
    """The members in the order in which they joined; the first is who remains."""
    first, *others = members
    return Cluster((first, *others), {each.identity_id: likeness[each.identity_id] for each in others})


def _loners(state: _Groups) -> Iterator[Loner]:
    alive = state.alive()
    for row in alive:
        if len(state.members[row]) == 1 and state.is_waiting[row]:
            cosines = state.means[alive] @ state.means[row]
            others = [float(each) for other, each in zip(alive, cosines, strict=True) if other != row]
            yield Loner(state.groups[row], max(others, default=-1.0))


def _alike(means: npt.NDArray[np.float32], threshold: float) -> Iterator[tuple[float, int, int]]:
    """Every two rows that reach the threshold, in blocks: all pairs of 100,000 would not fit into memory."""
    for begin in range(0, len(means), _BLOCK):
        cosines = means[begin : begin + _BLOCK] @ means[begin:].T
        for one, other in np.argwhere(cosines >= threshold):
            if other > one:
                yield float(cosines[one, other]), begin + int(one), begin + int(other)


def _near(state: _Groups, row: int, threshold: float) -> Iterator[tuple[int, float]]:
    cosines = state.means @ state.means[row]
    for other in map(int, np.flatnonzero((cosines >= threshold) & state.is_alive)):
        if other != row and other not in state.barred[row]:
            yield other, float(cosines[other])
