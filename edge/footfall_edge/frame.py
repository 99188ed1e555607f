"""A picture with its time."""

from dataclasses import dataclass
from datetime import datetime

from footfall_vision.types import Image


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """A picture of a camera.

    at: seconds of a clock that never jumps. captured_at: UTC, as the worker's clock had it then.
    """

    image: Image
    at: float
    captured_at: datetime
