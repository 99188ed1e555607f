"""Pictures of people as a worker would send them: embedded, with their quality, once."""

import csv
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.errors import VisionError
from footfall_vision.model_cards import DEFAULT_EMBEDDER
from footfall_vision.model_store import ModelStore
from footfall_vision.types import EmbeddedFace, Image, QualityReason

PARTS = ("score", "size", "pose", "sharpness", "exposure", "inter_ocular_px")
EVERY = 200


@dataclass(frozen=True)
class Pictures:
    """The middle face of each picture.

    `vectors` float32 (n, d) of length 1; `people` numbers, (n,); `quality` (n, 6) in the order of PARTS;
    `faults` has for each the numbers of its QualityReasons as bits; `files` (n,).
    """

    vectors: npt.NDArray[np.float32]
    people: npt.NDArray[np.int64]
    quality: npt.NDArray[np.float64]
    faults: npt.NDArray[np.int64]
    files: npt.NDArray[np.str_]

    def reasons(self, row: int) -> Sequence[QualityReason]:
        return [each for each in QualityReason if int(self.faults[row]) >> each & 1]

    def of_people_seen_again(self) -> "Pictures":
        """Only those of people who have two or more."""
        counts = np.bincount(self.people)
        kept = counts[self.people] > 1
        people = np.unique(self.people[kept], return_inverse=True)[1]
        return Pictures(self.vectors[kept], people, self.quality[kept], self.faults[kept], self.files[kept])


def pictures(faces: Path, store: ModelStore, cache: Path) -> Pictures:
    """Those of labels.csv (file, identity) in which a face is found; kept in `cache`."""
    labels = (faces / "labels.csv").read_bytes()
    rows = list(csv.DictReader(labels.decode().splitlines()))
    digest = hashlib.sha256(labels + DEFAULT_EMBEDDER.encode()).hexdigest()[:16]
    kept = cache / f"pictures-{digest}.npz"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **_embedded(faces, rows, FaceAnalyzer.load(store)))
    with np.load(kept) as found:
        people = np.unique(found["names"], return_inverse=True)[1]
        return Pictures(
            np.asarray(found["vectors"], np.float32),
            people,
            found["quality"],
            found["faults"],
            found["files"],
        )


def _embedded(faces: Path, rows: Sequence[dict[str, str]], analyzer: FaceAnalyzer) -> dict[str, Any]:
    sys.stderr.write(f"embedding {len(rows)} pictures, once\n")
    found: list[tuple[dict[str, str], EmbeddedFace]] = []
    for number, row in enumerate(rows, start=1):
        image = cv2.imread(str(faces / row["file"]))
        try:
            there = [] if image is None else analyzer.analyze(np.asarray(image, np.uint8))
        except VisionError:
            continue
        if image is not None and there:
            found.append((row, min(there, key=partial(_from_middle, image))))
        if number % EVERY == 0:
            sys.stderr.write(f"  {number} of {len(rows)}\n")
    return {
        "vectors": np.stack([face.embedding for _, face in found]),
        "names": np.array([row["identity"] for row, _ in found]),
        "files": np.array([row["file"] for row, _ in found]),
        "quality": np.array([[getattr(face.quality, part) for part in PARTS] for _, face in found]),
        "faults": np.array([sum(1 << each for each in face.quality.reasons) for _, face in found]),
    }


def _from_middle(image: Image, embedded: EmbeddedFace) -> float:
    """Whoever a picture is labelled after is in its middle."""
    left, top, width, height = (float(value) for value in embedded.face.box)
    return abs(left + width / 2 - image.shape[1] / 2) + abs(top + height / 2 - image.shape[0] / 2)
