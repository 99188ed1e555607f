"""Many faces in memory, searched exactly. Pure."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt

BLOCK = 4096
"""Faces that lie in one matrix. Blocks are never moved, so growing needs no second copy of everything."""


class ExactGallery:
    """Faces by id, with their nearest neighbours by cosine.

    One task adds; others may search at the same moment, in threads, too: they see what was there when they
    began.
    """

    def __init__(self) -> None:
        self._blocks: list[npt.NDArray[np.float32]] = []
        self._face_ids: list[UUID] = []
        self._held: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._face_ids)

    def add(self, face_ids: Sequence[UUID], embeddings: npt.NDArray[np.float32]) -> None:
        """Takes faces in, float32 (n, d) row by row, all of one dimension. What is held changes nothing."""
        for face_id, embedding in zip(face_ids, embeddings, strict=True):
            if face_id in self._held:
                continue
            row = len(self._face_ids) % BLOCK
            if row == 0:
                self._blocks.append(np.empty((BLOCK, embedding.size), np.float32))
            length = float(np.linalg.norm(embedding))
            self._blocks[-1][row] = embedding / length if length else embedding
            self._held.add(face_id)
            self._face_ids.append(face_id)  # the last step: from here on it is found

    def nearest(self, queries: npt.NDArray[np.float32], limit: int) -> Sequence[Sequence[tuple[UUID, float]]]:
        """For each L2-normalised row of queries (n, d) up to `limit` faces with their cosines, best first."""
        count = len(self._face_ids)
        scores = np.empty((len(queries), 0), np.float32)
        rows = np.empty((len(queries), 0), np.int64)
        for start in range(0, count, BLOCK):
            block = self._blocks[start // BLOCK][: count - start]
            scores = np.hstack((scores, queries @ block.T))
            here = np.arange(start, start + len(block))
            rows = np.hstack((rows, np.broadcast_to(here, (len(queries), len(block)))))
            if scores.shape[1] > limit:
                best = np.argpartition(-scores, limit - 1, axis=1)[:, :limit]
                scores = np.take_along_axis(scores, best, axis=1)
                rows = np.take_along_axis(rows, best, axis=1)
        return [
            sorted(
                ((self._face_ids[row], float(score)) for row, score in zip(*each, strict=True)),
                key=lambda found: (-found[1], found[0]),
            )
            for each in zip(rows, scores, strict=True)
        ]
