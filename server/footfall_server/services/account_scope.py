"""Where people's accounts are: inside their tenant, or with the installation."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from footfall_server.ports import AccountTransaction, SiteRepository, Transactions


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """A transaction where accounts are. `sites` are the tenant's; None for system administrators."""

    tx: AccountTransaction
    sites: SiteRepository | None


def begin_accounts(
    transactions: Transactions, tenant_id: UUID | None
) -> AbstractAsyncContextManager[AccountTransaction]:
    """A transaction where the accounts of the tenant are; those of the installation when it is None."""
    return transactions.begin_platform() if tenant_id is None else transactions.begin(tenant_id)


@asynccontextmanager
async def begin_accounts_exclusive(
    transactions: Transactions, tenant_id: UUID | None
) -> AsyncIterator[AccountPlace]:
    """As begin_accounts, and one at a time per tenant: for rules that hold over several accounts or sites."""
    if tenant_id is None:
        async with transactions.begin_platform_exclusive() as platform:
            yield AccountPlace(tx=platform, sites=None)
        return
    async with transactions.begin_exclusive(tenant_id) as tx:
        yield AccountPlace(tx=tx, sites=tx.sites)
