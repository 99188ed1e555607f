"""The kept days of reports in an operator's hands: counted anew, and repaired."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from footfall_server.database import open_transactions
from footfall_server.errors import not_found
from footfall_server.ports import Transactions
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import ReportVerification, VerificationScope, Verified
from footfall_server.settings import DatabaseSettings, read_settings
from footfall_server.telemetry import configure_logging

Say = Callable[[dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """What to look at. None of a tenant is all of them."""

    tenant_id: UUID | None
    scope: VerificationScope
    repair: bool


async def verify_reports(order: ReportOrder, *, tell: Callable[[str], None], say: Say) -> bool:
    """Says one line on all of it; whether anything differs and was not repaired. Progress goes to `tell`."""
    found: dict[UUID, Verified] = {}
    async with _open_transactions() as transactions:
        verification = ReportVerification(
            transactions=transactions, days=ReportDays(transactions=transactions)
        )
        for tenant_id in await _tenant_ids(transactions, order.tenant_id):

            def tell_progress(site_id: UUID, day: date, tenant_id: UUID = tenant_id) -> None:
                tell(f"reports verify: tenant {tenant_id}, site {site_id}: until {day.isoformat()}")

            found[tenant_id] = await verification.verify(
                tenant_id, order.scope, repair=order.repair, tell=tell_progress
            )
    say(told(found))
    return any(each.differing > each.repaired for each in found.values())


def told(found: dict[UUID, Verified]) -> dict[str, object]:
    """What was found, as it is printed: days, how many differ, how many were repaired, and what differed."""
    return {
        "days": sum(each.days for each in found.values()),
        "differing": sum(each.differing for each in found.values()),
        "repaired": sum(each.repaired for each in found.values()),
        "differences": [
            {
                "tenant_id": str(tenant_id),
                "site_id": str(each.site_id),
                "day": each.day.isoformat(),
                "field": each.field,
                "kept": each.kept,
                "computed": each.computed,
            }
            for tenant_id, verified in found.items()
            for each in verified.differences
        ],
    }


async def _tenant_ids(transactions: Transactions, tenant_id: UUID | None) -> list[UUID]:
    """Raises NOT_FOUND for a tenant that is not there."""
    async with transactions.begin_platform() as platform:
        if tenant_id is None:
            return list(await platform.tenant_ids())
        if await platform.get_tenant(tenant_id) is None:
            raise not_found("tenant", tenant_id)
    return [tenant_id]


@asynccontextmanager
async def _open_transactions() -> AsyncIterator[Transactions]:
    settings = read_settings(DatabaseSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    async with open_transactions(settings.postgres) as transactions:
        yield transactions
