"""Faces for the search benchmark: real people where there are pictures, and many more who are like them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from footfall_vision.model_store import ModelStore
from pictures import pictures

Floats = npt.NDArray[np.float32]

MADE_UP_PEOPLE, SHOTS_EACH, DIMENSION = 600, 3, 512


@dataclass(frozen=True)
class Shots:
    """Embeddings float32 (n, d) of length 1 and, for each, the number of the person."""

    vectors: Floats
    people: npt.NDArray[np.int64]


def real_shots(faces: Path, store: ModelStore, cache: Path) -> Shots:
    """The middle face of each picture of labels.csv (file, identity), embedded once and kept in `cache`."""
    found = pictures(faces, store, cache)
    return Shots(found.vectors, found.people)


def made_up_shots(random: np.random.Generator) -> Shots:
    """Random directions for people, which is the hard case, and shots of each around them."""
    centres = unit(random.standard_normal((MADE_UP_PEOPLE, DIMENSION)))
    people = np.repeat(np.arange(MADE_UP_PEOPLE), SHOTS_EACH)
    away = random.standard_normal((len(people), DIMENSION))
    return Shots(_turned(centres[people], away, random.uniform(0.75, 0.9, len(people))), people)


class Crowd:
    """A gallery of one face per person: those of the shots first, then people mixed of two of them.

    `rest` are the other shots of the gallery's people. All that is random comes from `random`, so no query
    is ever made twice.
    """

    def __init__(self, shots: Shots, size: int, random: np.random.Generator) -> None:
        self._random = random
        first = np.unique(shots.people, return_index=True)[1]
        others = np.setdiff1d(np.arange(len(shots.people)), first)
        self.rest = shots.vectors[random.permutation(others)]
        # How shots of one person differ: what a mixed person and a noised shot are moved along.
        differences = shots.vectors[others] - shots.vectors[first][shots.people[others]]
        spread = np.cov(differences, rowvar=False) + 1e-6 * np.eye(shots.vectors.shape[1])
        self._spread = np.linalg.cholesky(spread)
        real = shots.vectors[first][:size]
        self.gallery = np.concatenate([real, self._mixed(real, size - len(real))])

    def noised(self, count: int) -> Floats:
        """Fresh shots of random people of the gallery, at a cosine of 0.5 to 0.7 to their faces there."""
        faces = self.gallery[self._random.integers(len(self.gallery), size=count)]
        return _turned(faces, self._away(count), self._random.uniform(0.5, 0.7, count))

    def _mixed(self, real: Floats, count: int) -> Floats:
        one, other = (self._random.integers(len(real), size=count) for _ in range(2))
        other = np.where(one == other, (other + 1) % len(real), other)
        share = self._random.uniform(0.3, 0.7, (count, 1))
        centres = unit(share * real[one] + (1 - share) * real[other])
        return _turned(centres, self._away(count), self._random.uniform(0.7, 0.85, count))

    def _away(self, count: int) -> npt.NDArray[np.float64]:
        return self._random.standard_normal((count, len(self._spread))) @ self._spread.T


def unit(vectors: npt.NDArray[np.floating]) -> Floats:
    """Each row with length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _turned(faces: Floats, away: npt.NDArray[np.floating], cosines: npt.NDArray[np.float64]) -> Floats:
    """The faces turned towards `away` until they are at these cosines to what they were."""
    across = unit(away - np.sum(away * faces, axis=1, keepdims=True) * faces)
    return unit(cosines[:, None] * faces + np.sqrt(1 - cosines[:, None] ** 2) * across)
