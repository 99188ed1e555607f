"""The staff's faces, and whose a face is. Values that never change: a delta makes another gallery."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from footfall_vision.types import Floats

MOST_FACES = 10_000
LEAST_THRESHOLD = 0.2
"""Below it strangers would pass for staff with every model."""
MARGIN = 0.03
"""By how much the likest member of staff must be ahead of the next; the core decides over who is like two."""
_NORM_TOLERANCE = 0.01
_DIMENSIONS = range(64, 2049)


class BadGalleryError(ValueError):
    """A delta that must not be believed. Says what is wrong, and nothing of a face or a person."""


class GalleryGapError(Exception):
    """A delta that begins at another version than the one held."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GalleryFace:
    """One face of a member of staff. vector: float32 [d], L2-normalised."""

    face_id: str
    staff_id: str
    vector: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class GalleryDelta:
    """What changes. from_version: what it begins at; 0 replaces everything."""

    from_version: int
    version: int
    model_id: str
    threshold: float
    faces: tuple[GalleryFace, ...] = ()
    removed_face_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMatch:
    """Whom a face looks like. score: cosine, -1..1."""

    staff_id: str
    score: float
    gallery_version: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StaffGallery:
    """The faces of one version. version 0: there is none."""

    version: int = 0
    model_id: str = ""
    threshold: float = 1.0
    faces: Mapping[str, GalleryFace] = field(default_factory=dict)
    _vectors: Floats = field(init=False)
    _staff: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        faces = list(self.faces.values())
        stacked = np.stack([face.vector for face in faces]) if faces else np.empty((0, 0), np.float32)
        object.__setattr__(self, "_vectors", stacked)
        object.__setattr__(self, "_staff", tuple(face.staff_id for face in faces))

    def apply(self, delta: GalleryDelta, *, model_id: str) -> "StaffGallery":
        """The gallery after the delta, which is taken whole or not at all.

        model_id: what this worker embeds with. Raises GalleryGapError, BadGalleryError.
        """
        if delta.from_version not in (0, self.version):
            raise GalleryGapError
        if delta.version < delta.from_version or (delta.version < 1 and delta.faces):
            raise BadGalleryError("its version is older than what it begins at, or none")
        if delta.version < 1:
            return StaffGallery()
        if delta.model_id != model_id:
            raise BadGalleryError("its vectors are of another model")
        if not LEAST_THRESHOLD <= delta.threshold <= 1.0:
            raise BadGalleryError("its threshold would take strangers for staff, or is no cosine")
        faces = dict(self.faces) if delta.from_version else {}
        for face_id in delta.removed_face_ids:
            faces.pop(face_id, None)
        for face in delta.faces:
            faces[face.face_id] = face
        if len(faces) > MOST_FACES:
            raise BadGalleryError(f"it has more than {MOST_FACES} faces")
        _check(delta.faces, len(next(iter(faces.values())).vector) if faces else 0)
        return StaffGallery(delta.version, delta.model_id, float(delta.threshold), faces)

    def match(self, model_id: str, embedding: Floats) -> StaffMatch | None:
        """Whose face it is; None when it is nobody's, or nobody's for sure."""
        if not len(self._vectors) or model_id != self.model_id:
            return None
        if embedding.shape != self._vectors.shape[1:]:
            return None
        scores = self._vectors @ embedding
        best: dict[str, float] = {}
        for staff_id, score in zip(self._staff, scores.tolist(), strict=True):
            best[staff_id] = max(score, best.get(staff_id, -1.0))
        (staff_id, first), *others = sorted(best.items(), key=lambda one: -one[1])[:2]
        if not math.isfinite(first) or first < self.threshold:
            return None
        if others and first - others[0][1] < MARGIN:
            return None
        return StaffMatch(staff_id, min(max(first, -1.0), 1.0), self.version)


def _check(faces: Iterable[GalleryFace], dimension: int) -> None:
    """Raise BadGalleryError for a face that nobody could have enrolled."""
    seen = set()
    for face in faces:
        if not (_is_uuid(face.face_id) and _is_uuid(face.staff_id)) or face.face_id in seen:
            raise BadGalleryError("a face or a person in it has no id of its own")
        seen.add(face.face_id)
        if len(face.vector) != dimension or dimension not in _DIMENSIONS:
            raise BadGalleryError("a vector in it has another length than the rest")
        # NaN and infinity fail this, too.
        if not abs(float(np.linalg.norm(face.vector)) - 1.0) <= _NORM_TOLERANCE:
            raise BadGalleryError("a vector in it is not of length one")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
