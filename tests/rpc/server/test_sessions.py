"""Sessions: what goes on, what ends, and what the logs tell of it."""

import json
from dataclasses import replace
from datetime import timedelta

import grpc
import pytest
from fakes.people import (
    Person,
    a_manager,
    an_admin,
    an_operator,
    as_bearer,
    audited,
    audited_by_platform,
    by_password,
    cookies_of,
    me,
    refresh,
    sign_in,
)
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import auth_service_pb2, site_service_pb2, tenant_service_pb2
from footfall_server.auth.refresh_tokens import hash_refresh_token
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role

BAD_CREDENTIALS = (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS", "the credentials are not right")
GRACE = timedelta(seconds=10)


async def refused(core: Replica, token: str) -> None:
    failed = await failure(refresh(core, token))
    assert (failed.code, failed.reason, failed.message) == BAD_CREDENTIALS


async def turned_away(core: Replica, metadata: Metadata) -> bool:
    """Whether a token is believed no more."""
    try:
        await core.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error.code() is grpc.StatusCode.UNAUTHENTICATED
    return False


async def let_revocations_arrive(shop: Shop, core: Replica) -> None:
    """Returns when the replica knows of every revocation that was committed."""
    committed = shop.transactions.platform.revocations
    await until(lambda: set(core.core._revocations._known or ()) == set(committed))


async def test_a_session_goes_on_with_a_new_token_each_time(shop: Shop, core: Replica) -> None:
    first = await sign_in(core, await an_admin(shop))
    assert (first.expire_time.ToDatetime() - shop.clock.now().replace(tzinfo=None)) == timedelta(minutes=10)
    seen = {first.refresh_token}
    last = first
    for _ in range(4):
        shop.clock.advance(timedelta(hours=11))
        last = await refresh(core, last.refresh_token)
        seen.add(last.refresh_token)
        assert (await me(core, last)).subject_id == first.principal.subject_id
    assert len(seen) == 5
    kept = repr(shop.snapshot())
    for token in seen:
        assert token not in kept, "a refresh token is kept in clear"
        assert hash_refresh_token(token) in kept


async def test_a_session_ends_when_it_is_not_used(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_admin(shop))
    until_idle = issued.refresh_expire_time.ToDatetime() - shop.clock.now().replace(tzinfo=None)
    assert until_idle == timedelta(hours=12)
    shop.clock.advance(until_idle)
    await refused(core, issued.refresh_token)


async def test_a_session_ends_however_much_it_is_used(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_admin(shop))
    end = shop.clock.now() + timedelta(days=30)
    while shop.clock.now() + timedelta(hours=11) < end:
        shop.clock.advance(timedelta(hours=11))
        issued = await refresh(core, issued.refresh_token)
    shop.clock.at = end - timedelta(minutes=1)
    issued = await refresh(core, issued.refresh_token)
    assert issued.expire_time == issued.refresh_expire_time, "a token outlives its session"
    shop.clock.at = end
    await refused(core, issued.refresh_token)


async def test_an_answer_that_was_lost_is_given_again(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_admin(shop))
    first = await refresh(core, issued.refresh_token)
    shop.clock.advance(GRACE)
    again = await refresh(core, issued.refresh_token)
    assert again.refresh_token == first.refresh_token
    await refresh(core, again.refresh_token)


@pytest.mark.parametrize("case", ["after the grace", "after its successor was used"])
async def test_who_uses_a_token_twice_ends_the_session(shop: Shop, core: Replica, case: str) -> None:
    person = await an_admin(shop)
    other = await sign_in(core, person)
    issued = await sign_in(core, person)
    successor = await refresh(core, issued.refresh_token)
    newest = successor
    if case == "after the grace":
        shop.clock.advance(GRACE + timedelta(microseconds=1))
    else:
        newest = await refresh(core, successor.refresh_token)
    await refused(core, issued.refresh_token)
    await refused(core, newest.refresh_token)
    await let_revocations_arrive(shop, core)
    assert await turned_away(core, as_bearer(newest))
    assert not await turned_away(core, as_bearer(other)), "another session ended, too"
    [entry] = audited(shop, "auth.refresh_reused")
    assert (entry.actor_id, entry.resource_id) == (None, person.user_id)
    assert json.loads(entry.detail)["session_id"] in {
        str(each) for each in shop.transactions.platform.sessions
    }


@pytest.mark.parametrize("token", ["ffr_" + "0" * 64, "ffr_", "nonsense", "ffr_" + "A" * 64, ""])
async def test_what_is_no_token_is_refused_alike(shop: Shop, core: Replica, token: str) -> None:
    before = shop.snapshot()
    await refused(core, token)
    assert shop.snapshot() == before


async def test_a_refresh_finds_the_account_as_it_is(shop: Shop, core: Replica) -> None:
    person = await a_manager(shop)
    issued = await sign_in(core, person)
    assert list(issued.principal.site_ids) == [str(shop.own.site.site_id)]
    users = shop.transactions.platform.users
    other = frozenset({shop.own.other_site.site_id})
    users[person.user_id] = replace(users[person.user_id], site_ids=other, display_name="Lager")
    moved = await refresh(core, issued.refresh_token)
    assert list(moved.principal.site_ids) == [str(shop.own.other_site.site_id)]
    assert moved.principal.display_name == "Lager"
    users[person.user_id] = replace(users[person.user_id], role=Role.TENANT_ADMIN, site_ids=None)
    raised = await refresh(core, moved.refresh_token)
    assert raised.principal.role == auth_service_pb2.ROLE_TENANT_ADMIN
    assert not raised.principal.site_ids


@pytest.mark.parametrize("case", ["disabled", "deleted"])
async def test_who_was_shut_out_does_not_go_on(shop: Shop, core: Replica, case: str) -> None:
    person = await an_admin(shop)
    issued = await sign_in(core, person)
    users = shop.transactions.platform.users
    account = users[person.user_id]
    if case == "disabled":
        users[person.user_id] = replace(account, disabled_at=shop.clock.now())
    else:
        del users[person.user_id]
    await refused(core, issued.refresh_token)
    users[person.user_id] = account
    await refused(core, issued.refresh_token)


async def test_sign_ins_are_told_in_the_log_of_their_tenant(shop: Shop, core: Replica) -> None:
    person, operator = await an_admin(shop), await an_operator(shop)
    await sign_in(core, person)
    await sign_in(core, operator)
    [entry] = audited(shop, "auth.sign_in")
    assert (entry.actor_id, entry.actor_role, entry.resource) == (person.user_id, "tenant_admin", "user")
    told = json.loads(entry.detail)
    [session_id] = [
        each.session_id
        for each in shop.transactions.platform.sessions.values()
        if each.user_id == person.user_id
    ]
    assert told == {"method": "password", "session_id": str(session_id)}
    [entry] = audited_by_platform(shop, "auth.sign_in")
    assert entry.actor_id == operator.user_id


async def test_failed_sign_ins_of_known_accounts_are_told_without_an_address(
    shop: Shop, core: Replica
) -> None:
    person = await an_admin(shop)
    wrong = replace(person, password="wrong")
    await failure(core.auth.IssueToken(by_password(wrong)))
    await failure(core.auth.IssueToken(by_password(Person(new_id(), "nobody@nord.example"))))
    await until(lambda: bool(audited(shop, "auth.sign_in_failed")))
    [entry] = audited(shop, "auth.sign_in_failed")
    assert (entry.actor_id, entry.resource_id) == (None, person.user_id)
    assert json.loads(entry.detail) == {"method": "password"}
    assert not audited_by_platform(shop, "auth.sign_in_failed")


async def test_failures_are_written_even_if_the_core_stops_at_once(shop: Shop) -> None:
    async with shop.replica() as core:
        wrong = replace(await an_operator(shop), password="wrong")
        await failure(core.auth.IssueToken(by_password(wrong)))
    assert len(audited_by_platform(shop, "auth.sign_in_failed")) == 1


async def test_signing_out_ends_the_session_and_no_other(shop: Shop, core: Replica) -> None:
    person = await an_admin(shop)
    leaving, staying = await sign_in(core, person), await sign_in(core, person)
    await core.auth.SignOut(auth_service_pb2.SignOutRequest(), metadata=as_bearer(leaving))
    await let_revocations_arrive(shop, core)
    assert await turned_away(core, as_bearer(leaving))
    await refused(core, leaving.refresh_token)
    assert not await turned_away(core, as_bearer(staying))
    await refresh(core, staying.refresh_token)
    [entry] = audited(shop, "auth.sign_out")
    assert json.loads(entry.detail)["ended"] == 1


async def test_signing_out_everywhere_ends_all_and_lets_in_again(shop: Shop, core: Replica) -> None:
    person, other = await an_admin(shop), await an_admin(shop, "andere@nord.example")
    sessions = [await sign_in(core, person) for _ in range(3)]
    others = await sign_in(core, other)
    request = auth_service_pb2.SignOutRequest(everywhere=True)
    await core.auth.SignOut(request, metadata=as_bearer(sessions[0]))
    await let_revocations_arrive(shop, core)
    for each in sessions:
        assert await turned_away(core, as_bearer(each))
        await refused(core, each.refresh_token)
    assert not await turned_away(core, as_bearer(others))
    # In the same second: the new token is dated after the end of the old ones.
    back = await sign_in(core, person)
    assert not await turned_away(core, as_bearer(back))
    [entry] = audited(shop, "auth.sign_out")
    assert json.loads(entry.detail)["ended"] == 3


async def test_a_program_has_no_session_to_end(shop: Shop, core: Replica) -> None:
    token = shop.tokens.issue(
        subject_id=new_id(),
        role=Role.SITE_MANAGER,
        tenant_id=shop.own.tenant.tenant_id,
        site_ids=frozenset({shop.own.site.site_id}),
        lifetime=timedelta(minutes=5),
    )
    metadata = (("authorization", f"Bearer {token.text}"),)
    failed = await failure(core.auth.SignOut(auth_service_pb2.SignOutRequest(), metadata=metadata))
    assert failed.code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_browser_keeps_its_token_in_a_cookie(shop: Shop, core: Replica) -> None:
    call = core.auth.IssueToken(by_password(await an_admin(shop), use_cookie=True))
    [cookie] = await cookies_of(call)
    issued = await call
    assert issued.refresh_token == ""
    assert issued.HasField("refresh_expire_time")
    value, *attributes = cookie.split("; ")
    assert value.startswith("footfall_refresh=ffr_")
    assert set(attributes) == {
        "Max-Age=43200",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/footfall.v1.AuthService/",
        "Secure",
    }
    # Without use_cookie as well: a script that asks is not told what it could not read.
    again = core.auth.IssueToken(
        auth_service_pb2.IssueTokenRequest(refresh_token=""), metadata=(("cookie", f"a=b; {value}"),)
    )
    [next_cookie] = await cookies_of(again)
    refreshed = await again
    assert refreshed.refresh_token == ""
    assert next_cookie != cookie
    out = core.auth.SignOut(
        auth_service_pb2.SignOutRequest(),
        metadata=[*as_bearer(refreshed), ("cookie", next_cookie.partition(";")[0])],
    )
    [cleared] = await cookies_of(out)
    assert cleared.startswith("footfall_refresh=; Max-Age=0; ")
    await refused(core, next_cookie.partition(";")[0].partition("=")[2])


async def test_no_cookie_is_set_unasked(shop: Shop, core: Replica) -> None:
    call = core.auth.IssueToken(by_password(await an_admin(shop)))
    assert await cookies_of(call) == []
    issued = await call
    out = core.auth.SignOut(auth_service_pb2.SignOutRequest(), metadata=as_bearer(issued))
    assert await cookies_of(out) == []
    assert (await failure(core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(refresh_token="")))).code


async def test_an_operator_acts_for_a_tenant_and_leaves_it(shop: Shop, core: Replica) -> None:
    operator = await an_operator(shop)
    issued = await sign_in(core, operator)
    sites = site_service_pb2.ListSitesRequest()
    failed = await failure(core.sites.ListSites(sites, metadata=as_bearer(issued)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TENANT_REQUIRED")
    switched = await core.auth.SwitchTenant(
        auth_service_pb2.SwitchTenantRequest(tenant_id=str(shop.own.tenant.tenant_id)),
        metadata=as_bearer(issued),
    )
    assert (switched.principal.role, switched.principal.tenant_name) == (
        auth_service_pb2.ROLE_SYSTEM_ADMIN,
        "Kaufhaus Nord",
    )
    assert switched.refresh_token == ""
    assert (await me(core, switched)).tenant_id == str(shop.own.tenant.tenant_id)
    assert len((await core.sites.ListSites(sites, metadata=as_bearer(switched))).sites) == 2
    # Its own work is not taken away, and the session keeps to the tenant.
    await core.tenants.ListTenants(tenant_service_pb2.ListTenantsRequest(), metadata=as_bearer(switched))
    refreshed = await refresh(core, issued.refresh_token)
    assert refreshed.principal.tenant_id == str(shop.own.tenant.tenant_id)
    left = await core.auth.SwitchTenant(auth_service_pb2.SwitchTenantRequest(), metadata=as_bearer(refreshed))
    assert left.principal.tenant_id == ""
    assert (await refresh(core, refreshed.refresh_token)).principal.tenant_id == ""
    [told] = audited(shop, "auth.switch_tenant")
    assert (told.actor_id, told.resource_id) == (operator.user_id, shop.own.tenant.tenant_id)
    assert len(audited(shop, "auth.leave_tenant")) == 1
    tenant_ids = [json.loads(each.detail)["to"] for each in audited_by_platform(shop, "auth.switch_tenant")]
    assert tenant_ids == [str(shop.own.tenant.tenant_id), None]


async def test_a_tenant_that_is_not_there_is_not_found(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_operator(shop))
    before = shop.snapshot()
    request = auth_service_pb2.SwitchTenantRequest(tenant_id=str(new_id()))
    failed = await failure(core.auth.SwitchTenant(request, metadata=as_bearer(issued)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND")
    assert shop.snapshot() == before


async def test_nobody_else_switches(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_admin(shop))
    request = auth_service_pb2.SwitchTenantRequest(tenant_id=str(shop.foreign.tenant.tenant_id))
    failed = await failure(core.auth.SwitchTenant(request, metadata=as_bearer(issued)))
    assert failed.code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_session_that_ended_does_not_switch(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, await an_operator(shop))
    sessions = shop.transactions.platform.sessions
    [session] = sessions.values()
    sessions[session.session_id] = replace(session, revoked_at=shop.clock.now())
    request = auth_service_pb2.SwitchTenantRequest(tenant_id=str(shop.own.tenant.tenant_id))
    failed = await failure(core.auth.SwitchTenant(request, metadata=as_bearer(issued)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_a_tenant_that_is_removed_is_left_and_its_people_are_out(shop: Shop, core: Replica) -> None:
    operator = await sign_in(core, await an_operator(shop))
    tenant = await core.tenants.CreateTenant(
        tenant_service_pb2.CreateTenantRequest(tenant=tenant_service_pb2.Tenant(display_name="Leer")),
        metadata=as_bearer(operator),
    )
    acting = await core.auth.SwitchTenant(
        auth_service_pb2.SwitchTenantRequest(tenant_id=tenant.tenant_id), metadata=as_bearer(operator)
    )
    await core.tenants.DeleteTenant(
        tenant_service_pb2.DeleteTenantRequest(tenant_id=tenant.tenant_id), metadata=as_bearer(acting)
    )
    await let_revocations_arrive(shop, core)
    assert await turned_away(core, as_bearer(acting))
    assert (await refresh(core, operator.refresh_token)).principal.tenant_id == ""
