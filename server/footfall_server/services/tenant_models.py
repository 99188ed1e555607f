"""Whose embeddings a tenant takes, asked for every batch of events."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from footfall_server.domain.models import TenantModel
from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.model_registry import KnownModels

TENANTS_REMEMBERED = 1024

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AcceptedModels:
    """`all` by id, each matched with its own faces alone; `in_use` of them is what to embed with."""

    in_use: RecognitionModel
    all: Mapping[str, RecognitionModel]


class TenantModels:
    """Remembers for a few seconds what tenants take.

    So another replica may still go by what was before when a change of the model has just been finished:
    whoever writes on the strength of it looks again with `within` in the transaction that it writes in.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        known: KnownModels,
        clock: Clock,
        keep: timedelta = timedelta(seconds=5),
    ) -> None:
        self._transactions = transactions
        self._known = known
        self._clock = clock
        self._keep = keep
        self._remembered: OrderedDict[UUID, tuple[datetime, AcceptedModels]] = OrderedDict()

    async def of(self, tenant_id: UUID) -> AcceptedModels:
        """What the tenant takes, as of a few seconds ago at most."""
        now = self._clock.now()
        read_at, accepted = self._remembered.get(tenant_id, (None, None))
        if read_at is not None and accepted is not None and now - read_at < self._keep:
            return accepted
        async with self._transactions.begin(tenant_id) as tx:
            accepted = await self.within(tx)
        self._remembered[tenant_id] = (now, accepted)
        self._remembered.move_to_end(tenant_id)
        if len(self._remembered) > TENANTS_REMEMBERED:
            self._remembered.popitem(last=False)
        return accepted

    async def within(self, tx: Transaction) -> AcceptedModels:
        """What the tenant takes at this moment."""
        return self.read(await tx.tenant_models.list())

    def read(self, rows: Sequence[TenantModel]) -> AcceptedModels:
        """What the tenant's rows say, the one in use first; without rows it takes the installation's model.

        Raises MODEL_UNKNOWN for a model that left the registry while a tenant takes it.
        """
        models = [self._known.get(row.model_id).model for row in rows] or [self._known.installation]
        return AcceptedModels(models[0], {model.model_id: model for model in models})

    def forget(self, tenant_id: UUID) -> None:
        """Reads anew next time: what the tenant takes has changed."""
        self._remembered.pop(tenant_id, None)

    async def everywhere(self) -> Sequence[RecognitionModel]:
        """The models that any tenant takes, and the installation's. Unknown ones are left to the log."""
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        found = {self._known.installation.model_id: self._known.installation}
        for tenant_id in tenant_ids:
            try:
                found.update((await self.of(tenant_id)).all)
            except FootfallError as error:
                if error.reason != "MODEL_UNKNOWN":
                    raise
                _log.error("tenant_takes_unknown_model", tenant_id=str(tenant_id), **error.metadata)
        return [found[model_id] for model_id in sorted(found)]
