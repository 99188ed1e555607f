"""The gallery faces that the index may not find yet, searched exactly. Pure."""

from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.person import GalleryFace

_FIRST_ROWS = 64


class RecentGallery:
    """A tenant's recent faces, kept from batch to batch so that only what changed is read again.

    Rows lie side by side in one float32 matrix (n, d); a face that goes gives its row to the last one.
    """

    def __init__(self, dimension: int) -> None:
        self._matrix: npt.NDArray[np.float32] = np.empty((_FIRST_ROWS, dimension), np.float32)
        self._face_ids: list[UUID] = []
        self._row_of: dict[UUID, int] = {}

    @property
    def face_ids(self) -> Sequence[UUID]:
        """Whatever is held, row by row."""
        return self._face_ids

    @property
    def embeddings(self) -> npt.NDArray[np.float32]:
        """The faces, (n, d). A view: good until the next `apply`."""
        return self._matrix[: len(self._face_ids)]

    def apply(self, added: Collection[GalleryFace], gone: Collection[UUID]) -> None:
        """Takes faces in and lets others go. One that is held already, or is not held, changes nothing."""
        for face_id in gone:
            self._forget(face_id)
        for face in added:
            if face.face_id not in self._row_of:
                self._keep(face)

    def _keep(self, face: GalleryFace) -> None:
        row = len(self._face_ids)
        if row == len(self._matrix):
            self._matrix = np.concatenate((self._matrix, np.empty_like(self._matrix)))
        self._matrix[row] = face.embedding
        self._face_ids.append(face.face_id)
        self._row_of[face.face_id] = row

    def _forget(self, face_id: UUID) -> None:
        row = self._row_of.pop(face_id, None)
        if row is None:
            return
        last_face = self._face_ids.pop()
        if row < len(self._face_ids):
            self._face_ids[row] = last_face
            self._matrix[row] = self._matrix[len(self._face_ids)]
            self._row_of[last_face] = row


class RecentFaces:
    """Recent faces against the queries of one batch.

    `queries` is float32 (n, d), L2-normalised. Of faces below `floor` only the closest one is told. What
    becomes of the gallery afterwards changes nothing here.
    """

    def __init__(self, gallery: RecentGallery, queries: npt.NDArray[np.float32], *, floor: float) -> None:
        self._floor = floor
        self._face_ids = tuple(gallery.face_ids)
        self._scores: npt.NDArray[np.float32] = queries @ gallery.embeddings.T

    def near(self, query: int) -> Sequence[tuple[UUID, float]]:
        """Faces that may be the one in row `query`, with their cosines."""
        scores = self._scores[query]
        if not scores.size:
            return []
        near = {int(row) for row in np.flatnonzero(scores >= self._floor)} | {int(scores.argmax())}
        return [(self._face_ids[row], float(scores[row])) for row in near]
