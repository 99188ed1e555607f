"""Of a track's many frames, the few that tell best who it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from footfall_vision.types import Face, Floats, Image, Quality

OUTLIER_COSINE = 0.3
"""A shot less like the mean of its track than this does not belong to it."""
SAME_COSINE = 0.45
"""Shots at least this much alike show the same person."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shot:
    """One face in one frame, kept.

    at: capture time, seconds. crop: the aligned face, uint8 [112, 112, 3] BGR.
    picture: JPEG for people, as the camera's image policy has it; empty where none may leave the shop.
    embedding: float32 [d], L2-normalised; None as long as nobody needed it.
    """

    at: float
    face: Face
    quality: Quality
    crop: Image
    picture: bytes
    embedding: Floats | None = None
    female_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRules:
    """Which shots are worth their 7 ms of embedding."""

    most: int = 5
    """Shots that are kept of a track."""
    spread_s: float = 0.3
    """Shots nearer in time than this are so alike that only the better one is kept."""
    gain: float = 0.05
    """A shot must be better by this much to take another one's place."""
    check_every_s: float = 2.0
    """A track's face is embedded at least this often, to notice when the tracker slid to another person."""


@dataclass(slots=True, eq=False)
class ShotSet:
    """The best shots of one track: good in quality, spread in time.

    A shot without a fault is good. As long as there is none, the least bad one is kept, so that a
    track that could not be recognised is still told, with the reasons.
    """

    rules: ShotRules = field(default_factory=ShotRules)
    good: list[Shot] = field(default_factory=list)
    poor: Shot | None = None
    strangers: list[Shot] = field(default_factory=list)
    """Good shots of late, in a row, that do not look like the track."""
    others: list[Shot] = field(default_factory=list)
    """The best good shots that did not look like the track, whenever they were."""
    checked_at: float = -np.inf

    def wants(self, quality: Quality, at: float) -> bool:
        """Whether such a shot would improve the set, or is due as a check. Changes nothing."""
        if quality.reasons:
            return not self.good and (self.poor is None or quality.score > self.poor.quality.score)
        if self.strangers or at - self.checked_at >= self.rules.check_every_s:
            return True
        return self._improves(quality, at)

    def offer(self, shot: Shot) -> None:
        """Take a shot that wants() agreed to. A good one must come with its embedding."""
        if shot.quality.reasons:
            self.poor = shot
            return
        if shot.embedding is None:
            raise ValueError("a good shot must be embedded before it is offered")
        self.checked_at = shot.at
        mean = self.appearance()
        if mean is None or float(mean @ shot.embedding) >= OUTLIER_COSINE:
            self.strangers = []
            if self._improves(shot.quality, shot.at):
                self._admit(shot)
            return
        self.strangers = [*self.strangers, shot][-self.rules.most :]
        self.others.append(shot)
        if len(self.others) > self.rules.most:
            self.others.remove(min(self.others, key=lambda kept: kept.quality.score))
        if len(self.good) == 1 and self._strangers_agree():
            # Two against one: it was the first shot that was off, as of a face still half outside.
            self.good, self.strangers, self.others = self.strangers, [], []

    def appearance(self) -> Floats | None:
        """Quality-weighted mean look of the good shots, L2-normalised; None when there are none."""
        return mean_embedding(self.good) if self.good else None

    def best(self) -> Shot | None:
        """The best good shot, else the least bad one, else None."""
        return max(self.good, key=lambda shot: shot.quality.score) if self.good else self.poor

    def swapped(self) -> bool:
        """Whether the track has slid to another person: strangers in a row who look like each other."""
        return self._strangers_agree()

    def take_strangers(self) -> list[Shot]:
        """Give the other person's shots away, to a set of their own."""
        taken, self.strangers = self.strangers, []
        self.others = [shot for shot in self.others if all(shot is not one for one in taken)]
        return taken

    def _strangers_agree(self) -> bool:
        if len(self.strangers) < 2:  # noqa: PLR2004 (one may be a bad frame)
            return False
        first, second = (_embedding(shot) for shot in self.strangers[-2:])
        return float(first @ second) >= SAME_COSINE

    def _nearest(self, at: float) -> Shot | None:
        near = [shot for shot in self.good if abs(shot.at - at) < self.rules.spread_s]
        return min(near, key=lambda shot: abs(shot.at - at)) if near else None

    def _improves(self, quality: Quality, at: float) -> bool:
        rival = self._nearest(at)
        if rival is None:
            if len(self.good) < self.rules.most:
                return True
            rival = min(self.good, key=lambda shot: shot.quality.score)
        return quality.score > rival.quality.score + self.rules.gain

    def _admit(self, shot: Shot) -> None:
        rival = self._nearest(shot.at)
        if rival is None and len(self.good) >= self.rules.most:
            rival = min(self.good, key=lambda kept: kept.quality.score)
        if rival is not None:
            self.good.remove(rival)
        self.good.append(shot)
        self.good.sort(key=lambda kept: kept.at)


def _embedding(shot: Shot) -> Floats:
    if shot.embedding is None:
        raise ValueError("the shot has not been embedded")
    return shot.embedding


def _normalised(vector: npt.NDArray[np.float64]) -> Floats:
    length = float(np.linalg.norm(vector))
    if length <= np.finfo(np.float32).tiny:
        raise ValueError("the mean of opposite vectors has no direction")
    return (vector / length).astype(np.float32)


def mean_embedding(shots: Sequence[Shot]) -> Floats:
    """Quality-weighted mean of the shots' embeddings, L2-normalised: float32 [d].

    Shots whose cosine to the mean is below OUTLIER_COSINE are left out and the mean is taken again,
    once; should that leave none, the best shot stands alone. Raises ValueError without shots, or when
    one is not embedded.
    """
    vectors = np.stack([_embedding(shot) for shot in shots]).astype(np.float64)
    # A good shot's quality is above 0, but a shot must never vanish for a rounded weight.
    weights = np.array([max(shot.quality.score, 1e-3) for shot in shots])
    try:
        mean = _normalised(weights @ vectors)
        kept = vectors @ mean >= OUTLIER_COSINE
        if not kept.all():
            mean = _normalised(weights[kept] @ vectors[kept])
    except ValueError:
        return _normalised(vectors[int(weights.argmax())])
    return mean
