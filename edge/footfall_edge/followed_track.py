"""What the analyst knows of a face while it is in view."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from footfall_vision.types import Face, Floats, Image, Quality, QualityReason

from footfall_edge.association import Look
from footfall_edge.best_shot import ShotSet
from footfall_edge.entry_line import Crossing, LineWatch
from footfall_edge.ports import FaceVision
from footfall_edge.stillness import Life, Stillness
from footfall_edge.tracker import Track

_CLEAR_QUALITY = 0.7
"""A shot below it may look unlike the same person's better ones."""
_EDGE = 0.04
"""A box nearer than this to the edge of the picture, in its widths, may go on beyond it."""


@dataclass(slots=True, eq=False, kw_only=True)
class FollowedTrack:
    """One track that is not over.

    first: second of its first frame, by the frames' clock; started_at: the same moment, UTC.
    is_picture: it was still for so long that it is one, and is not told. remembered_s: how many seconds of
    its stillness its place was told of.
    """

    track: Track
    track_id: str
    started_at: datetime
    first: float
    shots: ShotSet
    stillness: Stillness
    line: LineWatch | None
    is_picture: bool = False
    remembered_s: float = 0.0
    told: bool = False

    @property
    def lasted_s(self) -> float:
        """Seconds from its first frame to the newest one in which it was found."""
        return max(self.track.last_seen - self.first, 0.0)

    @property
    def is_doubted(self) -> bool:
        """Whether it may be a picture, and has not moved yet."""
        return self.stillness.is_suspect and self.stillness.life is not Life.ALIVE

    @property
    def crossing(self) -> Crossing | None:
        """What it has done at the entry line so far."""
        return self.line.crossing if self.line else None

    def time_of(self, at: float) -> datetime:
        """A second of the frames' clock, in UTC."""
        return self.started_at + timedelta(seconds=at - self.first)


@dataclass(slots=True, eq=False)
class Glimpse:
    """A face of the present frame, worked on only as far as somebody asks."""

    vision: FaceVision
    image: Image
    face: Face
    _crop: Image | None = field(default=None, init=False)
    _quality: Quality | None = field(default=None, init=False)
    _embedding: Floats | None = field(default=None, init=False)

    @property
    def assessed(self) -> Quality | None:
        """Its quality, if somebody has asked for it yet."""
        return self._quality

    @property
    def crop(self) -> Image:
        """The aligned face, uint8 [112, 112, 3] BGR."""
        if self._crop is None:
            self._crop = self.vision.align(self.image, self.face)
        return self._crop

    @property
    def quality(self) -> Quality:
        """How fit it is for recognition."""
        if self._quality is None:
            quality = self.vision.assess(self.image, self.face, self.crop)
            if self._is_cut_off() and QualityReason.TRUNCATED not in quality.reasons:
                quality = replace(quality, reasons=(*quality.reasons, QualityReason.TRUNCATED))
            self._quality = quality
        return self._quality

    def _is_cut_off(self) -> bool:
        """Whether the box touches the edge of the picture: a detector fits it to the half that it sees."""
        height, width = self.image.shape[:2]
        left, top, box_width, box_height = (float(value) for value in self.face.box)
        margin = _EDGE * box_width
        return (
            left < margin
            or top < margin
            or left + box_width > width - margin
            or top + box_height > height - margin
        )

    @property
    def embedding(self) -> Floats:
        """float32 [d], L2-normalised."""
        if self._embedding is None:
            self._embedding = self.vision.embed(self.crop)
        return self._embedding

    @property
    def look(self) -> Look:
        """For the tracker: what it looks like, and whether that is seen well."""
        is_clear = not self.quality.reasons and self.quality.score >= _CLEAR_QUALITY
        return Look(embedding=self.embedding, is_clear=is_clear)
