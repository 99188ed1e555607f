"""Which face of a frame belongs to which track.

In four steps, each for what the ones before left over:

1. Boxes: where a track is expected and where a face is overlap. It is clear only when nobody else can have
   come there, by how sure the track's motion is: a track that has just begun may go anywhere, and the next
   one who comes through the door stands where the first one stood.
2. Looks: faces go to the tracks that look the same, within reach of a head. So people who cross keep who
   they are, walkers at 5 frames per second are followed though they leave their own boxes, and who was
   behind a pillar or turned round comes back.
3. Boxes that overlap, when the looks do not say otherwise. Only a face that is seen well can look too
   different to be the same.
4. A face that is seen too badly to have a look goes to the only track that is near, when it is the only
   face there: somebody runs, or turns away.

After SORT (Bewley 2016) with the appearance idea of DeepSORT (Wojke 2017), on face embeddings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from footfall_vision.types import Face, Floats

from footfall_edge.geometry import distance, overlap
from footfall_edge.motion import BoxMotion


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a face looks like. embedding: float32 [d], L2-normalised.

    is_clear: whether it is seen well enough for a difference to mean another person.
    """

    embedding: Floats
    is_clear: bool


LookOf = Callable[[int], Look]
"""Embeds the face with this index in the frame; costs milliseconds, so it is asked only in doubt."""


class Tracked(Protocol):
    """What association asks of a track. Times are seconds of the frames' clock."""

    motion: BoxMotion
    last_seen: float
    appearance: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationRules:
    """What is taken for the same face. Distances are in sizes of the face."""

    min_overlap: float = 0.25
    """Intersection over union from which a face may be the track that was expected there."""
    different_below: float = 0.2
    """Cosine below which two clear looks are two people, however well their boxes overlap."""
    same_above: float = 0.45
    """Cosine from which looks alone join a face to a track."""
    near: float = 0.6
    """How far from where it was expected a face may be besides what its motion leaves open."""
    sureness: float = 2.5
    """Standard deviations of the motion that a face may be off."""
    reach_per_s: float = 8.0
    """How far a head moves at most in a second."""
    farthest: float = 8.0
    """How far somebody may be found again, however long ago it was."""
    sure_for_s: float = 0.35
    """Seconds for which a box alone says who somebody is: two frames at 5 per second."""
    unlooked_for_s: float = 1.0
    """Seconds after which nothing but looks joins a face to a track."""


def associate(
    tracks: Sequence[Tracked], faces: Sequence[Face], at: float, look_of: LookOf, rules: AssociationRules
) -> dict[int, int]:
    """Index of the track of each face that has one, by the face's index."""
    if not tracks or not faces:
        return {}
    return _Frame(tracks, faces, at, look_of, rules).pairs()


class _Frame:
    """One frame's tracks (rows) and faces (columns)."""

    def __init__(
        self,
        tracks: Sequence[Tracked],
        faces: Sequence[Face],
        at: float,
        look_of: LookOf,
        rules: AssociationRules,
    ) -> None:
        self._tracks, self._look_of, self._rules = tracks, look_of, rules
        self._unseen = np.array([at - track.last_seen for track in tracks])
        expected = np.array([track.motion.box_at(at) for track in tracks])
        found = np.array([face.box for face in faces], dtype=np.float64)
        self._overlaps = overlap(expected, found)
        self._apart = distance(expected, found)
        spread = np.array([track.motion.spread_at(at) for track in tracks])
        open_to = np.minimum(rules.near + rules.sureness * spread, rules.farthest)
        self._can_be = self._apart <= open_to[:, None]
        is_looked_for = (self._unseen <= rules.unlooked_for_s)[:, None]
        self._overlapping = is_looked_for & (self._overlaps >= rules.min_overlap)
        self._pairs: dict[int, int] = {}

    def pairs(self) -> dict[int, int]:
        """Track by face."""
        self._by_boxes()
        self._by_looks()
        self._by_what_is_left()
        self._by_nearness()
        return {column: row for row, column in self._pairs.items()}

    def _by_boxes(self) -> None:
        """Boxes that overlap where nobody else can have come or gone."""
        rivals = self._overlapping | self._can_be
        is_contested = (rivals.sum(axis=0, keepdims=True) > 1) | (rivals.sum(axis=1, keepdims=True) > 1)
        is_recent = (self._unseen <= self._rules.sure_for_s)[:, None]
        is_clear = self._overlapping & is_recent & ~is_contested
        self._pairs |= _assign(np.where(is_clear, self._overlaps, -np.inf))

    def _by_looks(self) -> None:
        """Looks that are the same, as far as somebody can have come."""
        rules = self._rules
        scores = np.full(self._apart.shape, -np.inf)
        reach = np.minimum(1.0 + rules.reach_per_s * self._unseen, rules.farthest)
        for row, column in self._left_over():
            if self._apart[row, column] > reach[row]:
                continue
            likeness, _ = self._likeness(row, column)
            if likeness is not None and likeness >= rules.same_above:
                scores[row, column] = _mixed(likeness, self._overlaps[row, column])
        self._pairs |= _assign(scores)

    def _by_what_is_left(self) -> None:
        """Boxes that overlap, of faces that nobody else looks like and that may well be the same."""
        rules = self._rules
        scores = np.full(self._apart.shape, -np.inf)
        for row, column in self._left_over():
            if not self._overlapping[row, column]:
                continue
            likeness, is_clear = self._likeness(row, column)
            if likeness is None:
                likeness = (rules.different_below + rules.same_above) / 2
            if likeness >= rules.different_below or not is_clear:
                scores[row, column] = _mixed(likeness, self._overlaps[row, column])
        self._pairs |= _assign(scores)

    def _by_nearness(self) -> None:
        """Faces that are seen badly, where there is one face and one track only."""
        left = [
            (row, column)
            for row, column in self._left_over()
            if self._can_be[row, column] and self._unseen[row] <= self._rules.unlooked_for_s
        ]
        for row, column in left:
            if any((one == row) != (other == column) for one, other in left):
                continue
            likeness, is_clear = self._likeness(row, column)
            if likeness is None or not is_clear:
                self._pairs[row] = column

    def _left_over(self) -> list[tuple[int, int]]:
        rows = [row for row in range(len(self._tracks)) if row not in self._pairs]
        columns = [column for column in range(self._apart.shape[1]) if column not in self._pairs.values()]
        return [(row, column) for row in rows for column in columns]

    def _likeness(self, row: int, column: int) -> tuple[float | None, bool]:
        """Cosine of the track's look and the face's, None when the track has none; whether it is clear."""
        appearance = self._tracks[row].appearance
        if appearance is None:
            return None, False
        look = self._look_of(column)
        return float(appearance @ look.embedding), look.is_clear


def _mixed(likeness: float, overlapping: float) -> float:
    return 0.7 * likeness + 0.3 * overlapping


def _assign(scores: npt.NDArray[np.float64]) -> dict[int, int]:
    """Pair rows with columns, the best pair first; -inf is never paired. Returns column by row.

    Greedy instead of optimal (Kuhn 1955): after the looks have spoken, rivals differ by far.
    """
    scores = scores.copy()
    pairs: dict[int, int] = {}
    while scores.size and np.isfinite(best := scores.max()):
        row, column = (int(value) for value in np.argwhere(scores == best)[0])
        pairs[row] = column
        scores[row, :] = -np.inf
        scores[:, column] = -np.inf
    return pairs
