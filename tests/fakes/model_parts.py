"""What tests need of the services around models."""

from dataclasses import dataclass, field
from uuid import UUID

from fakes.crop_embedder import FakeCropEmbedder
from footfall_server.ports import Clock, FaceIndex, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.model_changes import ModelChangeService
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.reembedding import Reembedding
from footfall_server.services.tenant_models import TenantModels

DEFAULT, DEFAULT_DIMENSION = "fr-mobilefacenet-512", 512
SFACE, SFACE_DIMENSION = "sface-2021dec-128", 128


def models_of(transactions: Transactions, clock: Clock, model_id: str, dimension: int) -> TenantModels:
    """The tenants' models where the installation has this one."""
    known = KnownModels(installation=RecognitionModel(model_id, dimension))
    return TenantModels(transactions=transactions, known=known, clock=clock)


@dataclass(slots=True)
class ModelParts:
    """One replica's services around models; several of a test may share the stores."""

    transactions: Transactions
    index: FaceIndex
    clock: Clock
    embedder: FakeCropEmbedder = field(
        default_factory=lambda: FakeCropEmbedder({DEFAULT: DEFAULT_DIMENSION, SFACE: SFACE_DIMENSION})
    )
    lot: int = 4
    most_waiting: int = 2000
    known: KnownModels = field(init=False)
    models: TenantModels = field(init=False)
    recovery: IndexRecovery = field(init=False)
    reembedding: Reembedding = field(init=False)
    changes: ModelChangeService = field(init=False)

    def __post_init__(self) -> None:
        self.known = KnownModels(installation=RecognitionModel(DEFAULT, DEFAULT_DIMENSION))
        self.models = TenantModels(transactions=self.transactions, known=self.known, clock=self.clock)
        self.recovery = IndexRecovery(transactions=self.transactions, index=self.index, models=self.models)
        self.reembedding = Reembedding(
            transactions=self.transactions,
            embedder=self.embedder,
            clock=self.clock,
            lot=self.lot,
            most_waiting=self.most_waiting,
        )
        self.changes = ModelChangeService(
            transactions=self.transactions,
            models=self.models,
            known=self.known,
            embedder=self.embedder,
            index=self.recovery,
            reembedding=self.reembedding,
            clock=self.clock,
        )

    async def usage(self, tenant_id: UUID) -> dict[str, int]:
        """How many faces of each model there are."""
        async with self.transactions.begin(tenant_id) as tx:
            return {model_id: usage.faces for model_id, usage in (await tx.tenant_models.usage()).items()}
