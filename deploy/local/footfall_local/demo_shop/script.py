"""Who walks through the demo shop, when and where: the scenario as data.

Lengths are pixels of the full frame (960 x 540), times are seconds from the play's start. A person comes in
from one side, stands, and walks out; only the head and the shoulders are seen above a low counter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import pi, sin

SCRIPT_VERSION = 2
"""Part of the video's key: raise it with every change of what is drawn."""

WIDTH = 960
HEIGHT = 540
FPS = 12
FACE_WIDTH = 92.0
"""Width of every face in the frame, as the detector boxes it: above the gates for a new customer."""
FACE_TOP = 166.0
_OUTSIDE = 170.0
"""How far beyond the frame's edge, from its centre, nothing of a person is seen any more."""
_WALK_SPEED = 165.0
"""Mean pixels per second, so that a face overlaps itself by half between two analysed frames."""
_FRAME_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A face in the frame: left, top, width and height in pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def is_whole(self) -> bool:
        """Whether the face lies fully in the frame, with a small margin."""
        return (
            self.x >= _FRAME_MARGIN
            and self.y >= _FRAME_MARGIN
            and self.x + self.w <= WIDTH - _FRAME_MARGIN
            and self.y + self.h <= HEIGHT - _FRAME_MARGIN
        )


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a person's face centre is (pixels), and how large (1 is FACE_WIDTH wide)."""

    x: float
    y: float
    scale: float


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One person's way through the picture: in from `come_x`, stands at `stand_x`, out to `go_x`."""

    person: str
    portrait: str
    begin_s: float
    end_s: float
    come_x: float
    stand_x: float
    go_x: float

    def pose(self, at_s: float) -> Pose | None:
        """Where the person is at a time, or None when not walking in, standing or walking out."""
        if not self.begin_s <= at_s <= self.end_s:
            return None
        coming = abs(self.stand_x - self.come_x) / _WALK_SPEED
        going = abs(self.go_x - self.stand_x) / _WALK_SPEED
        since, left = at_s - self.begin_s, self.end_s - at_s
        arrived, gone = _ease(since / coming), _ease(1.0 - left / going)
        x = self.come_x + (self.stand_x - self.come_x) * arrived + (self.go_x - self.stand_x) * gone
        walking = since < coming or left < going
        step = 3.0 * abs(sin(pi * 1.7 * since)) if walking else 1.2 * sin(pi * 0.45 * since)
        sway = 0.0 if walking else 5.0 * sin(pi * 0.3 * (since - coming))
        span = self.end_s - self.begin_s
        return Pose(x=x + sway, y=FACE_TOP + 62.0 + step, scale=0.97 + 0.06 * sin(pi * since / span))

    @cached_property
    def seen(self) -> tuple[float, float]:
        """(first, last) time at which the face is whole in the frame, from the frames that are drawn."""
        whole = [
            frame / FPS
            for frame in range(int(self.begin_s * FPS), int(self.end_s * FPS) + 1)
            if (pose := self.pose(frame / FPS)) is not None and face_box(pose).is_whole
        ]
        return whole[0], whole[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole play."""

    stays: tuple[Stay, ...]
    groups: tuple[tuple[str, ...], ...]
    duration_s: float

    @property
    def frame_count(self) -> int:
        return round(self.duration_s * FPS)

    def on_stage(self, at_s: float) -> Sequence[tuple[Stay, Pose]]:
        """Everyone in the picture at a time, in the order in which they are drawn."""
        return [(stay, pose) for stay in self.stays if (pose := stay.pose(at_s)) is not None]


def face_box(pose: Pose) -> FaceBox:
    """The face's box for a pose; faces are taken as 1.3 times as high as wide."""
    width = FACE_WIDTH * pose.scale
    height = 1.3 * width
    return FaceBox(x=pose.x - width / 2, y=pose.y - height / 2, w=width, h=height)


def _ease(share: float) -> float:
    """Smooth start and stop: 0 at and before 0, 1 at and after 1."""
    share = min(1.0, max(0.0, share))
    return share * share * (3.0 - 2.0 * share)


_LEFT_OUT, _RIGHT_OUT = -_OUTSIDE, WIDTH + _OUTSIDE
_LEFT_STAND, _RIGHT_STAND = 315.0, 645.0


def _from_left(person: str, begin_s: float, end_s: float, *, portrait: str | None = None) -> Stay:
    return Stay(
        person=person,
        portrait=portrait or person,
        begin_s=begin_s,
        end_s=end_s,
        come_x=_LEFT_OUT,
        stand_x=_LEFT_STAND,
        go_x=_LEFT_OUT,
    )


def _from_right(person: str, begin_s: float, end_s: float, *, portrait: str | None = None) -> Stay:
    return Stay(
        person=person,
        portrait=portrait or person,
        begin_s=begin_s,
        end_s=end_s,
        come_x=_RIGHT_OUT,
        stand_x=_RIGHT_STAND,
        go_x=_RIGHT_OUT,
    )


def _group(people: tuple[str, ...], begin_s: float, end_s: float) -> tuple[Stay, ...]:
    """People who come in side by side from the left and leave to the right, all at one pace."""
    spacing = 218.0
    shift = WIDTH / 2 + _OUTSIDE + spacing * (len(people) - 1) / 2
    offsets = [spacing * (index - (len(people) - 1) / 2) for index in range(len(people))]
    return tuple(
        Stay(
            person=person,
            portrait=person,
            begin_s=begin_s,
            end_s=end_s,
            come_x=WIDTH / 2 + offset - shift,
            stand_x=WIDTH / 2 + offset,
            go_x=WIDTH / 2 + offset + shift,
        )
        for person, offset in zip(people, offsets, strict=True)
    )


_FRIENDS = ("green-top", "burgundy-top", "green-white-top", "blonde-curls")

DEMO_SCRIPT = Script(
    stays=(
        _from_left("navy-suit", 1.5, 14.0),
        _from_right("black-suit", 6.5, 19.0),
        _from_left("ponytail", 15.5, 28.0),
        _from_right("stripes", 20.5, 33.0),
        _from_left("navy-suit", 30.0, 42.0, portrait="navy-suit-return"),
        _from_right("astronaut", 34.5, 46.5),
        *_group(_FRIENDS, 44.5, 62.5),
        # Nobody at all from here until the first of those who come back.
        _from_left("ponytail", 63.0, 75.0),
        _from_right("black-suit", 64.5, 76.5),
        _from_left("astronaut", 75.5, 87.0),
        _from_right("green-white-top", 77.0, 88.5),
    ),
    groups=(_FRIENDS,),
    duration_s=90.0,
)
