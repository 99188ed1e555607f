"""footfall-server create-api-key, in this process, on a real database."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from footfall_server.__main__ import main
from footfall_server.auth.api_keys import parse_api_key
from footfall_server.domain.identity import ApiKey, Role
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import a_site, a_tenant


@pytest.fixture
def place(footfall_database: FootfallDatabase, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, UUID]:
    """A tenant and its site; the environment names their database."""
    monkeypatch.setenv("FOOTFALL_SERVER_POSTGRES__DSN", footfall_database.app_dsn)
    # A command owns its process, and with it the log; here it would outlive the command.
    monkeypatch.setattr("footfall_server.administration.configure_logging", lambda **_: None)
    tenant, site = a_tenant(), a_site()

    async def make() -> None:
        engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=1))
        transactions = PostgresTransactions(engine)
        async with transactions.begin_platform() as platform:
            await platform.add_tenant(tenant, None)
        async with transactions.begin(tenant.tenant_id) as tx:
            await tx.sites.add(site, None)
        await engine.dispose()

    asyncio.run(make())
    return tenant.tenant_id, site.site_id


def kept(database: FootfallDatabase, tenant_id: UUID, api_key_id: UUID) -> ApiKey | None:
    async def read() -> ApiKey | None:
        engine = make_engine(database.app_dsn, limits=PostgresLimits(pool_size=1))
        async with PostgresTransactions(engine).begin(tenant_id) as tx:
            key = await tx.api_keys.get(api_key_id)
        await engine.dispose()
        return key

    return asyncio.run(read())


@pytest.mark.parametrize("more", [[], ["--role", "site_manager", "--expires-in-days", "7"]])
def test_a_key_is_made_as_it_was_told(
    footfall_database: FootfallDatabase,
    place: tuple[UUID, UUID],
    capsys: pytest.CaptureFixture[str],
    more: list[str],
) -> None:
    tenant_id, site_id = place
    main(
        ["create-api-key", "--tenant-id", str(tenant_id), "--site-id", str(site_id), "--name", "Kasse", *more]
    )
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    parts = parse_api_key(told["api_key"])
    assert parts is not None
    assert told["prefix"] == parts.prefix
    key = kept(footfall_database, tenant_id, UUID(told["api_key_id"]))
    assert key is not None
    assert (key.site_id, key.display_name, key.prefix) == (site_id, "Kasse", parts.prefix)
    assert key.role is (Role.SITE_MANAGER if more else Role.WORKER)
    if more:
        assert key.expires_at is not None
        assert abs(key.expires_at - key.created_at - timedelta(days=7)) < timedelta(minutes=1)
    else:
        assert key.expires_at is None


@pytest.mark.parametrize(
    "wrong", [["--role", "tenant_admin"], ["--expires-in-days", "0"], ["--expires-in-days", "soon"]]
)
def test_what_a_key_cannot_be_is_said(
    place: tuple[UUID, UUID], capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    tenant_id, site_id = place
    which = ["--tenant-id", str(tenant_id), "--site-id", str(site_id), "--name", "Kasse"]
    with pytest.raises(SystemExit) as ended:
        main(["create-api-key", *which, *wrong])
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err
