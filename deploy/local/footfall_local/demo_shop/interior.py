"""Draws the demo shop itself: a boutique's back wall, and the low counter in front of the people.

Everything is drawn, nothing photographed, and nothing in it looks like a face to a detector.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from footfall_local.demo_shop.script import HEIGHT, WIDTH

Frame = NDArray[np.uint8]
"""uint8, HEIGHT x WIDTH x 3, BGR."""
Colour = tuple[int, int, int]

COUNTER_TOP = 424
_SEED = 20
_WALL: tuple[Colour, Colour] = ((214, 222, 226), (190, 202, 210))
_FLOOR: Colour = (120, 142, 160)
_WOOD: Colour = (96, 132, 168)
_WOOD_DARK: Colour = (70, 100, 132)
_STEEL: Colour = (150, 148, 146)
_CLOTHES: tuple[Colour, ...] = (
    (128, 96, 60),
    (92, 110, 150),
    (150, 140, 120),
    (84, 84, 96),
    (110, 140, 110),
    (140, 120, 160),
    (170, 176, 184),
)


@dataclass(frozen=True, slots=True)
class Interior:
    """The empty scene, and what of it stands in front of people (opacity 0 or 1, HEIGHT x WIDTH)."""

    scene: Frame
    foreground: NDArray[np.bool_]


def draw_interior() -> Interior:
    """Draws the shop; the same pixels every time."""
    scene = _gradient(*_WALL)
    _panels(scene)
    _clothes_rail(scene, left=36, right=292, top=96, seed=_SEED)
    _shelves(scene, left=372, right=588, top=52)
    _clothes_rail(scene, left=668, right=924, top=96, seed=_SEED + 1)
    # Out of focus like any lens that is set on the people: it also keeps edges off the faces.
    scene = cv2.GaussianBlur(scene, (0, 0), 2.4).astype(np.uint8)
    scene = _lit(scene)
    _counter(scene)
    foreground = np.zeros((HEIGHT, WIDTH), np.bool_)
    foreground[COUNTER_TOP:] = True
    return Interior(scene=scene, foreground=foreground)


def _gradient(top: Colour, bottom: Colour) -> Frame:
    share = np.linspace(0.0, 1.0, HEIGHT, dtype=np.float32)[:, None, None]
    rows = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
    return np.ascontiguousarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8))


def _panels(scene: Frame) -> None:
    for x in range(-20, WIDTH, 140):
        cv2.line(scene, (x, 0), (x, COUNTER_TOP), (176, 190, 198), 2)
    cv2.rectangle(scene, (0, 398), (WIDTH, COUNTER_TOP), _FLOOR, -1)
    cv2.rectangle(scene, (0, 388), (WIDTH, 400), _WOOD_DARK, -1)
    cv2.rectangle(scene, (0, 0), (WIDTH, 18), (232, 236, 238), -1)


def _clothes_rail(scene: Frame, *, left: int, right: int, top: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    cv2.rectangle(scene, (left - 14, top - 34), (right + 14, 392), (200, 210, 216), -1)
    cv2.rectangle(scene, (left - 14, top - 34), (right + 14, 392), _WOOD, 8)
    cv2.line(scene, (left - 10, top), (right + 10, top), _STEEL, 6)
    x = left
    while x < right - 20:
        width = int(random.integers(22, 34))
        length = int(random.integers(150, 230))
        colour = _CLOTHES[int(random.integers(0, len(_CLOTHES)))]
        middle = x + width // 2
        cv2.line(scene, (middle, top), (middle, top + 14), _STEEL, 2)
        garment = np.array(
            [
                (middle - 5, top + 12),
                (middle + 5, top + 12),
                (x + width, top + 34),
                (x + width + 2, top + length),
                (x - 2, top + length),
                (x, top + 34),
            ],
            np.int32,
        )
        cv2.fillPoly(scene, [garment], colour)
        shade = tuple(int(part * 0.8) for part in colour)
        cv2.line(scene, (x + width, top + 34), (x + width + 2, top + length), shade, 3)
        x += width + int(random.integers(3, 8))


def _shelves(scene: Frame, *, left: int, right: int, top: int) -> None:
    random = np.random.default_rng(_SEED + 2)
    cv2.rectangle(scene, (left, top), (right, 392), (182, 196, 206), -1)
    for y in range(top + 84, 400, 84):
        x = left + 14
        while x < right - 40:
            width, height = int(random.integers(26, 44)), int(random.integers(22, 58))
            colour = _CLOTHES[int(random.integers(0, len(_CLOTHES)))]
            cv2.rectangle(scene, (x, y - height), (x + width, y), colour, -1)
            fold = tuple(min(255, int(part * 1.15)) for part in colour)
            for step in range(y - height + 10, y, 12):
                cv2.line(scene, (x, step), (x + width, step), fold, 2)
            x += width + int(random.integers(8, 18))
        cv2.rectangle(scene, (left, y), (right, y + 8), _WOOD, -1)
    cv2.rectangle(scene, (left, top), (right, 392), _WOOD, 8)


def _lit(scene: Frame) -> Frame:
    """Pools of light from three spots above, darker towards the corners."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    light = np.full((HEIGHT, WIDTH), 0.80, np.float32)
    for centre in (WIDTH / 6, WIDTH / 2, WIDTH * 5 / 6):
        light += 0.26 * np.exp(-(((x - centre) / 170) ** 2) - ((y - 150) / 230) ** 2)
    lit: Frame = np.clip(scene * light[..., None], 0, 255).astype(np.uint8)
    return lit


def _counter(scene: Frame) -> None:
    cv2.rectangle(scene, (0, COUNTER_TOP), (WIDTH, HEIGHT), _WOOD_DARK, -1)
    cv2.rectangle(scene, (0, COUNTER_TOP), (WIDTH, COUNTER_TOP + 20), (136, 168, 198), -1)
    cv2.line(scene, (0, COUNTER_TOP + 20), (WIDTH, COUNTER_TOP + 20), (50, 74, 100), 3)
    for x in range(40, WIDTH, 176):
        cv2.rectangle(scene, (x, COUNTER_TOP + 38), (x + 150, HEIGHT - 14), (82, 114, 148), -1)
        cv2.rectangle(scene, (x, COUNTER_TOP + 38), (x + 150, HEIGHT - 14), (58, 84, 112), 2)
