"""What an operator does about certificates beside serving: the lists of those that were revoked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from footfall_server.auth.authority import load_authorities
from footfall_server.auth.private_files import replace_public_file
from footfall_server.auth.revocation_lists import revocation_lists
from footfall_server.database import open_transactions
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.ports import Clock, Transactions
from footfall_server.settings import RevocationListSettings, read_settings
from footfall_server.system_clock import SystemClock
from footfall_server.telemetry import configure_logging


async def write_revocation_lists(output: Path, *, lifetime: timedelta) -> int:
    """Writes the lists of every tenant's revoked certificates, whole or not at all; says how many those are.

    Raises BadSettingsError, BadAuthorityError, and OSError when the file cannot be written.
    """
    settings = read_settings(RevocationListSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    authorities = load_authorities(settings.auth.authority_dir)
    clock = SystemClock()
    async with open_transactions(settings.postgres) as transactions:
        revoked = [each async for each in _revoked(transactions, clock)]
    replace_public_file(output, revocation_lists(authorities, revoked, at=clock.now(), lifetime=lifetime))
    return len(revoked)


async def _revoked(transactions: Transactions, clock: Clock) -> AsyncIterator[WorkerCertificate]:
    async with transactions.begin_platform() as platform:
        tenant_ids = await platform.tenant_ids()
    for tenant_id in tenant_ids:
        async with transactions.begin(tenant_id) as tx:
            found = await tx.certificates.revoked(ending_after=clock.now())
        for each in found:
            yield each
