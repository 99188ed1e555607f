"""What the edge asks of others, in its own words."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from footfall_vision.types import Face, Floats, Image, Quality

from footfall_edge.face_event import FaceEvent


class FaceVision(Protocol):
    """Pixels to faces. Blocking, and safe to call from several threads at once."""

    @property
    def model_id(self) -> str:
        """Names the model that embeds."""
        ...

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        """Faces of an image, in its own pixels.

        detect_width: they are searched in a picture at most this wide; None is as the worker is set up.
        """
        ...

    def align(self, image: Image, face: Face) -> Image:
        """The face as uint8 [112, 112, 3] BGR."""
        ...

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        """How fit the face is for recognition; its reasons are those of the recognition gate."""
        ...

    def embed(self, crop: Image) -> Floats:
        """The face as float32 [d], L2-normalised."""
        ...

    def female_probability(self, image: Image, face: Face) -> float | None:
        """Estimate of apparent gender, 0..1; None when the worker makes none."""
        ...


class EventSink(Protocol):
    """Where events go for good."""

    async def record(self, event: FaceEvent) -> None:
        """Return once the event is on disk."""
        ...


Clock = Callable[[], datetime]
"""The time now, UTC."""
