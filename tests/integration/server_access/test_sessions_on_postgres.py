"""Refreshing at once on two replicas that share nothing but the database."""

import asyncio
from datetime import timedelta

import grpc
from fakes.people import PASSWORD
from fakes.rpc_failures import failure
from footfall.v1 import auth_service_pb2, site_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.storage.postgres.tables import audit_log, refresh_tokens, revocations, sessions
from real_access import RealAccess, RealReplica
from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

AT_ONCE = 8


async def signed_in(access: RealAccess, replica: RealReplica) -> auth_service_pb2.IssueTokenResponse:
    email = f"{new_id()}@example.com"
    await access.provisioning.create_tenant_admin(
        access.tenant.tenant_id, email=email, display_name="", password=PASSWORD
    )
    credentials = auth_service_pb2.PasswordCredentials(email=email, password=PASSWORD)
    return await replica.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=credentials))


async def refresh(replica: RealReplica, token: str) -> auth_service_pb2.IssueTokenResponse:
    return await replica.auth.IssueToken(auth_service_pb2.IssueTokenRequest(refresh_token=token))


async def counted(access: RealAccess, found: Select[tuple[int]]) -> int:
    """Counts rows of the tenant."""
    engine = create_async_engine(access.database.app_dsn.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.begin() as connection:
            tenant = {"tenant": str(access.tenant.tenant_id)}
            await connection.execute(text("select set_config('app.tenant_id', :tenant, true)"), tenant)
            return int((await connection.execute(found)).scalar_one())
    finally:
        await engine.dispose()


async def test_two_replicas_never_fork_a_session(access: RealAccess) -> None:
    one, other = await access.replica(), await access.replica()
    last = (await signed_in(access, one)).refresh_token
    for _ in range(5):
        answers = await asyncio.gather(
            *(refresh(replica, last) for replica in (one, other) for _ in range(AT_ONCE))
        )
        assert len({each.refresh_token for each in answers}) == 1, "two successors were given"
        last = answers[0].refresh_token
    unused = select(func.count()).select_from(refresh_tokens).where(refresh_tokens.c.used_at.is_(None))
    assert await counted(access, unused) == 1
    assert await counted(access, select(func.count()).select_from(refresh_tokens)) == 6


async def test_a_stolen_token_ends_the_session_on_both_replicas(access: RealAccess) -> None:
    access.grace = timedelta(0)
    one, other = await access.replica(), await access.replica()
    stolen = (await signed_in(access, one)).refresh_token
    owners = await refresh(one, stolen)
    answers = await asyncio.gather(
        *(failure(refresh(replica, stolen)) for replica in (one, other) for _ in range(AT_ONCE))
    )
    assert {each.reason for each in answers} == {"BAD_CREDENTIALS"}
    for replica in (one, other):
        assert (await failure(refresh(replica, owners.refresh_token))).reason == "BAD_CREDENTIALS"
    reused = select(func.count()).select_from(audit_log).where(audit_log.c.action == "auth.refresh_reused")
    assert await counted(access, reused) == 1, "one theft is told more than once"
    ended = select(func.count()).select_from(sessions).where(sessions.c.revoked_at.is_not(None))
    assert await counted(access, ended) == 1
    assert await counted(access, select(func.count()).select_from(revocations)) == 1


async def test_an_operators_session_is_kept_outside_of_tenants(access: RealAccess) -> None:
    one, other = await access.replica(), await access.replica()
    email = f"{new_id()}@example.com"
    await access.provisioning.create_system_admin(email=email, display_name="", password=PASSWORD)
    credentials = auth_service_pb2.PasswordCredentials(email=email, password=PASSWORD)
    issued = await one.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=credentials))
    metadata = (("authorization", f"Bearer {issued.access_token}"),)
    switch = auth_service_pb2.SwitchTenantRequest(tenant_id=str(access.tenant.tenant_id))
    await other.auth.SwitchTenant(switch, metadata=metadata)
    acting = await refresh(other, issued.refresh_token)
    assert acting.principal.tenant_id == str(access.tenant.tenant_id)
    metadata = (("authorization", f"Bearer {acting.access_token}"),)
    listed = await one.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=metadata)
    assert [each.site_id for each in listed.sites] == [str(access.site.site_id)]
    entered = select(func.count()).select_from(audit_log).where(audit_log.c.action == "auth.switch_tenant")
    assert await counted(access, entered) == 1, "the tenant's log does not tell it"
    await one.auth.SignOut(auth_service_pb2.SignOutRequest(everywhere=True), metadata=metadata)
    failed = await failure(refresh(other, acting.refresh_token))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")
