"""What is known of how often a tenant's people are told apart wrongly."""

from footfall_server.domain.error_rates import ErrorRates
from footfall_server.errors import FootfallError
from footfall_server.ports import Transaction
from footfall_server.services.tenant_models import TenantModels


class CountAccuracy:
    """Reads the calibration in force of the model in use. One that nobody applied is not in force."""

    def __init__(self, *, models: TenantModels) -> None:
        self._models = models

    async def within(self, tx: Transaction) -> ErrorRates | None:
        """None where nothing was measured."""
        try:
            model_id = (await self._models.within(tx)).in_use.model_id
        except FootfallError as error:
            if error.reason != "MODEL_UNKNOWN":
                raise
            return None
        applied = await tx.calibrations.get(model_id)
        if applied is None:
            return None
        return ErrorRates.of(applied, await tx.model_faces.known_people())
