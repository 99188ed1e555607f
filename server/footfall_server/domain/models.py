"""Which models a tenant's people are recognised by, and how it moves from one to another."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from footfall_server.domain.impostor_tail import ImpostorTail


class ModelChangeState(StrEnum):
    """How far a change of the model is."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class TenantModel:
    """A model whose embeddings the tenant takes. One of them is in use: workers should embed with it."""

    model_id: str
    in_use: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """How many faces of a model people are recognised by, and how many customers have one."""

    faces: int = 0
    customers: int = 0


@dataclass(frozen=True, slots=True)
class ModelChangeProgress:
    """How far a change is, counted over the faces of the old model.

    `lost` have no face in the new model and never will: there is no crop of them, or it cannot be read.
    `lost_customers` are those of whom that is all there is.
    """

    faces: int = 0
    done: int = 0
    lost: int = 0
    lost_customers: int = 0

    @property
    def left(self) -> int:
        """How many are still to be embedded."""
        return self.faces - self.done - self.lost


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A move from one model to another. `outcome` is how far it was when it ended."""

    model_change_id: UUID
    from_model_id: str
    to_model_id: str
    state: ModelChangeState
    started_at: datetime
    ended_at: datetime | None = None
    outcome: ModelChangeProgress | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be finished or rolled back."""
        return self.state in {ModelChangeState.RUNNING, ModelChangeState.PAUSED}


@dataclass(frozen=True, slots=True)
class LackingFace:
    """An exemplar without a face in one of the models. `jpeg` is its aligned crop, empty without one."""

    exemplar_id: UUID
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MeasuredPairs:
    """What a calibration was measured from: sums over `people`, which tell of none of them.

    `genuine_counts` are pairs of one person, by their cosine in equal bins over -1..1.
    """

    people: int
    genuine_counts: tuple[int, ...]
    impostor_pairs: int


@dataclass(frozen=True, slots=True)
class AppliedCalibration:
    """What a tenant decides by instead of a model's published tail and the default target rate.

    `measured` is None for one that was applied by a release that did not keep it.
    """

    model_id: str
    target_rate: float
    tail: ImpostorTail
    applied_at: datetime
    applied_by: UUID
    measured: MeasuredPairs | None = None
