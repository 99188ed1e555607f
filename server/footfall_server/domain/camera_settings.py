"""How a worker looks at a camera's picture, and what of it may leave the shop."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

Point = tuple[float, float]
"""A position in a picture of any size: x and y in 0..1, from the upper left corner."""


class ImagePolicy(StrEnum):
    """Which pictures of a face leave the shop. Each allows what the ones before it do."""

    NONE = "none"
    CROPS = "crops"
    FRAMES = "frames"

    def within(self, ceiling: "ImagePolicy") -> "ImagePolicy":
        """The stricter of the two."""
        order = list(ImagePolicy)
        return min(self, ceiling, key=order.index)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Where people come in: whoever looks along it from start to end has the inside on the left."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What is 0 is the worker's own setting. `masks` are polygons, each of at least three corners.

    `detect_width` is in pixels, `idle_fps` in frames a second. `anonymous` counts people and recognises
    nobody.
    """

    detect_width: int = 0
    masks: tuple[tuple[Point, ...], ...] = ()
    entry_line: EntryLine | None = None
    image_policy: ImagePolicy = ImagePolicy.CROPS
    idle_fps: float = 0.0
    anonymous: bool = False

    def within(self, ceiling: ImagePolicy, *, recognises: bool) -> "CameraSettings":
        """The settings at a site that allows no more pictures than `ceiling`, and recognition or not."""
        return replace(
            self,
            image_policy=self.image_policy.within(ceiling),
            anonymous=self.anonymous or not recognises,
        )

    @property
    def face_pictures(self) -> ImagePolicy:
        """Which pictures of faces may leave the shop: none of people who are not to be recognised."""
        return ImagePolicy.NONE if self.anonymous else self.image_policy

    def as_plain(self) -> dict[str, Any]:
        """As JSON has it, without what is at its default."""
        plain: dict[str, Any] = {}
        if self.detect_width:
            plain["detect_width"] = self.detect_width
        if self.masks:
            plain["masks"] = [[list(corner) for corner in mask] for mask in self.masks]
        if self.entry_line is not None:
            plain["entry_line"] = [list(self.entry_line.start), list(self.entry_line.end)]
        if self.image_policy is not ImagePolicy.CROPS:
            plain["image_policy"] = self.image_policy.value
        if self.idle_fps:
            plain["idle_fps"] = self.idle_fps
        if self.anonymous:
            plain["anonymous"] = True
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """What `as_plain` made it of."""
        line = plain.get("entry_line")
        return cls(
            detect_width=plain.get("detect_width", 0),
            masks=tuple(tuple(_point(corner) for corner in mask) for mask in plain.get("masks", ())),
            entry_line=None if line is None else EntryLine(_point(line[0]), _point(line[1])),
            image_policy=ImagePolicy(plain.get("image_policy", ImagePolicy.CROPS)),
            idle_fps=plain.get("idle_fps", 0.0),
            anonymous=plain.get("anonymous", False),
        )


def _point(values: Any) -> Point:
    x, y = values
    return float(x), float(y)
