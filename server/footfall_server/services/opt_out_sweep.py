"""Sees to it that nobody who is left out is known: once a night."""

from uuid import UUID

import numpy as np

from footfall_server.domain.gallery_view import KnownIdentity
from footfall_server.domain.jobs import JobResult
from footfall_server.domain.opt_out import Templates, likeness
from footfall_server.ports import TemplateSeal, Transactions
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.resemblance import Resemblance
from footfall_server.services.tenant_models import TenantModels


class OptOutSweep:
    """Compares everybody who is known with the opt-outs, and erases whom one of them surely is.

    A single shot may be too poor to be known as that of somebody who is left out; all of the faces that came
    of it say more. It takes the threshold of the tenant's whole gallery, as there is no way back. Staff are
    left alone: somebody enrolled them on purpose.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        removal: CustomerRemoval,
        resemblance: Resemblance,
        models: TenantModels,
        seal: TemplateSeal,
    ) -> None:
        self._transactions = transactions
        self._removal = removal
        self._resemblance = resemblance
        self._models = models
        self._seal = seal

    async def sweep(self, tenant_id: UUID) -> JobResult:
        """Erases, and says how many opt-outs are in force and how many people went. Raises UNAVAILABLE."""
        model = (await self._models.of(tenant_id)).in_use
        async with self._transactions.begin(tenant_id) as tx:
            sealed = await tx.opt_outs.sealed(await tx.opt_outs.of_model(model.model_id), model.model_id)
        in_force = people = 0
        for opt_out_id, each in sorted(sealed.items()):
            templates = self._seal.open(
                tenant_id, opt_out_id, model.model_id, each, dimension=model.dimension
            )
            if templates is not None:
                in_force += 1
                people += await self._erase_alike(tenant_id, model, opt_out_id, templates)
        return JobResult({"opt_outs": in_force, "people": people})

    async def _erase_alike(
        self, tenant_id: UUID, model: RecognitionModel, opt_out_id: UUID, templates: Templates
    ) -> int:
        """How many people that were."""
        searched = await self._resemblance.search(tenant_id, model, list(templates))
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            if opt_out_id not in await tx.opt_outs.of_model(model.model_id):
                return 0  # taken off the list meanwhile
            resembled = await self._resemblance.within(tx, searched)
            alike: dict[UUID, KnownIdentity] = {
                each.identity.root_id: each.identity
                for row in range(len(templates))
                for each in resembled.scores(row)
            }
            found = [
                root_id
                for root_id, identity in sorted(alike.items())
                if not identity.is_staff and _alike(templates, identity) >= resembled.zones.match
            ]
            for root_id in found:
                await self._removal.forget(tx, None, ErasureOrder(root_id))
        return len(found)


def _alike(templates: Templates, identity: KnownIdentity) -> float:
    return likeness(templates, np.stack([each.embedding for each in identity.exemplars]))
