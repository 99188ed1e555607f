"""Who is it? The rule that turns the closest known faces into a decision. Pure.

Scores are cosine similarities of L2-normalised embeddings, so their dot products, from -1 to 1.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from footfall_server.domain.face_event import FaceQuality
from footfall_server.domain.person import Candidate

_LEARN: Final = 0.6


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a face must reach.

    `match`: cosine from which two faces are one person; belongs to the model. `learn`: cosine to a
    customer's own faces from which a better shot joins them, well above `match` so that a gallery does not
    drift towards somebody else. `quality`: score below which a shot is not compared at all, 0..1; it stands
    below the gates of the edge (0.3), whose named reasons are the finer judgement.
    """

    match: float = 0.45
    learn: float = _LEARN
    quality: float = 0.25

    def __post_init__(self) -> None:
        if not -1.0 < self.match <= self.learn <= 1.0:
            raise ValueError(f"need -1 < match <= learn <= 1, got {self.match} and {self.learn}")
        if not 0.0 <= self.quality <= 1.0:
            raise ValueError(f"quality is a score from 0 to 1, got {self.quality}")

    @classmethod
    def of_match(cls, match: float) -> Self:
        """Thresholds for a model whose `match` is known."""
        return cls(match=match, learn=min(1.0, max(_LEARN, match + 0.1)))


@dataclass(frozen=True, slots=True)
class Known:
    """A customer who was seen before."""

    customer_id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class New:
    """Nobody who is known. `score` is that of the closest candidate, if there was one."""

    score: float | None


@dataclass(frozen=True, slots=True)
class Unrecognisable:
    """A shot too poor to say. Counted, but nobody's."""


Decision = Known | New | Unrecognisable


def is_recognisable(quality: FaceQuality, thresholds: Thresholds) -> bool:
    """Whether a shot may be compared with known faces."""
    return not quality.reasons and quality.score >= thresholds.quality


def decide(candidates: Iterable[Candidate], quality: FaceQuality, thresholds: Thresholds) -> Decision:
    """The decision on one face, given whoever may be it in any order.

    Of two candidates with the same score the one with the lower id is taken, so that every replica
    decides alike.
    """
    if not is_recognisable(quality, thresholds):
        return Unrecognisable()
    best = max(candidates, key=lambda each: (each.score, -each.customer_id.int), default=None)
    if best is None:
        return New(score=None)
    if best.score >= thresholds.match:
        return Known(best.customer_id, best.score)
    return New(best.score)


def without(candidates: Sequence[Candidate], excluded: Collection[UUID]) -> Sequence[Candidate]:
    """The candidates who are not excluded."""
    return [each for each in candidates if each.customer_id not in excluded]
