"""An execution provider is used when it computes what the processor computes, and not otherwise."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import DEFAULT_DETECTOR, DEFAULT_EMBEDDER, MODEL_CARDS
from footfall_vision.model_store import VerifiedModel
from footfall_vision.providers import PROVIDERS, ProviderChoice, ProviderTest, reference_input
from footfall_vision.types import Floats

MODELS = [VerifiedModel(card=MODEL_CARDS[name], content=b"") for name in (DEFAULT_DETECTOR, DEFAULT_EMBEDDER)]
CPU, CUDA, COREML = (PROVIDERS[name] for name in ("cpu", "cuda", "coreml"))


def right(blob: Floats) -> Floats:
    return blob[:, :, ::7, 0] + 3


class Machine:
    """Sessions of one computer, on which a run takes as long as is said."""

    def __init__(self) -> None:
        self.now = 0.0
        self.takes: dict[str, float] = {CPU: 1.0, CUDA: 0.1, COREML: 0.5}
        self.computes: dict[str, Callable[[Floats], Floats]] = {}
        self.falls_back: set[str] = set()
        self.refuses: set[str] = set()

    def open(self, _model: VerifiedModel, providers: Sequence[str]) -> "FakeSession":
        if providers[0] in self.refuses:
            raise ModelError("model cannot be loaded")
        return FakeSession(self, CPU if providers[0] in self.falls_back else providers[0])

    def choose(self, wanted: str, available: Sequence[str] = (CUDA, COREML, CPU)) -> ProviderChoice:
        test = ProviderTest(MODELS, available=available, open_model=self.open, clock=lambda: self.now)
        return test.choose(wanted)


class FakeSession:
    def __init__(self, machine: Machine, provider: str) -> None:
        self.machine = machine
        self.provider = provider
        self.providers = (provider, CPU)

    def run(self, blob: Floats) -> list[Floats]:
        self.machine.now += self.machine.takes[self.provider]
        return [self.machine.computes.get(self.provider, right)(blob)]


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_auto_takes_the_first_that_passes(machine: Machine) -> None:
    assert machine.choose("auto") == ProviderChoice("cuda")
    assert machine.choose("auto").onnx_names == (CUDA, CPU)
    assert machine.choose("auto", [COREML, CPU]) == ProviderChoice("coreml")
    assert machine.choose("auto", [CPU]) == ProviderChoice("cpu")


def test_what_is_wanted_is_taken_however_slow(machine: Machine) -> None:
    machine.takes[COREML] = 9.0
    assert machine.choose("coreml") == ProviderChoice("coreml")
    assert machine.choose("cpu") == ProviderChoice("cpu")


def test_auto_takes_nothing_that_is_slower_than_the_processor(machine: Machine) -> None:
    machine.takes[CUDA] = 1.5
    assert machine.choose("auto", [CUDA, CPU]) == ProviderChoice("cpu", "cuda is slower than cpu")
    assert machine.choose("auto") == ProviderChoice("coreml")


def test_what_computes_otherwise_is_not_used(machine: Machine) -> None:
    machine.computes[CUDA] = lambda blob: right(blob) * 1.1
    choice = machine.choose("cuda")
    assert choice == ProviderChoice("cpu", "cuda computes yunet-2023mar wrongly (off by 10%)")
    assert str(choice).startswith("cpu (cuda computes")
    machine.computes[CUDA] = lambda blob: right(blob) * 1.001
    assert machine.choose("cuda") == ProviderChoice("cuda"), "half precision is near enough"


@pytest.mark.parametrize(
    "wrong", [lambda blob: right(blob) * np.nan, lambda blob: right(blob)[:, :, :3], lambda blob: blob * 0]
)
def test_nonsense_is_not_used(machine: Machine, wrong: Callable[[Floats], Floats]) -> None:
    machine.computes[CUDA] = wrong
    assert machine.choose("cuda").name == "cpu"
    assert "wrongly" in machine.choose("cuda").detail


def test_what_falls_back_without_a_word_is_noticed(machine: Machine) -> None:
    machine.falls_back.add(CUDA)
    assert machine.choose("cuda") == ProviderChoice("cpu", "cuda cannot be used for yunet-2023mar")


def test_what_is_not_there_or_breaks_is_said(machine: Machine) -> None:
    def breaks(_blob: Floats) -> Floats:
        raise RuntimeError("driver: secret path")

    assert machine.choose("openvino") == ProviderChoice("cpu", "openvino is not in this onnxruntime")
    machine.computes[CUDA] = breaks
    assert machine.choose("cuda") == ProviderChoice("cpu", "cuda fails on yunet-2023mar (RuntimeError)")
    machine.refuses.add(COREML)
    assert machine.choose("auto").detail == (
        "cuda fails on yunet-2023mar (RuntimeError); coreml cannot load yunet-2023mar"
    )


def test_a_processor_that_cannot_run_a_model_stops_the_start(machine: Machine) -> None:
    machine.refuses.add(CPU)
    with pytest.raises(ModelError):
        machine.choose("cuda")


@pytest.mark.parametrize("model_id", sorted(MODEL_CARDS))
def test_the_reference_is_always_the_same_picture(model_id: str) -> None:
    card = MODEL_CARDS[model_id]
    blob = reference_input(card)
    assert blob.shape == (1, 3, *(card.input_size or (320, 320)))
    assert blob.dtype == np.float32
    assert (blob == reference_input(card)).all()
    assert blob.std() > 0.1 * card.preprocessing.scale
