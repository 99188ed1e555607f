"""One camera's frames in, face events out. Plain, blocking and without clocks or threads of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import cv2
import numpy as np
from footfall_vision.types import Face, Floats, Image, Quality

from footfall_edge.best_shot import Shot, ShotRules, ShotSet, mean_embedding, split_in_time
from footfall_edge.face_event import FaceEvent, Portrait
from footfall_edge.frame import Frame
from footfall_edge.geometry import widen
from footfall_edge.identifiers import new_id
from footfall_edge.ports import FaceVision
from footfall_edge.tracker import FaceTracker, Track

_PORTRAIT_WIDENING = 1.6
_PORTRAIT_MAX_SIDE = 320
_PORTRAIT_JPEG_QUALITY = 85
_ALIGNED_JPEG_QUALITIES = (92, 80, 60)
"""The first is so good that an embedder sees the same face in the file; the others are for what the wire
has no room for, such as noise in the dark."""
_ALIGNED_MAX_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRules:
    """When a track is told, and what is not worth telling."""

    ripe_after_s: float = 1.5
    """A track must last this long to be told before its end."""
    ripe_shots: int = 3
    """And must have this many good shots."""
    min_detections: int = 3
    """A track of fewer detections is noise."""
    min_mean_score: float = 0.7
    """A track whose detections are less certain on average is noise."""
    longest_s: float = 1800.0
    """A track that lasts longer is told as over, and a new one begun: whoever stays all day is not held
    back until closing time, and a killed worker forgets half an hour at most."""


@dataclass(slots=True, eq=False)
class _Followed:
    """What the analyst knows of a track that is not over."""

    track: Track
    track_id: str
    started_at: datetime
    first: float
    shots: ShotSet
    told: bool = False


@dataclass(slots=True, eq=False)
class _Glimpse:
    """A face of the present frame, worked on only as far as somebody asked."""

    vision: FaceVision
    image: Image
    face: Face
    _crop: Image | None = field(default=None, init=False)
    _quality: Quality | None = field(default=None, init=False)
    _embedding: Floats | None = field(default=None, init=False)

    @property
    def crop(self) -> Image:
        if self._crop is None:
            self._crop = self.vision.align(self.image, self.face)
        return self._crop

    @property
    def quality(self) -> Quality:
        if self._quality is None:
            self._quality = self.vision.assess(self.image, self.face, self.crop)
        return self._quality

    @property
    def embedding(self) -> Floats:
        if self._embedding is None:
            self._embedding = self.vision.embed(self.crop)
        return self._embedding


class FaceAnalyst:
    """Detects, follows, picks the best shots, embeds them, and tells each track at most twice.

    All state is its own and no lock guards it: one thread at a time may call it.
    """

    def __init__(
        self,
        *,
        camera_id: str,
        vision: FaceVision,
        rules: TellingRules | None = None,
        shot_rules: ShotRules | None = None,
        tracker: FaceTracker | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._vision = vision
        self._rules = rules or TellingRules()
        self._shot_rules = shot_rules or ShotRules()
        self._tracker = tracker or FaceTracker()
        self._followed: dict[Track, _Followed] = {}

    @property
    def faces_in_view(self) -> int:
        """Tracks that are not over."""
        return len(self._followed)

    def observe(self, frame: Frame) -> Sequence[FaceEvent]:
        """Look at a frame; returns what is to be told now, mostly nothing."""
        faces = self._vision.detect(frame.image)
        glimpses = [_Glimpse(self._vision, frame.image, face) for face in faces]
        update = self._tracker.update(faces, frame.at, lambda index: glimpses[index].embedding)

        events: list[FaceEvent] = []
        for track in update.ended:
            events += self._finish(track)
        for track, index in update.seen:
            followed = self._followed.get(track) or self._begin(track, frame)
            self._look(followed, glimpses[index], frame.at)
            if followed.shots.swapped():
                events += self._part(followed, glimpses[index].face, frame)
            elif frame.at - followed.first >= self._rules.longest_s:
                self._tracker.forget(track)
                events += self._finish(track)
            elif self._is_ripe(followed):
                events += self._tell(followed, final=False)
        return events

    def expire(self, at: float) -> Sequence[FaceEvent]:
        """Tell the tracks that are over at the given second, when no frame came to show it."""
        return [event for track in self._tracker.expire(at) for event in self._finish(track)]

    def close(self) -> Sequence[FaceEvent]:
        """Tell all tracks: the camera is let go."""
        return [event for track in self._tracker.close() for event in self._finish(track)]

    def _begin(self, track: Track, frame: Frame) -> _Followed:
        followed = _Followed(
            track=track,
            track_id=track.track_id,
            started_at=frame.captured_at,
            first=frame.at,
            shots=ShotSet(rules=self._shot_rules),
        )
        self._followed[track] = followed
        return followed

    def _look(self, followed: _Followed, glimpse: _Glimpse, at: float) -> None:
        quality = glimpse.quality
        if not followed.shots.wants(quality, at):
            return
        is_good = not quality.reasons
        followed.shots.offer(
            Shot(
                at=at,
                face=glimpse.face,
                quality=quality,
                crop=glimpse.crop,
                portrait=_portrait(glimpse.image, glimpse.face),
                embedding=glimpse.embedding if is_good else None,
                female_probability=(
                    self._vision.female_probability(glimpse.image, glimpse.face) if is_good else None
                ),
            )
        )
        followed.track.appearance = followed.shots.appearance()

    def _part(self, followed: _Followed, face: Face, frame: Frame) -> Sequence[FaceEvent]:
        """The tracker slid to another person: end the track where it did, and follow the other one."""
        strangers = followed.shots.strangers
        followed.shots.strangers = []
        since = strangers[0].at
        followed.track.last_seen = max(followed.shots.good[-1].at, followed.first)
        self._tracker.forget(followed.track)
        events = self._finish(followed.track)

        track = self._tracker.follow(face, frame.at)
        track.first_seen = since
        # What was seen of the other person counts: the two shots stand for the frames between them.
        track.detections = len(strangers)
        track.score_sum = sum(shot.face.score for shot in strangers)
        other = self._begin(track, frame)
        other.first = since
        other.started_at = frame.captured_at - timedelta(seconds=frame.at - since)
        for shot in strangers:
            other.shots.offer(shot)
        track.appearance = other.shots.appearance()
        return events

    def _is_ripe(self, followed: _Followed) -> bool:
        rules = self._rules
        return (
            not followed.told
            and followed.track.last_seen - followed.first >= rules.ripe_after_s
            and len(followed.shots.good) >= rules.ripe_shots
            and self._is_real(followed)
        )

    def _is_real(self, followed: _Followed) -> bool:
        track = followed.track
        return (
            track.detections >= self._rules.min_detections and track.mean_score >= self._rules.min_mean_score
        )

    def _finish(self, track: Track) -> Sequence[FaceEvent]:
        followed = self._followed.pop(track, None)
        if followed is None or not (followed.told or self._is_real(followed)):
            return []
        shots = followed.shots
        cut = split_in_time(shots.good)
        if cut is None:
            return self._tell(followed, final=True)
        # Two people under one id, noticed late. Whoever was told first keeps the id.
        later = _Followed(
            track=track,
            track_id=new_id(),
            started_at=followed.started_at + timedelta(seconds=shots.good[cut].at - followed.first),
            first=shots.good[cut].at,
            shots=ShotSet(rules=self._shot_rules, good=shots.good[cut:]),
        )
        ended = track.last_seen
        track.last_seen = shots.good[cut - 1].at
        shots.good = shots.good[:cut]
        events = list(self._tell(followed, final=True))
        track.last_seen = ended
        return [*events, *self._tell(later, final=True)]

    def _tell(self, followed: _Followed, *, final: bool) -> Sequence[FaceEvent]:
        shots = followed.shots
        best = shots.best()
        if best is None:
            return []
        followed.told = True
        embedding = mean_embedding(shots.good) if shots.good else self._vision.embed(best.crop)
        estimates = [shot.female_probability for shot in shots.good if shot.female_probability is not None]
        lasted = max(followed.track.last_seen - followed.first, 0.0)
        portrait = _encode(best.portrait)
        return [
            FaceEvent(
                event_id=new_id(),
                camera_id=self._camera_id,
                track_id=followed.track_id,
                first_seen=followed.started_at,
                last_seen=followed.started_at + timedelta(seconds=lasted),
                final=final,
                model_id=self._vision.model_id,
                embedding=embedding,
                face=best.face,
                quality=best.quality,
                female_probability=float(np.mean(estimates)) if estimates else None,
                portrait=portrait,
                shot_count=len(shots.good),
                aligned_jpeg=_encode_aligned(best.crop) if portrait and shots.good else b"",
            )
        ]


def _portrait(image: Image, face: Face) -> Image:
    """Head and shoulders, at most 320 pixels a side: a copy, so that the frame itself can go."""
    height, width = image.shape[:2]
    left, top, right, bottom = widen(face.box, _PORTRAIT_WIDENING, width, height)
    cut = image[top:bottom, left:right]
    longest = max(cut.shape[:2])
    if longest <= _PORTRAIT_MAX_SIDE:
        return cut.copy()
    factor = _PORTRAIT_MAX_SIDE / longest
    size = (max(round(cut.shape[1] * factor), 1), max(round(cut.shape[0] * factor), 1))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _encode(portrait: Image) -> Portrait | None:
    encoded, jpeg = cv2.imencode(".jpg", portrait, [cv2.IMWRITE_JPEG_QUALITY, _PORTRAIT_JPEG_QUALITY])
    return Portrait(image_id=new_id(), jpeg=jpeg.tobytes()) if encoded else None


def _encode_aligned(crop: Image) -> bytes:
    """The crop as JPEG, small enough for an event; empty when it cannot be made so."""
    for quality in _ALIGNED_JPEG_QUALITIES:
        encoded, jpeg = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if encoded and jpeg.nbytes <= _ALIGNED_MAX_BYTES:
            return jpeg.tobytes()
    return b""
