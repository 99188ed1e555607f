"""How alike faces have to be, by the model and by how many people are known. Pure.

With N people known, a stranger who is wrongly found like each of them at a rate f is taken for somebody
at the rate 1 - (1 - f)^N, about N f (the false-positive identification rate, FPIR, of ISO/IEC 19795-1).
So a threshold follows the size of the gallery: it is the cosine that pairs of strangers reach at the rate
f = budget / N. All of them come from one curve per model, the tail of its impostors.
"""

from dataclasses import dataclass
from typing import Final

from footfall_server.domain.impostor_tail import ImpostorTail

DEFAULT_TARGET_RATE: Final = 0.001
"""Share of strangers who may be taken for somebody."""

SMALLEST_GALLERY: Final = 100
"""A smaller gallery is taken for one of this size: its thresholds would follow chance."""

_NEW: Final = 100.0
_LEARN: Final = 0.25
_CLUSTER: Final = 30.0
"""Budgets, in target rates. Somebody is surely new where every tenth stranger is closer to somebody; a
face teaches others only at a quarter of the target; a night's look at everything, which sees all faces of
both, may ask for less than a single look. Measured on 1,011 portraits of 300 people (docs/adr/0017)."""

MARGIN: Final = 0.03
"""How far the best has to be ahead of the second. With the mean over exemplars in the score it decides
seldom: it is there for siblings."""

TWIN: Final = 0.9
"""Cosine from which a shot shows nothing that an exemplar does not show."""

PUBLISHED: Final = "published"
CALIBRATED: Final = "calibrated"


@dataclass(frozen=True, slots=True)
class Zones:
    """What a score means, and where the figures come from.

    From `match` on it is that person, below `new` nobody; `margin` is how far the best must be ahead of
    the second. `learn`: cosine to a trusted face from which a shot joins a person's exemplars. `cluster`:
    mean cosine over all faces of two people from which a night's look takes them for one.
    """

    match: float
    new: float
    learn: float
    cluster: float
    margin: float = MARGIN
    twin: float = TWIN
    scope: str = "tenant"
    gallery_size: int = 0
    target_rate: float = DEFAULT_TARGET_RATE
    source: str = PUBLISHED

    def __post_init__(self) -> None:
        if not -1.0 < self.new <= self.cluster <= self.match <= self.learn <= 1.0:
            raise ValueError(
                "need -1 < new <= cluster <= match <= learn <= 1, "
                f"got {self.new}, {self.cluster}, {self.match}, {self.learn}"
            )


@dataclass(frozen=True, slots=True)
class ThresholdPolicy:
    """The thresholds of one model. `source` says where its tail comes from."""

    tail: ImpostorTail
    target_rate: float = DEFAULT_TARGET_RATE
    source: str = PUBLISHED

    def __post_init__(self) -> None:
        if not 0.0 < self.target_rate <= 0.5:  # noqa: PLR2004 - half of all strangers
            raise ValueError(f"the target rate is a share from 0 to 0.5, got {self.target_rate}")

    def zones(self, gallery_size: int, scope: str) -> Zones:
        """The zones of a gallery of so many people."""
        people = max(gallery_size, SMALLEST_GALLERY)

        def at(budget: float) -> float:
            return self.tail.cosine_at(min(0.5, budget * self.target_rate) / people)

        return Zones(
            match=at(1.0),
            new=at(_NEW),
            learn=at(_LEARN),
            cluster=at(_CLUSTER),
            scope=scope,
            gallery_size=gallery_size,
            target_rate=self.target_rate,
            source=self.source,
        )
