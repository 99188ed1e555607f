"""The only door to onnxruntime."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import onnxruntime

from footfall_vision.errors import ModelError
from footfall_vision.model_store import VerifiedModel
from footfall_vision.types import Floats

_ERRORS_ONLY = 3
DEFAULT_PROVIDERS = ("CPUExecutionProvider",)


class OnnxSession:
    """A loaded model with one input. run() may be called from several threads at once.

    keeps_memory: see open_session.
    """

    def __init__(self, session: Any, *, model_id: str, keeps_memory: bool = True) -> None:
        self.model_id = model_id
        self.input_name: str = session.get_inputs()[0].name
        self.output_names: tuple[str, ...] = tuple(output.name for output in session.get_outputs())
        self.providers: tuple[str, ...] = tuple(session.get_providers())
        self._session = session
        self._run_options: Any = None
        if not keeps_memory:
            self._run_options = onnxruntime.RunOptions()
            self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, blob: npt.NDArray[Any]) -> list[Floats]:
        """Outputs in the order of output_names for one input blob."""
        outputs: list[Floats] = self._session.run(None, {self.input_name: blob}, self._run_options)
        return outputs


def open_session(
    model: VerifiedModel,
    *,
    threads: int = 1,
    providers: Sequence[str] = DEFAULT_PROVIDERS,
    keeps_memory: bool = True,
) -> OnnxSession:
    """Load a verified model.

    threads: how many threads one run() may use; 1 keeps a machine with many cameras predictable.
    providers: onnxruntime execution providers, the preferred first.
    keeps_memory: whether the memory of a run is kept for the next, as frames of one size want it. Pictures of
    all sizes would leave some hundred MB behind; without, each run gives back what it took.
    Raises ModelError when the model cannot be loaded or a provider is not there.
    """
    if threads < 1:
        raise ModelError(f"model {model.card.model_id}: threads must be at least 1, not {threads}")
    missing = [name for name in providers if name not in onnxruntime.get_available_providers()]
    if missing:
        raise ModelError(
            f"model {model.card.model_id}: this onnxruntime has no {', '.join(missing)};"
            f" it has {', '.join(onnxruntime.get_available_providers())}"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # A pattern is one block as large as the largest of its shape, and each shape has one.
    options.enable_mem_pattern = keeps_memory
    # Idle pool threads would otherwise spin and take the cores from the video decoders.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(model.content, options, providers=list(providers))
    except Exception as error:  # onnxruntime raises classes of its own that share no public root
        raise ModelError(
            f"model {model.card.model_id} cannot be loaded by onnxruntime {onnxruntime.__version__}:"
            f" {str(error).splitlines()[0][:200]}"
        ) from error
    return OnnxSession(session, model_id=model.card.model_id, keeps_memory=keeps_memory)
