"""By what thresholds a model's faces are told apart: as published, or as a tenant measured."""

from footfall_server.domain.batch import TailOfTenant
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration
from footfall_server.domain.thresholds import CALIBRATED, ThresholdPolicy
from footfall_server.services.model_registry import KnownModels, model_unknown


class ThresholdPolicies:
    """`target_rate` is the installation's, for tenants who decide by nothing of their own."""

    def __init__(self, *, known: KnownModels, target_rate: float) -> None:
        self._known = known
        self._target_rate = target_rate

    def published(self, model_id: str) -> ThresholdPolicy:
        """By the tail that the model was published with. Raises FAILED_PRECONDITION / MODEL_UNKNOWN."""
        tail = self._known.get(model_id).tail
        if tail is None:
            raise model_unknown(model_id, f"it is not known how alike {model_id} makes strangers look")
        return ThresholdPolicy(tail, self._target_rate)

    def of(self, model_id: str, applied: AppliedCalibration | None) -> ThresholdPolicy:
        """By a tenant's calibration, else as published."""
        if applied is None:
            return self.published(model_id)
        return ThresholdPolicy(applied.tail, applied.target_rate, CALIBRATED)


def calibrated(tail: TailOfTenant) -> ThresholdPolicy:
    """By what a batch was told of the tenant's calibration."""
    return ThresholdPolicy(ImpostorTail(tail.cosines, tail.false_match_rates), tail.target_rate, CALIBRATED)
