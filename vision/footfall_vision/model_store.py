"""The folder of model files: finds, verifies and reads them. A byte that differs is refused."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from footfall_vision.errors import ModelError
from footfall_vision.model_cards import MODEL_CARDS, ModelCard, ModelTask, model_card

MODELS_DIR_VARIABLE = "FOOTFALL_MODELS_DIR"


class ModelState(StrEnum):
    """State of a model file on this machine."""

    READY = "ready"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class VerifiedModel:
    """A model's card and its bytes, whose hash was checked after they were read."""

    card: ModelCard
    content: bytes


def default_models_dir() -> Path:
    """Folder named by FOOTFALL_MODELS_DIR, else ~/.cache/footfall/models."""
    named = os.environ.get(MODELS_DIR_VARIABLE)
    return Path(named).expanduser() if named else Path.home() / ".cache" / "footfall" / "models"


def sha256_of(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class ModelStore:
    """Model files of one folder."""

    def __init__(
        self, directory: Path | None = None, *, cards: Mapping[str, ModelCard] = MODEL_CARDS
    ) -> None:
        self.directory = directory if directory is not None else default_models_dir()
        self._cards = cards

    def card(self, model_id: str) -> ModelCard:
        """Card of a model; ModelError when it is not registered."""
        return model_card(model_id, self._cards)

    def path(self, model_id: str) -> Path:
        """Where the file of a model lies, or would lie."""
        return self.directory / self.card(model_id).file_name

    def state(self, model_id: str) -> ModelState:
        """State of the file of a model, by hash."""
        card = self.card(model_id)
        try:
            content = self.path(model_id).read_bytes()
        except FileNotFoundError:
            return ModelState.MISSING
        except OSError:
            return ModelState.DAMAGED
        return ModelState.READY if sha256_of(content) == card.sha256 else ModelState.DAMAGED

    def load(self, model_id: str, task: ModelTask | None = None) -> VerifiedModel:
        """Read and verify a model.

        The hash is taken of the bytes that are returned, so that what was verified is what runs.
        Raises ModelError (one line: which file, what is wrong, how to mend it) when the model is not
        registered, is missing, unreadable or damaged, or is not for the task.
        """
        card = self.card(model_id)
        if task is not None and card.task is not task:
            raise ModelError(f"model {model_id} is for {card.task.value}, not for {task.value}")
        path = self.path(model_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ModelError(f"model file {path} is missing; {self._cure(model_id)}") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ModelError(
                f"model file {path} cannot be read ({reason}); {self._cure(model_id)}"
            ) from error
        found = sha256_of(content)
        if found != card.sha256:
            raise ModelError(
                f"model file {path} is refused: its SHA-256 is {found}, registered is {card.sha256};"
                f" {self._cure(model_id)}"
            )
        return VerifiedModel(card=card, content=content)

    def require(self, model_ids: Iterable[str]) -> None:
        """Raise one ModelError, in one line, for all of the models that cannot be loaded."""
        faults = []
        for model_id in model_ids:
            try:
                self.load(model_id)
            except ModelError as error:
                faults.append(str(error))
        if faults:
            raise ModelError("; ".join(faults))

    def _cure(self, model_id: str) -> str:
        command = "footfall models pull"
        if self.directory != default_models_dir():
            command += f" --dir {self.directory}"
        if not self.card(model_id).in_default_set:
            command += f" {model_id}"
        return f"run: {command}"
