"""ApiKeyService: keys are shown once, reach one site, and end when they are told to."""

import json
from datetime import timedelta

import grpc
import pytest
from fakes.people import as_bearer, audited, provisioning
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from footfall.v1 import api_key_service_pb2, auth_service_pb2, camera_service_pb2, site_service_pb2
from footfall_server.auth.api_keys import parse_api_key
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.errors import FootfallError
from footfall_server.rpc.convert_values import to_timestamp

pb = api_key_service_pb2


def wanted(shop: Shop, name: str = "Kasse", **more: object) -> api_key_service_pb2.ApiKey:
    return pb.ApiKey(display_name=name, site_id=str(shop.own.site.site_id), **more)  # type: ignore[arg-type]


async def made(shop: Shop, core: Replica, name: str = "Kasse", **more: object) -> pb.CreateApiKeyResponse:
    request = pb.CreateApiKeyRequest(api_key=wanted(shop, name, **more))
    return await core.api_keys.CreateApiKey(request, metadata=shop.signed_in(Role.TENANT_ADMIN))


async def sign_in(core: Replica, secret: str) -> auth_service_pb2.IssueTokenResponse:
    return await core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(api_key=secret))


async def read(shop: Shop, core: Replica, api_key_id: str) -> api_key_service_pb2.ApiKey:
    request = pb.GetApiKeyRequest(api_key_id=api_key_id)
    return await core.api_keys.GetApiKey(request, metadata=shop.signed_in(Role.TENANT_ADMIN))


async def test_a_key_is_shown_once(shop: Shop, core: Replica) -> None:
    request = pb.CreateApiKeyRequest(api_key=wanted(shop), request_id=str(new_id()))
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    first = await core.api_keys.CreateApiKey(request, metadata=metadata)
    parts = parse_api_key(first.secret)
    assert parts is not None
    assert first.api_key.prefix == f"ffk_{parts.prefix}"
    assert first.api_key.role == auth_service_pb2.ROLE_WORKER
    again = await core.api_keys.CreateApiKey(request, metadata=metadata)
    assert again.api_key == first.api_key
    assert again.secret == ""
    assert await read(shop, core, first.api_key.api_key_id) == first.api_key
    assert parts.secret not in repr(shop.snapshot()), "the secret is kept in clear"
    [entry] = audited(shop, "api_key.create")
    told = json.loads(entry.detail)
    assert told == {
        "site_id": str(shop.own.site.site_id),
        "role": "worker",
        "prefix": parts.prefix,
        "expires_at": None,
    }


async def test_a_key_acts_at_its_site_in_its_role(shop: Shop, core: Replica) -> None:
    key = await made(shop, core, role=auth_service_pb2.ROLE_SITE_MANAGER)
    issued = await sign_in(core, key.secret)
    assert issued.principal.role == auth_service_pb2.ROLE_SITE_MANAGER
    assert list(issued.principal.site_ids) == [str(shop.own.site.site_id)]
    assert issued.refresh_token == ""
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=as_bearer(issued))
    assert (me.subject_id, me.display_name) == (key.api_key.api_key_id, "Kasse")
    sites = await core.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=as_bearer(issued))
    assert [each.site_id for each in sites.sites] == [str(shop.own.site.site_id)]
    elsewhere = camera_service_pb2.GetCameraRequest(camera_id=str(shop.own.other_camera.camera_id))
    failed = await failure(core.cameras.GetCamera(elsewhere, metadata=as_bearer(issued)))
    assert failed.code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("role", [auth_service_pb2.ROLE_SYSTEM_ADMIN, auth_service_pb2.ROLE_TENANT_ADMIN])
async def test_no_key_is_an_administrator(shop: Shop, core: Replica, role: int) -> None:
    failed = await failure(made(shop, core, role=role))
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("api_key.role",))


async def test_a_token_ends_with_its_key(shop: Shop, core: Replica) -> None:
    ends = shop.clock.now() + timedelta(minutes=5)
    key = await made(shop, core, expire_time=to_timestamp(ends))
    issued = await sign_in(core, key.secret)
    assert issued.expire_time == to_timestamp(ends)
    shop.clock.advance(timedelta(minutes=4, seconds=30))
    assert (await sign_in(core, key.secret)).expire_time == to_timestamp(ends)
    shop.clock.advance(timedelta(seconds=30))
    failed = await failure(sign_in(core, key.secret))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")


async def test_a_worker_has_a_quarter_of_an_hour(shop: Shop, core: Replica) -> None:
    issued = await sign_in(core, (await made(shop, core)).secret)
    assert issued.expire_time == to_timestamp(shop.clock.now() + timedelta(minutes=15))


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=1)])
async def test_a_key_that_has_ended_is_not_made(shop: Shop, core: Replica, ago: timedelta) -> None:
    failed = await failure(made(shop, core, expire_time=to_timestamp(shop.clock.now() - ago)))
    assert failed.fields == ("api_key.expire_time",)
    assert failed.descriptions == ("must be in the future",)


async def test_use_is_noted_to_within_a_minute(shop: Shop, core: Replica) -> None:
    key = await made(shop, core)
    assert not key.api_key.HasField("last_used_time")
    begun = shop.clock.now()
    await sign_in(core, key.secret)
    shop.clock.advance(timedelta(seconds=59))
    committed = shop.transactions.committed
    await sign_in(core, key.secret)
    assert shop.transactions.committed == committed, "every sign-in writes"
    told = await read(shop, core, key.api_key.api_key_id)
    assert told.last_used_time == to_timestamp(begun)
    shop.clock.advance(timedelta(seconds=1))
    await sign_in(core, key.secret)
    told = await read(shop, core, key.api_key.api_key_id)
    assert told.last_used_time == to_timestamp(shop.clock.now())


async def test_keys_are_listed_newest_first_a_page_at_a_time(shop: Shop, core: Replica) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)
    names = []
    for number in range(5):
        shop.clock.advance(timedelta(seconds=number % 2))
        names.append((await made(shop, core, f"Key {number}")).api_key)
    elsewhere = pb.ApiKey(display_name="Elsewhere", site_id=str(shop.own.other_site.site_id))
    await core.api_keys.CreateApiKey(pb.CreateApiKeyRequest(api_key=elsewhere), metadata=admin)
    revoke = pb.RevokeApiKeyRequest(api_key_id=names[2].api_key_id)
    revoked = await core.api_keys.RevokeApiKey(revoke, metadata=admin)
    found: list[api_key_service_pb2.ApiKey] = []
    token = ""
    while True:
        page = await core.api_keys.ListApiKeys(
            pb.ListApiKeysRequest(site_id=str(shop.own.site.site_id), page_size=2, page_token=token),
            metadata=admin,
        )
        found += page.api_keys
        token = page.next_page_token
        if not token:
            break
    assert {each.api_key_id for each in found} == {each.api_key_id for each in names}
    order = [(each.create_time.ToMicroseconds(), each.api_key_id) for each in found]
    assert order == sorted(order, reverse=True)
    assert revoked in found, "a revoked key is not listed"
    everything = await core.api_keys.ListApiKeys(pb.ListApiKeysRequest(), metadata=admin)
    assert len(everything.api_keys) == 6
    foreign = shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    assert not (await core.api_keys.ListApiKeys(pb.ListApiKeysRequest(), metadata=foreign)).api_keys


async def test_revoking_again_changes_nothing(shop: Shop, core: Replica) -> None:
    key = await made(shop, core)
    admin = shop.signed_in(Role.TENANT_ADMIN)
    request = pb.RevokeApiKeyRequest(api_key_id=key.api_key.api_key_id)
    first = await core.api_keys.RevokeApiKey(request, metadata=admin)
    assert first.revoke_time == to_timestamp(shop.clock.now())
    shop.clock.advance(timedelta(minutes=1))
    assert await core.api_keys.RevokeApiKey(request, metadata=admin) == first
    assert len(audited(shop, "api_key.revoke")) == 1
    failed = await failure(sign_in(core, key.secret))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")


async def test_keys_go_with_their_site(shop: Shop, core: Replica) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)
    site = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name="Leer")), metadata=admin
    )
    request = pb.CreateApiKeyRequest(api_key=pb.ApiKey(display_name="Kasse", site_id=site.site_id))
    key = await core.api_keys.CreateApiKey(request, metadata=admin)
    await core.sites.DeleteSite(site_service_pb2.DeleteSiteRequest(site_id=site.site_id), metadata=admin)
    failed = await failure(sign_in(core, key.secret))
    assert failed.reason == "BAD_CREDENTIALS"
    named = [str(each) for each in shop.transactions.platform.revocations]
    assert named == [key.api_key.api_key_id], "its tokens live on"


async def test_an_operator_makes_keys_at_the_machine(shop: Shop, core: Replica) -> None:
    key = await provisioning(shop).create_api_key(
        shop.own.tenant.tenant_id,
        shop.own.site.site_id,
        display_name="Tablet",
        role=Role.SITE_MANAGER,
        expires_in=timedelta(days=7),
    )
    told = await read(shop, core, str(key.api_key_id))
    assert told.role == auth_service_pb2.ROLE_SITE_MANAGER
    assert told.expire_time == to_timestamp(shop.clock.now() + timedelta(days=7))
    [entry] = audited(shop, "api_key.create")
    assert (entry.actor_id, entry.resource_id) == (None, key.api_key_id)
    with pytest.raises(FootfallError, match="role: must be worker or site_manager"):
        await provisioning(shop).create_api_key(
            shop.own.tenant.tenant_id,
            shop.own.site.site_id,
            display_name="x",
            role=Role.TENANT_ADMIN,
        )
