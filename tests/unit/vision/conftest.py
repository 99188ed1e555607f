"""Cards and sessions made for the test: no model file, no network."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from footfall_vision.model_cards import Carrier, ModelCard, ModelTask, Preprocessing
from hypothesis import settings

# How long an example takes says something of the machine's load, nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

CardMaker = Callable[..., ModelCard]


@pytest.fixture
def make_card() -> CardMaker:
    """Makes a card whose derived file is `content`, carried as `member` in a package of that registry."""

    def make(
        model_id: str = "toy-1",
        *,
        content: bytes = b"derived",
        source: bytes = b"source",
        carrier: Carrier | None = None,
        member: str = "toy/model.onnx",
        task: ModelTask = ModelTask.EMBEDDING,
        in_default_set: bool = True,
        dimension: int | None = 4,
    ) -> ModelCard:
        return ModelCard(
            model_id=model_id,
            task=task,
            title="a toy",
            carrier=carrier
            or Carrier(
                registry="pypi",
                package="toy",
                version="1.0",
                file_name="toy-1.0-py3-none-any.whl",
                sha256="0" * 64,
                size_bytes=1,
            ),
            member=member,
            source_sha256=hashlib.sha256(source).hexdigest(),
            conversion="as-is",
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            licence="MIT",
            origin="made for a test",
            preprocessing=Preprocessing(channels="RGB", mean=(10.0, 20.0, 30.0), scale=0.5),
            input_size=(112, 112),
            dimension=dimension,
            match_threshold=0.5,
            in_default_set=in_default_set,
        )

    return make


@dataclass
class ScriptedSession:
    """Stands in for OnnxSession: answers with a function of the blob and keeps what it was given."""

    answer: Callable[[np.ndarray[Any, Any]], list[np.ndarray[Any, Any]]]
    output_names: Sequence[str] = ("output",)
    model_id: str = "toy-1"
    blobs: list[np.ndarray[Any, Any]] = field(default_factory=list)

    def run(self, blob: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
        self.blobs.append(blob.copy())
        return self.answer(blob)


@pytest.fixture
def scripted_session() -> type[ScriptedSession]:
    return ScriptedSession
