"""Heads for the film's people, cut out of pictures: as they look turned, and from behind."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.types import Face, Floats, Image

SIDE = 192
"""Pixels of a head's patch, which is square."""
FACE_SHARE = 0.62
"""Width of the face in its patch, as the detector boxes it."""
YAWS = tuple(range(-48, 49, 8))
"""Degrees that a head is drawn at."""
_SAME_PERSON = 0.35
_SMALLEST_FACE = 45.0


@dataclass(frozen=True, eq=False)
class Head:
    """One person: colour uint8 [SIDE, SIDE, 3] by yaw in degrees, the same from behind, and how it looks."""

    turned: Mapping[int, Image]
    behind: Image
    opacity: Floats
    embedding: Floats
    clothes: tuple[int, int, int]


def heads_of_folder(faces: Path, analyzer: FaceAnalyzer, count: int, seed: int) -> list[Head]:
    """Of labels.csv (file, identity) so many people, one picture each, in an order that the seed decides."""
    rows = list(csv.DictReader((faces / "labels.csv").read_text(encoding="utf-8").splitlines()))
    by_name = {row["identity"]: faces / row["file"] for row in rows}
    names = np.random.default_rng(seed).permutation(sorted(by_name))
    return _different(analyzer, (by_name[str(name)] for name in names), count, middle_only=True)


def heads_of_pictures(pictures: Iterable[Path], analyzer: FaceAnalyzer, count: int) -> list[Head]:
    """All people of these pictures whose faces are large enough, so many at most."""
    return _different(analyzer, pictures, count, middle_only=False)


def _different(
    analyzer: FaceAnalyzer, pictures: Iterable[Path], count: int, *, middle_only: bool
) -> list[Head]:
    heads: list[Head] = []
    for path in pictures:
        picture = cv2.imread(str(path))
        if picture is None:
            continue
        image = np.asarray(picture, np.uint8)
        found = [one for one in analyzer.analyze(image) if one.face.box[2] >= _SMALLEST_FACE]
        found.sort(key=lambda one: float(abs(one.face.box[0] + one.face.box[2] / 2 - image.shape[1] / 2)))
        for one in found[:1] if middle_only else found:
            looks_new = all(float(one.embedding @ head.embedding) < _SAME_PERSON for head in heads)
            if looks_new and not one.quality.reasons:
                heads.append(_head(image, one.face, one.embedding, number=len(heads)))
            if len(heads) == count:
                return heads
    return heads


def _head(image: Image, face: Face, embedding: Floats, *, number: int) -> Head:
    factor = SIDE * FACE_SHARE / float(face.box[2])
    centre = face.box[:2] + face.box[2:] / 2
    across = SIDE / 2 - float(centre[0]) * factor
    down = SIDE * 0.53 - float(centre[1]) * factor
    warp = np.array([[factor, 0.0, across], [0.0, factor, down]])
    patch = np.asarray(
        cv2.warpAffine(image, warp, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
    colours = np.random.default_rng(number).integers(40, 200, 3)
    return Head(
        turned={yaw: _turned(patch, yaw) for yaw in YAWS},
        behind=_behind(patch),
        opacity=_opacity(),
        embedding=embedding,
        clothes=(int(colours[0]), int(colours[1]), int(colours[2])),
    )


def _opacity() -> Floats:
    mask = np.zeros((SIDE, SIDE), np.float32)
    axes = (round(SIDE * 0.40), round(SIDE * 0.46))
    cv2.ellipse(mask, (SIDE // 2, SIDE // 2), axes, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 3), np.float32)


def _turned(patch: Image, yaw: int) -> Image:
    """The head as a cylinder that is turned about its axis, seen from far away."""
    radius = SIDE * 0.46
    columns = (np.arange(SIDE, dtype=np.float64) - SIDE / 2) / radius
    angle = np.arcsin(np.clip(columns, -1, 1)) + np.radians(yaw)
    source = np.where(np.abs(angle) < np.pi / 2, np.sin(angle), np.sign(angle)) * radius + SIDE / 2
    map_x = np.repeat(source[None].astype(np.float32), SIDE, axis=0)
    map_y = np.repeat(np.arange(SIDE, dtype=np.float32)[:, None], SIDE, axis=1)
    return np.asarray(
        cv2.remap(patch, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _behind(patch: Image) -> Image:
    hair = patch[round(SIDE * 0.06) : round(SIDE * 0.16), SIDE // 3 : 2 * SIDE // 3].reshape(-1, 3)
    strands = np.random.default_rng(0).normal(0, 10, (1, SIDE, 1)) + np.zeros((SIDE, 1, 1))
    return np.asarray(np.clip(hair.mean(axis=0) + strands, 0, 255), np.uint8)
