"""What a tenant settles for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.identity import Principal
from footfall_server.domain.report_period import Weekday
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.ports import Clock, Transactions
from footfall_server.services.scope import begin_exclusive_for, begin_for


@dataclass(frozen=True, slots=True)
class SettingValues:
    """What is to change; None leaves it as it is."""

    week_start: Weekday | None = None
    business_day_start: timedelta | None = None


class TenantSettingsService:
    """Reads and changes the settings of the caller's own tenant."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def get(self, principal: Principal) -> TenantSettings:
        """Raises TENANT_REQUIRED for who acts for none."""
        async with begin_for(self._transactions, principal) as tx:
            return await tx.settings.get()

    async def update(self, principal: Principal, values: SettingValues) -> TenantSettings:
        """Changes what is not None; a change is audited in the tenant's own log. Raises as `get`."""
        # Exclusive, since what is read is written back: two who change different fields both count.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            settings = await tx.settings.get()
            changed = replace(
                settings,
                week_start=values.week_start or settings.week_start,
                business_day_start=(
                    settings.business_day_start
                    if values.business_day_start is None
                    else values.business_day_start
                ),
            )
            if changed == settings:
                return settings
            await tx.settings.save(changed)
            entry = AuditEntry.of(
                principal,
                Action.TENANT_SETTINGS_UPDATE,
                tx.tenant_id,
                at=self._clock.now(),
                detail=changes_between(_told(settings), _told(changed)),
                resource="tenant",
            )
            await tx.audit.append(entry)
            return changed


def _told(settings: TenantSettings) -> Mapping[str, object]:
    return {
        "week_start": settings.week_start.value,
        "business_day_start_seconds": settings.business_day_start.total_seconds(),
    }
