"""The models of a tenant, moves from one to another, and calibrations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.calibration import SampledFace
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.models import (
    AppliedCalibration,
    LackingFace,
    ModelChange,
    ModelChangeProgress,
    ModelUsage,
    TenantModel,
)
from footfall_server.ports.paging import TimeCursor


class TenantModelRepository(Protocol):
    """The models whose embeddings the tenant takes. None at all means the installation's."""

    async def list(self) -> Sequence[TenantModel]:
        """The one in use first, the others by id."""
        ...

    async def add(self, model: TenantModel) -> None:
        """Adds the model; one that is there stays as it is."""
        ...

    async def put_in_use(self, model_id: str) -> None:
        """Makes this model, which is there, the one in use, and no other."""
        ...

    async def remove(self, model_id: str) -> None: ...

    async def usage(self) -> Mapping[str, ModelUsage]:
        """By model, for every model that somebody has a face of."""
        ...


class ModelChangeRepository(Protocol):
    """Moves from one model to another; at most one of them is open."""

    async def add(self, change: ModelChange, request_id: UUID | None) -> None:
        """Raises FAILED_PRECONDITION / MODEL_CHANGE_STATE while another one is open."""
        ...

    async def get(self, model_change_id: UUID) -> ModelChange | None: ...

    async def requested(self, request_id: UUID) -> ModelChange | None:
        """The change that this request_id made."""
        ...

    async def open(self) -> ModelChange | None:
        """The one that is running or paused."""
        ...

    async def list(self, *, after: TimeCursor | None, limit: int) -> Sequence[ModelChange]:
        """By start, the newest first."""
        ...

    async def save(self, change: ModelChange) -> None:
        """Overwrites state, end and outcome."""
        ...

    async def claim(self, holder: UUID, *, now: datetime, until: datetime) -> ModelChange | None:
        """The running change, for the holder alone until then; None when there is none to have.

        Who holds it already has it for longer.
        """
        ...

    async def add_losses(self, model_change_id: UUID, exemplar_ids: Collection[UUID]) -> None:
        """Notes exemplars that cannot be embedded again."""
        ...

    async def progress(self, change: ModelChange) -> ModelChangeProgress:
        """How far an open change is now."""
        ...

    async def lost_customers(self, change: ModelChange, limit: int) -> Sequence[UUID]:
        """Customers, after merges, all of whose faces are lost, by id."""
        ...


class ModelFaceRepository(Protocol):
    """Gallery faces by their model."""

    async def lacking(
        self, model_id: str, *, having: str, change_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[LackingFace]:
        """Exemplars with a face in the model `having` and none in `model_id`, by id, from `after` on.

        Those that the change has lost are left out.
        """
        ...

    async def add(
        self, model_id: str, *, having: str, embeddings: Mapping[UUID, Embedding], at: datetime
    ) -> int:
        """Gives exemplars, by id, a face in the model, with all else as their face in `having` has it.

        They go to the outbox of the index. Exemplars without a face in `having`, and those with one in the
        model, are passed over. Only in exclusive transactions: owners may change in any other. Returns how
        many were added.
        """
        ...

    async def waiting(self, model_id: str, limit: int) -> int:
        """How many faces of the model the index has not got yet, counted up to the limit."""
        ...

    async def remove(self, model_id: str, *, limit: int, at: datetime) -> int:
        """Removes some of the model's faces, and has them removed from the index. Returns how many."""
        ...

    async def sample(self, model_id: str, *, people: int, faces_of_each: int) -> Sequence[SampledFace]:
        """Faces of customers, after merges, drawn as if by chance and each time the same ones."""
        ...

    async def known_people(self) -> int:
        """How many people the tenant knows: what thresholds take for the size of its gallery."""
        ...


class CalibrationRepository(Protocol):
    """What the tenant decides by instead of what the models were published with."""

    async def get(self, model_id: str) -> AppliedCalibration | None: ...

    async def apply(self, calibration: AppliedCalibration) -> None:
        """Adds it, or replaces the one of the same model."""
        ...

    async def reset(self, model_id: str) -> bool:
        """Removes it; False when there was none."""
        ...


class CropEmbedder(Protocol):
    """Embeds aligned crops with any model that is on this machine."""

    async def require(self, model_id: str) -> None:
        """Raises FAILED_PRECONDITION / MODEL_UNKNOWN when the model cannot be used here."""
        ...

    async def embed(self, model_id: str, jpegs: Sequence[bytes]) -> Sequence[Embedding | None]:
        """The embedding of each crop; None for one that cannot be read. Raises as require does."""
        ...
