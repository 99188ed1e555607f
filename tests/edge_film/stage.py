"""Draws the film's frames, and says whose face is where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from footfall_vision.types import Face, Image

from edge_film.heads import FACE_SHARE, SIDE, YAWS, Head
from edge_film.script import HEIGHT, PILLAR, WIDTH, Pose, Script

POSTER = -1
"""Whose face a poster's is."""
_NOISE_LEVELS = 4.0
_SHUTTER_S = 1 / 60
"""How long a frame is exposed: what moves is smeared."""


@dataclass(frozen=True)
class Shown:
    """A face that is drawn: the number of its visit in the script, or POSTER, and where."""

    visit: int
    pose: Pose


class Stage:
    """Draws a script with these heads; the same seed draws the same noise."""

    def __init__(self, script: Script, heads: Sequence[Head]) -> None:
        self._script = script
        self._heads = heads
        self._rng = np.random.default_rng(script.seed)
        self._noise = [
            self._rng.normal(0, _NOISE_LEVELS, (HEIGHT, WIDTH, 3)).astype(np.float32) for _ in range(4)
        ]
        self._wall = _wall(self._rng)
        if script.poster is not None:
            _frame_poster(self._wall, script.poster)
            _put(self._wall, heads[-1], script.poster, with_body=False)

    def frames(self, fps: float) -> Iterator[tuple[float, Image]]:
        """Second and picture, uint8 [720, 1280, 3] BGR, so many a second."""
        for index in range(round(self._script.duration * fps)):
            yield index / fps, self.frame(index / fps)

    def frame(self, at: float) -> Image:
        """The picture at a second."""
        canvas = self._wall.copy()
        for shown in reversed(self.shown(at)):
            if shown.visit != POSTER:
                _put(canvas, self._heads[self._script.visits[shown.visit].person], shown.pose, with_body=True)
        if self._has_pillar(at):
            canvas[:, PILLAR[0] : PILLAR[0] + PILLAR[1]] = (96, 104, 108)
        light = 1.0 + 0.03 * np.sin(at / 3)
        noisy = canvas.astype(np.float32) * light + self._noise[int(self._rng.integers(4))]
        return np.clip(noisy, 0, 255).astype(np.uint8)

    def shown(self, at: float) -> list[Shown]:
        """Who is in the picture, the nearest to the camera first; last of all the poster."""
        people = [
            Shown(number, pose)
            for number, visit in enumerate(self._script.visits)
            if (pose := visit.pose(at)) is not None
        ]
        people.sort(key=lambda one: -one.pose.width)
        poster = self._script.poster
        return [*people, Shown(POSTER, poster)] if poster is not None else people

    def whose(self, face: Face, at: float) -> int | None:
        """Number of the visit whose face this is, POSTER, or None: the nearest one to the camera there."""
        x, y = (float(value) for value in face.box[:2] + face.box[2:] / 2)
        for shown in self.shown(at):
            apart = np.hypot(shown.pose.x - x, shown.pose.y - y) / shown.pose.width
            if (
                apart < 0.45
                and 0.5 < float(face.box[2]) / shown.pose.width < 1.8
                and not shown.pose.is_behind
            ):
                return shown.visit
        return None

    def _has_pillar(self, at: float) -> bool:
        return any(begin <= at < end for begin, end in self._script.pillars)


def _wall(rng: np.random.Generator) -> Image:
    coarse = rng.integers(150, 205, (9, 16, 3)).astype(np.uint8)
    wall = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    wall[round(HEIGHT * 0.78) :] = (112, 126, 134)
    for shelf in range(4):
        left = 120 + shelf * 290
        cv2.rectangle(wall, (left, 60), (left + 170, 300), (90, 110, 130), -1)
    return wall


def _frame_poster(wall: Image, pose: Pose) -> None:
    half = round(pose.width * 0.95)
    x, y = round(pose.x), round(pose.y)
    cv2.rectangle(wall, (x - half, y - half), (x + half, y + half + 30), (228, 232, 236), -1)


def _put(canvas: Image, head: Head, pose: Pose, *, with_body: bool) -> None:
    if with_body:
        _put_body(canvas, head, pose)
    patch = head.behind if pose.is_behind else head.turned[min(YAWS, key=lambda yaw: abs(yaw - pose.yaw))]
    factor = pose.width / (SIDE * FACE_SHARE)
    opacity = head.opacity
    smear = abs(pose.speed) * _SHUTTER_S / factor
    if smear > 1:
        kernel = np.ones((1, round(smear) | 1), np.float32)
        kernel /= kernel.size
        patch = np.asarray(cv2.filter2D(patch, -1, kernel), np.uint8)
        opacity = np.asarray(cv2.filter2D(opacity, -1, kernel), np.float32)
    half = SIDE * factor * 0.75
    left, top = int(pose.x - half), int(pose.y - half)
    size = int(2 * half) + 2
    warp = cv2.getRotationMatrix2D((SIDE / 2, SIDE * 0.53), -pose.roll, factor)
    warp[:, 2] += (pose.x - left - SIDE / 2, pose.y - top - SIDE * 0.53)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + size, WIDTH), min(top + size, HEIGHT)
    if x0 >= x1 or y0 >= y1:
        return
    warp[:, 2] -= (x0 - left, y0 - top)
    area = (x1 - x0, y1 - y0)
    alpha = np.asarray(cv2.warpAffine(opacity, warp, area, flags=cv2.INTER_AREA), np.float32)[..., None]
    colour = np.asarray(cv2.warpAffine(patch, warp, area, flags=cv2.INTER_AREA), np.float32)
    under = canvas[y0:y1, x0:x1]
    canvas[y0:y1, x0:x1] = (under * (1 - alpha) + colour * alpha).astype(np.uint8)


def _put_body(canvas: Image, head: Head, pose: Pose) -> None:
    width, x = pose.width, pose.x
    shoulders = pose.y + width * 0.95
    outline = np.array(
        [
            (x - width * 0.3, pose.y + width * 0.4),
            (x + width * 0.3, pose.y + width * 0.4),
            (x + width * 0.35, shoulders),
            (x + width * 1.0, shoulders + width * 0.35),
            (x + width * 1.1, HEIGHT),
            (x - width * 1.1, HEIGHT),
            (x - width * 1.0, shoulders + width * 0.35),
            (x - width * 0.35, shoulders),
        ]
    )
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], head.clothes, cv2.LINE_AA)
