"""Which of onnxruntime's execution providers computes the models, after it has shown that it can.

A provider that is installed may still fail on a model, fall back to the processor without a word, be slower,
or compute something else. So each model is run on it with a reference input, and what comes out is compared
with the processor's.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import onnxruntime

from footfall_vision.errors import ModelError
from footfall_vision.model_cards import ModelCard
from footfall_vision.model_store import VerifiedModel
from footfall_vision.onnx_session import open_session
from footfall_vision.types import Floats

CPU: Final = "cpu"
PROVIDERS: Final = {
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    CPU: "CPUExecutionProvider",
}
"""onnxruntime's names, the fastest first where several are there."""
AUTO: Final = "auto"

MOST_DIFFERENT: Final = 0.02
"""How much of an output's length the difference to the processor's may have: half precision stays below .005,
and a vector that is off by this much has a cosine of .9998 to the right one."""
_FREE_SIDE: Final = 320
_RUNS: Final = 5


class Session(Protocol):
    """A loaded model."""

    @property
    def providers(self) -> tuple[str, ...]:
        """What it runs on, the preferred first."""
        ...

    def run(self, blob: Floats) -> list[Floats]:
        """Its outputs."""
        ...


OpenSession = Callable[[VerifiedModel, Sequence[str]], Session]


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """What computes the models. name: a key of PROVIDERS. detail: why not what was wanted, else empty."""

    name: str = CPU
    detail: str = ""

    @property
    def onnx_names(self) -> tuple[str, ...]:
        """For open_session: the processor does what the provider has no kernels for."""
        return tuple(dict.fromkeys((PROVIDERS[self.name], PROVIDERS[CPU])))

    def __str__(self) -> str:
        return f"{self.name} ({self.detail})" if self.detail else self.name


def _open(model: VerifiedModel, providers: Sequence[str]) -> Session:
    return open_session(model, providers=providers)


class ProviderTest:
    """Chooses a provider for some models. May take seconds: a provider may compile them first."""

    def __init__(
        self,
        models: Sequence[VerifiedModel],
        *,
        available: Sequence[str] | None = None,
        open_model: OpenSession = _open,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._models = models
        self._available = onnxruntime.get_available_providers() if available is None else available
        self._open = open_model
        self._clock = clock

    def choose(self, wanted: str = AUTO) -> ProviderChoice:
        """The wanted one when it passes, else the processor and why.

        auto takes the first of those that are there and pass, and are not slower than the processor.
        Raises ModelError when the processor itself cannot run a model.
        """
        if wanted == CPU:
            return ProviderChoice()
        if wanted != AUTO:
            fault = self._fault(wanted, must_be_fast=False)
            return ProviderChoice(CPU, f"{wanted} {fault}") if fault else ProviderChoice(wanted)
        faults = []
        for name, onnx_name in PROVIDERS.items():
            if name == CPU or onnx_name not in self._available:
                continue
            fault = self._fault(name, must_be_fast=True)
            if not fault:
                return ProviderChoice(name)
            faults.append(f"{name} {fault}")
        return ProviderChoice(CPU, "; ".join(faults))

    def _fault(self, name: str, *, must_be_fast: bool) -> str:
        """What is wrong with a provider, in words; empty when nothing is."""
        if PROVIDERS[name] not in self._available:
            return "is not in this onnxruntime"
        cpu_s = provider_s = 0.0
        for model in self._models:
            blob = reference_input(model.card)
            reference = self._open(model, [PROVIDERS[CPU]])
            expected, took = self._timed(reference, blob)
            cpu_s += took
            try:
                session = self._open(model, [PROVIDERS[name], PROVIDERS[CPU]])
                if not session.providers or session.providers[0] != PROVIDERS[name]:
                    return f"cannot be used for {model.card.model_id}"
                outputs, took = self._timed(session, blob)
            except Exception as error:  # noqa: BLE001 (a driver may raise anything)
                if isinstance(error, ModelError):
                    return f"cannot load {model.card.model_id}"
                return f"fails on {model.card.model_id} ({type(error).__name__})"
            provider_s += took
            different = max(map(_difference, outputs, expected), default=np.inf)
            if not different <= MOST_DIFFERENT:
                return f"computes {model.card.model_id} wrongly (off by {different:.0%})"
        return "is slower than cpu" if must_be_fast and provider_s > cpu_s else ""

    def _timed(self, session: Session, blob: Floats) -> tuple[list[Floats], float]:
        """What comes out, and the median seconds of a run; the first, which may compile, does not count."""
        outputs = session.run(blob)
        took = []
        for _ in range(_RUNS):
            began = self._clock()
            session.run(blob)
            took.append(self._clock() - began)
        return outputs, statistics.median(took)


def reference_input(card: ModelCard) -> Floats:
    """Always the same picture of noise and gradients, as the model wants it: float32 [1, 3, h, w]."""
    height, width = card.input_size or (_FREE_SIDE, _FREE_SIDE)
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / (7 + channel)) + np.cos(columns / (11 - channel)) for channel in range(3)]
    noise = np.random.default_rng(0).normal(0, 12, (3, height, width))
    pixels = np.clip(127 + 45 * np.stack(waves) + noise, 0, 255)
    mean = np.array(card.preprocessing.mean).reshape(3, 1, 1)
    blob: Floats = ((pixels - mean) * card.preprocessing.scale)[None].astype(np.float32)
    return blob


def _difference(output: Floats, expected: Floats) -> float:
    if output.shape != expected.shape or not np.isfinite(output).all():
        return np.inf
    length = float(np.linalg.norm(expected.astype(np.float64)))
    return float(np.linalg.norm(output.astype(np.float64) - expected)) / max(length, 1e-9)
