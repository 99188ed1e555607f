"""How the core is set that a fuzzer attacks."""

import os
from collections.abc import Mapping

from footfall_vision.model_store import MODELS_DIR_VARIABLE


def fuzzed_core() -> Mapping[str, str]:
    """Settings of the core. With its models, where they were pulled: pictures are to be looked at."""
    settings = {
        # What is attacked is what a message does; a refusal for their number would be no answer to it.
        "FOOTFALL_SERVER_LIMITS__ENFORCED": "false",
        "FOOTFALL_SERVER_AUTH__PERSON_TOKEN_TTL": "3600",
        "FOOTFALL_SERVER_AUTH__WORKER_TOKEN_TTL": "3600",
    }
    models = os.environ.get(MODELS_DIR_VARIABLE)
    return settings if models is None else {**settings, "FOOTFALL_SERVER_MODELS_DIR": models}
