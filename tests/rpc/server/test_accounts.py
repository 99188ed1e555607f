"""Signing in, and who is let in with what."""

from dataclasses import replace

import grpc
import pytest
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop, bearer
from footfall.v1 import auth_service_pb2
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.domain.identity import Role
from footfall_server.services.provisioning import ProvisioningService

PASSWORD = "correct horse battery"


def provisioning(shop: Shop) -> ProvisioningService:
    return ProvisioningService(
        transactions=shop.transactions, passwords=shop.passwords, policy=PasswordPolicy(), clock=shop.clock
    )


def by_password(email: str, password: str = PASSWORD) -> auth_service_pb2.IssueTokenRequest:
    return auth_service_pb2.IssueTokenRequest(
        password=auth_service_pb2.PasswordCredentials(email=email, password=password)
    )


async def test_an_administrator_signs_in_and_is_greeted(shop: Shop, core: Replica) -> None:
    user_id = await provisioning(shop).create_tenant_admin(
        shop.own.tenant.tenant_id, email="Chefin@nord.example", display_name="Chefin", password=PASSWORD
    )
    issued = await core.auth.IssueToken(by_password("chefin@NORD.example"))
    assert issued.token_type == "Bearer"
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=bearer(issued.access_token))
    assert me == issued.principal
    assert me.subject_id == str(user_id)
    assert me.role == auth_service_pb2.ROLE_TENANT_ADMIN
    assert (me.display_name, me.tenant_name) == ("Chefin", "Kaufhaus Nord")
    assert me.expire_time == issued.expire_time


async def test_a_system_administrator_has_no_tenant(shop: Shop, core: Replica) -> None:
    await provisioning(shop).create_system_admin(email="ops@example.com", display_name="", password=PASSWORD)
    issued = await core.auth.IssueToken(by_password("ops@example.com"))
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=bearer(issued.access_token))
    assert (me.role, me.tenant_id, me.display_name) == (auth_service_pb2.ROLE_SYSTEM_ADMIN, "", "ops")


async def test_an_api_key_signs_a_worker_of_its_site_in(shop: Shop, core: Replica) -> None:
    made = await provisioning(shop).create_api_key(
        shop.own.tenant.tenant_id, shop.own.site.site_id, display_name="Kasse"
    )
    issued = await core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(api_key=made.text))
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=bearer(issued.access_token))
    assert me.role == auth_service_pb2.ROLE_WORKER
    assert list(me.site_ids) == [str(shop.own.site.site_id)]
    assert me.subject_id == str(made.api_key_id)
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    assert tables.api_keys[made.api_key_id].last_used_at == shop.clock.now()


@pytest.mark.parametrize("case", ["address", "password", "disabled", "api key", "api key secret", "revoked"])
async def test_bad_credentials_are_answered_alike(shop: Shop, core: Replica, case: str) -> None:
    made = await provisioning(shop).create_api_key(
        shop.own.tenant.tenant_id, shop.own.site.site_id, display_name="Kasse"
    )
    user_id = await provisioning(shop).create_tenant_admin(
        shop.own.tenant.tenant_id, email="a@nord.example", display_name="", password=PASSWORD
    )
    request = {
        "address": by_password("nobody@nord.example"),
        "password": by_password("a@nord.example", "wrong"),
        "disabled": by_password("a@nord.example"),
        "api key": auth_service_pb2.IssueTokenRequest(api_key="ffk_0123456789ab_" + "0" * 64),
        "api key secret": auth_service_pb2.IssueTokenRequest(api_key=made.text[:-4] + "zzzz"),
        "revoked": auth_service_pb2.IssueTokenRequest(api_key=made.text),
    }[case]
    users = shop.transactions.platform.users
    if case == "disabled":
        users[user_id] = replace(users[user_id], disabled_at=shop.clock.now())
    keys = shop.transactions.tables(shop.own.tenant.tenant_id).api_keys
    if case == "revoked":
        keys[made.api_key_id] = replace(keys[made.api_key_id], revoked_at=shop.clock.now())
    log = shop.transactions.tables(shop.own.tenant.tenant_id).audit
    log.clear()
    before = shop.snapshot()
    failed = await failure(core.auth.IssueToken(request))
    assert failed.code is grpc.StatusCode.UNAUTHENTICATED
    assert failed.reason == "BAD_CREDENTIALS"
    assert failed.message == "the credentials are not right"
    if case in {"password", "disabled"}:
        await until(lambda: bool(log))
        assert [each.action for each in log.values()] == ["auth.sign_in_failed"]
        log.clear()
    shop.transactions.platform.login_attempts.clear()
    assert shop.snapshot() == before


async def test_an_outdated_hash_is_replaced(shop: Shop, core: Replica) -> None:
    user_id = await provisioning(shop).create_tenant_admin(
        shop.own.tenant.tenant_id, email="a@nord.example", display_name="", password=PASSWORD
    )
    users = shop.transactions.platform.users
    outdated = shop.passwords._hasher.__class__(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    users[user_id] = replace(users[user_id], password_hash=outdated)
    await core.auth.IssueToken(by_password("a@nord.example"))
    assert shop.transactions.platform.users[user_id].password_hash != outdated
    await core.auth.IssueToken(by_password("a@nord.example"))


async def test_who_was_shut_out_is_nobody(shop: Shop, core: Replica) -> None:
    metadata = bearer(shop.token(Role.TENANT_ADMIN))
    failed = await failure(core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=metadata))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_the_public_keys_are_public(shop: Shop, core: Replica) -> None:
    answer = await core.auth.GetJwks(auth_service_pb2.GetJwksRequest())
    assert [(key.kid, key.kty, key.alg, key.use) for key in answer.keys] == [
        (shop.keys.newest.kid, "RSA", "RS256", "sig")
    ]
