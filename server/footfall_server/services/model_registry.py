"""The models that this installation knows: those of the registry, and the one that its settings describe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from footfall_vision.model_cards import MODEL_CARDS, ModelCard

from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.services.event_checks import RecognitionModel


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that makes embeddings. `tail` is that of its impostors, None when nobody has said it."""

    model: RecognitionModel
    tail: ImpostorTail | None
    licence: str = ""
    origin: str = ""


class KnownModels:
    """Looks models up. `installation` is the one that tenants take who never chose another."""

    def __init__(
        self,
        *,
        installation: RecognitionModel,
        installation_tail: ImpostorTail | None = None,
        cards: Mapping[str, ModelCard] = MODEL_CARDS,
    ) -> None:
        self.installation = installation
        registered = {
            card.model_id: KnownModel(
                model=RecognitionModel(card.model_id, card.dimension),
                tail=ImpostorTail.of_points(card.impostor_tail) if card.impostor_tail else None,
                licence=card.licence,
                origin=card.origin,
            )
            for card in cards.values()
            if card.dimension is not None
        }
        beside = registered.get(installation.model_id, KnownModel(installation, None))
        registered[installation.model_id] = KnownModel(
            installation, installation_tail or beside.tail, beside.licence, beside.origin
        )
        self._models = registered

    @property
    def model_ids(self) -> Sequence[str]:
        """All of them: a tenant may have faces of each."""
        return sorted(self._models)

    def get(self, model_id: str) -> KnownModel:
        """Raises FAILED_PRECONDITION / MODEL_UNKNOWN."""
        try:
            return self._models[model_id]
        except KeyError:
            known = ", ".join(sorted(self._models))
            raise model_unknown(
                model_id, f"no embedding model is registered as {model_id}; registered are: {known}"
            ) from None


def model_unknown(model_id: str, message: str) -> FootfallError:
    """FAILED_PRECONDITION / MODEL_UNKNOWN."""
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION, "MODEL_UNKNOWN", message, metadata={"model_id": model_id}
    )
