"""Follows faces from frame to frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from footfall_vision.types import Face, Floats

from footfall_edge.association import AssociationRules, LookOf, associate
from footfall_edge.identifiers import new_id
from footfall_edge.motion import BoxMotion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerRules:
    """How long a track is waited for."""

    max_unseen_s: float = 1.0
    """A track without a look that was not seen for longer is over."""
    remembered_s: float = 5.0
    """One with a look may come back until then: from behind a pillar, or when somebody turns round."""


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

    def __init__(
        self, *, rules: TrackerRules | None = None, association: AssociationRules | None = None
    ) -> None:
        self._rules = rules or TrackerRules()
        self._association = association or AssociationRules()
        self._tracks: list[Track] = []

    @property
    def tracks(self) -> Sequence[Track]:
        """Tracks that are not over."""
        return tuple(self._tracks)

    def update(self, faces: Sequence[Face], at: float, look_of: LookOf) -> TrackerUpdate:
        """Take in the faces of a frame that was captured at the given second."""
        ended = self.expire(at)
        known = tuple(self._tracks)
        pairs = associate(known, faces, at, look_of, self._association)
        seen: list[tuple[Track, int]] = []
        for index, face in enumerate(faces):
            if index not in pairs:
                track = self.follow(face, at)
            else:
                track = known[pairs[index]]
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
        ended = [track for track in self._tracks if at - track.last_seen > self._patience(track)]
        self._tracks = [track for track in self._tracks if track not in ended]
        return ended

    def close(self) -> list[Track]:
        """Forget, and return, all tracks."""
        ended, self._tracks = self._tracks, []
        return ended

    def _patience(self, track: Track) -> float:
        return self._rules.max_unseen_s if track.appearance is None else self._rules.remembered_s
