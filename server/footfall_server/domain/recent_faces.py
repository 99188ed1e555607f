"""The gallery faces that the index may not find yet, searched exactly. Pure."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.person import Candidate, GalleryFace


class RecentFaces:
    """Recent faces against the queries of one batch; a face that a batch makes is found by its next one.

    `queries` is float32 (n, d), L2-normalised. Of faces below `floor` only the closest one is told.
    """

    def __init__(
        self, faces: Sequence[GalleryFace], queries: npt.NDArray[np.float32], *, floor: float
    ) -> None:
        self._queries = queries
        self._floor = floor
        self._customers = [face.customer_id for face in faces]
        gallery = np.stack([face.embedding for face in faces]) if faces else queries[:0]
        self._scores: npt.NDArray[np.float32] = gallery @ queries.T
        self._added: list[UUID] = []
        self._added_scores: list[npt.NDArray[np.float32]] = []

    @property
    def customer_ids(self) -> frozenset[UUID]:
        """Whose faces these are."""
        return frozenset((*self._customers, *self._added))

    def add(self, face: GalleryFace) -> None:
        """Makes a face known to the rest of the batch."""
        self._added.append(face.customer_id)
        self._added_scores.append(self._queries @ face.embedding)

    def candidates(self, query: int) -> Sequence[Candidate]:
        """Who may be the face in row `query`; a customer with several faces comes several times."""
        found = [
            Candidate(customer_id, float(scores[query]))
            for customer_id, scores in zip(self._added, self._added_scores, strict=True)
        ]
        scores = self._scores[:, query]
        if scores.size:
            near = {int(row) for row in np.flatnonzero(scores >= self._floor)} | {int(scores.argmax())}
            found.extend(Candidate(self._customers[row], float(scores[row])) for row in near)
        return found
