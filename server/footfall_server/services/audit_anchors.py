"""Where the audit logs end, told to the operator's own log: what the database cannot take back."""

from datetime import datetime
from uuid import UUID

import structlog

from footfall_server.domain.audit import NO_TENANT
from footfall_server.ports import Clock, Transactions
from footfall_server.services.audit_logs import open_log

_log = structlog.get_logger()


class AuditAnchors:
    """Notes heads as `audit_head` lines. Each is an anchor for `footfall-server audit verify`."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock
        self._installation_noted_at: datetime | None = None

    async def note(self, log_id: UUID) -> dict[str, int]:
        """Notes where the log ends; returns its last sequence."""
        async with open_log(self._transactions, log_id) as log:
            head = await log.head()
        _log.info("audit_head", tenant_id=str(log_id), sequence=head.sequence, hash=head.hash.hex())
        return {"sequence": head.sequence}

    async def note_installation(self, *, not_since: datetime) -> bool:
        """Notes where the installation's own log ends, unless this replica did so since then.

        Every replica does this for itself: no tenant's jobs could claim it, and one line more is no harm.
        """
        if self._installation_noted_at is not None and self._installation_noted_at >= not_since:
            return False
        await self.note(NO_TENANT)
        self._installation_noted_at = self._clock.now()
        return True
