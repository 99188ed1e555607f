"""Has the face models ready before anything starts."""

from footfall_vision.errors import ModelError
from footfall_vision.model_cards import MODEL_CARDS
from footfall_vision.model_pull import ModelPuller, default_model_ids
from footfall_vision.model_store import ModelState, ModelStore
from footfall_vision.pull_display import pull_progress


def ensure_models() -> None:
    """Pull what is missing of the default set.

    Raises:
        ModelError: a model cannot be had.

    """
    store = ModelStore(None)
    wanted = default_model_ids(MODEL_CARDS.values())
    quiet = all(store.state(model_id) is ModelState.READY for model_id in wanted)
    with pull_progress(quiet=quiet) as progress:
        results = ModelPuller(store).pull(wanted, progress)
    faults = [f"{result.model_id}: {result.fault}" for result in results if result.fault]
    if faults:
        raise ModelError("; ".join(faults))
