"""How one camera is to be looked at.

Points are shares of the picture: (0, 0) is its top left, (1, 1) its bottom right.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Point = tuple[float, float]
Polygon = tuple[Point, ...]

_FEWEST_CORNERS = 3
_MOST_MASKS = 16
_MOST_CORNERS = 32
_NARROWEST, _WIDEST = 160, 3840
_MOST_FPS = 30.0


class ImagePolicy(StrEnum):
    """Which pictures may leave the shop."""

    NONE = "none"
    """No picture at all: events carry vectors only."""
    CROPS = "crops"
    """Faces: the portrait and the aligned crop of an event."""
    FRAMES = "frames"
    """The whole frame in which a face was seen best, in place of the portrait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line that visitors cross. Whoever looks from its start to its end has the inside on the left.

    Raises ValueError when a point is outside the picture, or when both are the same.
    """

    start: Point
    end: Point

    def __post_init__(self) -> None:
        for point in (self.start, self.end):
            _check_point(point, "the entry line")
        if self.start == self.end:
            raise ValueError("the entry line must have a length: its two ends are the same point")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """What a camera's administrator chose; the defaults leave everything to the worker's own settings.

    detect_width: faces are searched in a picture at most this wide, pixels; None is the worker's own
    setting. masks: faces whose middle lies in one are not looked at, and no picture shows what lies there.
    idle_fps: frames per second that are looked at while nobody is in view; None is the worker's own setting.
    anonymous: people are counted and nobody is recognised, so no template and no face leaves the shop.
    Raises ValueError, in words for whoever set it, when a value cannot be used.
    """

    detect_width: int | None = None
    masks: tuple[Polygon, ...] = ()
    entry_line: EntryLine | None = None
    images: ImagePolicy = ImagePolicy.CROPS
    idle_fps: float | None = None
    anonymous: bool = False

    def __post_init__(self) -> None:
        if self.detect_width is not None and not _NARROWEST <= self.detect_width <= _WIDEST:
            raise ValueError(f"detect_width must be {_NARROWEST} to {_WIDEST}, not {self.detect_width}")
        if self.idle_fps is not None and not 0 < self.idle_fps <= _MOST_FPS:
            raise ValueError(f"idle_fps must be above 0 and at most {_MOST_FPS:g}, not {self.idle_fps:g}")
        if len(self.masks) > _MOST_MASKS:
            raise ValueError(f"at most {_MOST_MASKS} masks, not {len(self.masks)}")
        for polygon in self.masks:
            if not _FEWEST_CORNERS <= len(polygon) <= _MOST_CORNERS:
                raise ValueError(
                    f"a mask must have {_FEWEST_CORNERS} to {_MOST_CORNERS} corners, not {len(polygon)}"
                )
            for point in polygon:
                _check_point(point, "a mask")

    @property
    def face_pictures(self) -> ImagePolicy:
        """Which pictures of faces may leave the shop."""
        return ImagePolicy.NONE if self.anonymous else self.images


def _check_point(point: Point, of: str) -> None:
    if not all(math.isfinite(value) and 0 <= value <= 1 for value in point):
        raise ValueError(f"{of} has a point outside the picture: its coordinates must lie between 0 and 1")


def to_plain(settings: CameraSettings) -> dict[str, Any]:
    """As plain values for a JSON file; from_plain() reads them."""
    line = settings.entry_line
    return {
        "detect_width": settings.detect_width,
        "masks": [[list(point) for point in polygon] for polygon in settings.masks],
        "entry_line": line and {"start": list(line.start), "end": list(line.end)},
        "images": settings.images.value,
        "idle_fps": settings.idle_fps,
        "anonymous": settings.anonymous,
    }


def from_plain(plain: Mapping[str, Any]) -> CameraSettings:
    """What to_plain() wrote. Raises ValueError, KeyError or TypeError when it is something else."""
    line, width, fps = plain["entry_line"], plain["detect_width"], plain["idle_fps"]
    return CameraSettings(
        detect_width=None if width is None else int(width),
        masks=tuple(tuple(_point(point) for point in polygon) for polygon in plain["masks"]),
        entry_line=line and EntryLine(start=_point(line["start"]), end=_point(line["end"])),
        images=ImagePolicy(plain["images"]),
        idle_fps=None if fps is None else float(fps),
        # A worker before this one did not note it, and asked for it no longer ago than its last link.
        anonymous=bool(plain.get("anonymous", False)),
    )


def _point(plain: Sequence[Any]) -> Point:
    x, y = plain
    return float(x), float(y)
