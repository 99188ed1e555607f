"""Follows faces from frame to frame.

Association is in three steps. Boxes come first: where a track is expected and where a face was found
overlap. Where that leaves a choice (people cross, or stand close) the faces' looks decide, since boxes
alone swap people. What is left over (a walker seen at 5 frames per second leaves his own box between
two frames) is joined again by looks alone, within reach.

After SORT (Bewley 2016) with the appearance idea of DeepSORT (Wojke 2017), on face embeddings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from footfall_vision.types import Face, Floats

from footfall_edge.geometry import distance, overlap
from footfall_edge.identifiers import new_id
from footfall_edge.motion import BoxMotion

AppearanceOf = Callable[[int], Floats]
"""Embeds the face with this index in the frame; costs milliseconds, so it is asked only in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerRules:
    """What the tracker takes for the same face."""

    min_overlap: float = 0.25
    """Intersection over union from which a face may be the track that was expected there."""
    different_below: float = 0.2
    """Cosine below which two looks are two people, however well their boxes overlap."""
    same_above: float = 0.45
    """Cosine from which looks alone join a face to a track."""
    reach_per_s: float = 8.0
    """How far a head moves at most in a second, in its own sizes."""
    max_unseen_s: float = 1.0
    """A track that was not seen for longer is over."""


@dataclass(slots=True, eq=False)
class Track:
    """One face that is followed. Times are seconds of the frames' clock."""

    track_id: str
    motion: BoxMotion
    first_seen: float
    last_seen: float
    detections: int
    score_sum: float
    appearance: Floats | None = None
    """What the face looks like, L2-normalised; set by whoever embeds the track's shots."""

    @property
    def mean_score(self) -> float:
        """Mean confidence of the detector, 0..1."""
        return self.score_sum / self.detections


@dataclass(frozen=True, slots=True)
class TrackerUpdate:
    """What one frame changed."""

    seen: Sequence[tuple[Track, int]]
    """Each face of the frame by its index, with the track that it belongs to now."""
    ended: Sequence[Track]
    """Tracks that nobody has seen for too long; they are forgotten by the tracker."""


class FaceTracker:
    """Gives faces of one camera a stable identity while they are in view. Not thread-safe."""

    def __init__(self, *, rules: TrackerRules | None = None) -> None:
        self._rules = rules or TrackerRules()
        self._tracks: list[Track] = []

    @property
    def tracks(self) -> Sequence[Track]:
        """Tracks that are not over."""
        return tuple(self._tracks)

    def update(self, faces: Sequence[Face], at: float, appearance_of: AppearanceOf) -> TrackerUpdate:
        """Take in the faces of a frame that was captured at the given second."""
        ended = self.expire(at)
        pairs = self._associate(faces, at, appearance_of)
        seen: list[tuple[Track, int]] = []
        for index, face in enumerate(faces):
            track = pairs.get(index)
            if track is None:
                track = self.follow(face, at)
            else:
                track.motion.correct(face.box, at)
                track.last_seen = at
                track.detections += 1
                track.score_sum += face.score
            seen.append((track, index))
        return TrackerUpdate(seen=seen, ended=ended)

    def follow(self, face: Face, at: float) -> Track:
        """Begin a new track."""
        track = Track(
            track_id=new_id(),
            motion=BoxMotion.start(face.box, at),
            first_seen=at,
            last_seen=at,
            detections=1,
            score_sum=face.score,
        )
        self._tracks.append(track)
        return track

    def forget(self, track: Track) -> None:
        """Follow a track no longer. Nothing happens when it is over already."""
        self._tracks = [kept for kept in self._tracks if kept is not track]

    def expire(self, at: float) -> list[Track]:
        """Forget, and return, the tracks that were last seen too long before the given second."""
        ended = [track for track in self._tracks if at - track.last_seen > self._rules.max_unseen_s]
        self._tracks = [track for track in self._tracks if track not in ended]
        return ended

    def close(self) -> list[Track]:
        """Forget, and return, all tracks."""
        ended, self._tracks = self._tracks, []
        return ended

    def _associate(self, faces: Sequence[Face], at: float, appearance_of: AppearanceOf) -> dict[int, Track]:
        if not faces or not self._tracks:
            return {}
        rules = self._rules
        expected = np.array([track.motion.box_at(at) for track in self._tracks])
        found = np.array([face.box for face in faces], dtype=np.float64)
        overlaps = overlap(expected, found)
        possible = overlaps >= rules.min_overlap
        doubtful = possible & (
            (possible.sum(axis=0, keepdims=True) > 1) | (possible.sum(axis=1, keepdims=True) > 1)
        )

        scores = np.where(possible, overlaps, -np.inf)
        for row, column in np.argwhere(doubtful):
            looks = self._tracks[row].appearance
            if looks is None:
                continue
            likeness = float(looks @ appearance_of(int(column)))
            scores[row, column] = (
                -np.inf if likeness < rules.different_below else 0.7 * likeness + 0.3 * overlaps[row, column]
            )
        pairs = _assign(scores)
        pairs |= self._rejoin(expected, found, at, pairs, appearance_of)
        return {column: self._tracks[row] for row, column in pairs.items()}

    def _rejoin(
        self,
        expected: npt.NDArray[np.float64],
        found: npt.NDArray[np.float64],
        at: float,
        pairs: dict[int, int],
        appearance_of: AppearanceOf,
    ) -> dict[int, int]:
        """Join tracks and faces that no box brought together, by looks, as far as a head can have moved."""
        lost = [
            row for row, track in enumerate(self._tracks) if row not in pairs and track.appearance is not None
        ]
        strangers = [column for column in range(len(found)) if column not in pairs.values()]
        if not lost or not strangers:
            return {}
        apart = distance(expected, found)
        scores = np.full(apart.shape, -np.inf)
        for row in lost:
            track = self._tracks[row]
            looks = track.appearance
            reach = 1.0 + self._rules.reach_per_s * (at - track.last_seen)
            for column in strangers:
                if looks is None or apart[row, column] > reach:
                    continue
                likeness = float(looks @ appearance_of(column))
                if likeness >= self._rules.same_above:
                    scores[row, column] = likeness
        return _assign(scores)


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
