"""What an operator does about the certificate authority, as commands on a real database."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from database_fixtures import FootfallDatabase
from fakes.enrolled_worker import new_key, signing_request
from footfall_server.auth.authority import load_authorities
from footfall_server.auth.issuing import CertificateIssuer
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.ports import Transactions
from footfall_server.services.join_tokens import JoinTokens
from footfall_server.services.worker_enrolment import WorkerEnrolment
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock
from storage_samples import a_site, a_tenant


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(footfall_database.app_dsn)
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
def environment(footfall_database: FootfallDatabase, tmp_path: Path) -> Mapping[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOOTFALL_")}
    return {
        **inherited,
        "FOOTFALL_SERVER_POSTGRES__DSN": footfall_database.app_dsn,
        "FOOTFALL_SERVER_AUTH__AUTHORITY_DIR": str(tmp_path / "authority"),
        "FOOTFALL_SERVER_AUTH__KEYS_DIR": "for another command",
    }


async def run(environment: Mapping[str, str], *arguments: str) -> tuple[int | None, str]:
    """Runs one subcommand; its exit code and what it said: stdout, or stderr when it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "footfall_server", *arguments),
        env=dict(environment),
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, (err if process.returncode else out).decode()


async def revoked_in(environment: Mapping[str, str], lists: Path) -> set[int]:
    """The serial numbers in what write-crl writes."""
    code, told = await run(environment, "write-crl", "--output", str(lists), "--days", "2")
    assert code == 0, told
    found = x509.load_pem_x509_crl(await asyncio.to_thread(lists.read_bytes))
    left = found.next_update_utc - datetime.now(UTC) if found.next_update_utc else timedelta(0)
    assert timedelta(days=1) < left <= timedelta(days=2)
    serials = {each.serial_number for each in found}
    assert json.loads(told)["revoked"] >= len(serials)
    return serials


async def test_the_list_names_who_was_revoked_in_any_tenant(
    environment: Mapping[str, str], transactions: Transactions, tmp_path: Path
) -> None:
    folder, lists = tmp_path / "authority", tmp_path / "lists.crl"
    code, told = await run(environment, "generate-authority", "--dir", str(folder))
    assert code == 0, told
    assert json.loads(told)["certificates"] == str(folder / "authority.crt")
    clock = SystemClock()
    issuer = CertificateIssuer(authorities=load_authorities(folder), lifetime=timedelta(days=1))
    tokens = JoinTokens(transactions=transactions, clock=clock, lifetime=timedelta(hours=1))
    enrolment = WorkerEnrolment(transactions=transactions, issuer=issuer, clock=clock)
    made = []
    for _ in range(2):
        tenant, site = a_tenant(), a_site()
        async with transactions.begin_platform() as platform:
            await platform.add_tenant(tenant, None)
        async with transactions.begin(tenant.tenant_id) as tx:
            await tx.sites.add(site, None)
        admin = Principal(new_id(), Role.TENANT_ADMIN, tenant.tenant_id, clock.now() + timedelta(hours=1))
        for _ in range(2):
            token = await tokens.create(admin, site.site_id, display_name="till")
            issued = await enrolment.enrol(token.text, signing_request(new_key()))
            made.append(issued.certificate)
    serials = {each.certificate_id.int for each in made}
    assert not serials & await revoked_in(environment, lists)
    gone = [made[0], made[2]]
    for each in gone:
        async with transactions.begin_exclusive(each.tenant_id) as tx:
            assert await tx.certificates.revoke_worker(each.worker_id, clock.now()) == 1
    assert serials & await revoked_in(environment, lists) == {each.certificate_id.int for each in gone}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("write-crl", "--output", "lists.crl"), "generate-authority"),
        (("write-crl", "--output", "lists.crl", "--days", "0"), "must be a whole number of days, 1 to 90"),
    ],
)
async def test_what_is_wrong_is_said(
    environment: Mapping[str, str], arguments: tuple[str, ...], said: str
) -> None:
    code, told = await run(environment, *arguments)
    assert code != 0
    assert said in told
    assert "Traceback" not in told
