"""What the fault cameras show: numbered pictures, in which somebody is in view two seconds out of three."""

import time
from pathlib import Path

from fakes.numbered_camera import FPS, numbered
from footfall_local.demo_shop.video import encode

VISIT_FRAMES, PERIOD_FRAMES = 2 * FPS, 3 * FPS
LOOP_FRAMES = 120 * PERIOD_FRAMES


def render(path: Path) -> None:
    """Six minutes of numbered pictures, each number once."""
    encode(path, (numbered(number) for number in range(LOOP_FRAMES)), fps=FPS)


def absolute(number: int, *, at: float, birth: float) -> int:
    """Which frame since the camera's birth it is that shows the number, seen at about that second."""
    about = (at - birth) * FPS
    return number + LOOP_FRAMES * round((about - number) / LOOP_FRAMES)


def visit_of(frame: int) -> int | None:
    """Which visit the frame shows; None while nobody is in view."""
    visit, offset = divmod(frame, PERIOD_FRAMES)
    return visit if offset < VISIT_FRAMES else None


def visit_span(visit: int, birth: float) -> tuple[float, float]:
    """When the visit's first and last frames are sent, in seconds of time.monotonic()."""
    first = birth + visit * PERIOD_FRAMES / FPS
    return first, first + (VISIT_FRAMES - 1) / FPS


def now() -> float:
    """The clock of all of it; the processes of one machine share it."""
    return time.monotonic()
