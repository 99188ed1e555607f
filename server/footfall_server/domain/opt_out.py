"""People who asked not to be known again: what is kept of them, and how a face is compared with it. Pure.

To leave somebody out, the core has to know them. So with the person's consent a few templates are kept,
sealed, and used for nothing but this.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.gallery_view import CLOSEST_SHARE, Exemplar, combined

TEMPLATES: Final = 5
"""How many faces of a person are kept at most: as many as anybody is recognised by."""
MOST_OPT_OUTS: Final = 1000
"""How many a tenant may have: every face is compared with all of them."""

Templates = npt.NDArray[np.float32]
"""Faces of one person, float32 (n, d), each of length 1."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """One person who is left out.

    `ticket` is the number under which the person asked for it, empty when there was none. `erasure_id` is the
    erasure of what was known of the person, None where nobody was named. `sealed` are the templates by model,
    as TemplateSeal makes them.
    """

    opt_out_id: UUID
    ticket: str
    created_by: UUID | None
    created_at: datetime
    erasure_id: UUID | None
    sealed: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListedOptOut:
    """An opt-out, and whether cameras go by it."""

    opt_out: OptOut
    in_force: bool


class OptOutGallery:
    """The opened templates of a tenant's opt-outs, of one model."""

    def __init__(self, templates: Mapping[UUID, Templates] | None = None) -> None:
        self._templates = dict(templates or {})
        # All in one matrix, one person after the other, so that a face is compared with all of them at once.
        sizes = [len(theirs) for theirs in self._templates.values()]
        self._sizes = np.array(sizes, np.float32)
        self._starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.intp)[:-1])) if sizes else None
        self._matrix = np.concatenate(list(self._templates.values())) if sizes else None

    @property
    def opt_out_ids(self) -> frozenset[UUID]:
        """Whose are there."""
        return frozenset(self._templates)

    def __len__(self) -> int:
        return len(self._templates)

    def with_only(self, opt_out_ids: Collection[UUID], added: Mapping[UUID, Templates]) -> "OptOutGallery":
        """Those of `opt_out_ids` that are here, and the added ones."""
        kept = {each: found for each, found in self._templates.items() if each in opt_out_ids}
        return OptOutGallery({**kept, **added})

    def has(self, face: npt.NDArray[np.float32], *, match: float) -> bool:
        """Whether a face, (d,) of length 1, is of somebody in here: alike at least so much (a cosine)."""
        if self._matrix is None or self._starts is None:
            return False
        cosines = self._matrix @ face
        closest = np.maximum.reduceat(cosines, self._starts)
        mean = np.add.reduceat(cosines, self._starts) / self._sizes
        return bool((CLOSEST_SHARE * closest + (1 - CLOSEST_SHARE) * mean >= match).any())


def likeness(theirs: Templates, faces: npt.NDArray[np.float32]) -> float:
    """How alike a person's templates and somebody's faces are, -1..1: by domain.gallery_view's measure."""
    cosines: npt.NDArray[np.float32] = theirs @ faces.T
    return combined(cosines)


def best_templates(exemplars: Iterable[Exemplar]) -> Templates | None:
    """The faces by which somebody is left out from now on, out of those the person was recognised by.

    Those that founded or confirmed the person come first, then the better shots. None for no faces.
    """
    best: Sequence[Exemplar] = sorted(
        exemplars, key=lambda each: (not each.is_trusted, -each.quality_score, each.face_id)
    )[:TEMPLATES]
    return np.stack([each.embedding for each in best]) if best else None
