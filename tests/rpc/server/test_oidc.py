"""Signing in at an identity provider: a real one on loopback, honest and not."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import jwt
import pytest
import structlog
from fakes.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    Claims,
    OidcProvider,
    Person,
    SigningKey,
    redirect,
)
from fakes.rpc_failures import Failure, failure
from fakes.shop import Replica, Shop, bearer
from footfall.v1 import auth_service_pb2
from footfall_server.auth.oidc_client import OidcClient
from footfall_server.auth.oidc_http import new_http_client
from footfall_server.auth.oidc_settings import OidcProviderSettings
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User

ADMINS, NORTH, STATION = "footfall-admins", "north", "station"


@pytest.fixture
def provider(shop: Shop) -> Iterator[OidcProvider]:
    with OidcProvider(shop.clock).serving() as served:
        yield served


@pytest.fixture
async def core(shop: Shop, provider: OidcProvider) -> AsyncIterator[Replica]:
    """A replica that knows the provider as the chain's own, and as that of system administrators."""
    sites = [str(shop.own.site.site_id)], [str(shop.own.other_site.site_id)]
    chain = settings(
        provider,
        provider_id="chain",
        display_name="Kaufhaus-Konto",
        tenant_id=str(shop.own.tenant.tenant_id),
        rules=[
            {"group": ADMINS, "role": "tenant_admin"},
            {"group": NORTH, "role": "site_manager", "site_ids": sites[0]},
            {"group": STATION, "role": "site_manager", "site_ids": sites[1]},
        ],
    )
    operators = settings(
        provider,
        provider_id="operators",
        display_name="Betrieb",
        rules=[{"group": "ops", "role": "system_admin"}],
    )
    async with new_http_client() as http:
        shop.identity_providers = [
            OidcClient(settings=each, http=http, clock=shop.clock) for each in (chain, operators)
        ]
        async with shop.replica() as replica:
            yield replica


def settings(provider: OidcProvider, **values: Any) -> OidcProviderSettings:
    return OidcProviderSettings(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri=REDIRECT_URI,
        **values,
    )


def person(*groups: str, **claims: Any) -> Person:
    told = {
        "email": f"{new_id()}@nord.example",
        "email_verified": True,
        "name": "Anna Geheim",
        "groups": list(groups),
    }
    return Person(f"sub-{new_id()}", {**told, **claims})


async def started(core: Replica, provider_id: str = "chain") -> auth_service_pb2.StartOidcLoginResponse:
    return await core.auth.StartOidcLogin(auth_service_pb2.StartOidcLoginRequest(provider_id=provider_id))


def credentials(code: str, state: str, secret: str) -> auth_service_pb2.IssueTokenRequest:
    return auth_service_pb2.IssueTokenRequest(
        oidc=auth_service_pb2.OidcCredentials(code=code, state=state, login_secret=secret)
    )


async def came_back(
    core: Replica, provider: OidcProvider, who: Person, provider_id: str = "chain"
) -> auth_service_pb2.IssueTokenRequest:
    login = await started(core, provider_id)
    code, state = provider.browse(login.authorization_url, who)
    return credentials(code, state, login.login_secret)


async def sign_in(
    core: Replica, provider: OidcProvider, who: Person, provider_id: str = "chain"
) -> auth_service_pb2.IssueTokenResponse:
    return await core.auth.IssueToken(await came_back(core, provider, who, provider_id))


def account(shop: Shop, issued: auth_service_pb2.IssueTokenResponse) -> User:
    return shop.transactions.platform.users[UUID(issued.principal.subject_id)]


def is_refused(failed: Failure) -> None:
    assert (failed.code, failed.reason, failed.message) == (
        grpc.StatusCode.UNAUTHENTICATED,
        "BAD_CREDENTIALS",
        "the credentials are not right",
    )


def is_unavailable(failed: Failure) -> None:
    assert (failed.code, failed.reason) == (
        grpc.StatusCode.UNAVAILABLE,
        "IDENTITY_PROVIDER_UNAVAILABLE",
    )
    assert failed.retry_seconds == 5


async def test_the_sign_in_page_offers_the_providers_and_tells_no_more(core: Replica) -> None:
    answer = await core.auth.ListIdentityProviders(auth_service_pb2.ListIdentityProvidersRequest())
    assert [(each.provider_id, each.display_name) for each in answer.providers] == [
        ("operators", "Betrieb"),
        ("chain", "Kaufhaus-Konto"),
    ]
    assert {field.name for field in auth_service_pb2.IdentityProvider.DESCRIPTOR.fields} == {
        "provider_id",
        "display_name",
    }


async def test_a_person_is_let_in_and_has_an_account_from_then_on(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    who = person(NORTH, "something else")
    issued = await sign_in(core, provider, who)
    assert issued.principal.role == auth_service_pb2.ROLE_SITE_MANAGER
    assert list(issued.principal.site_ids) == [str(shop.own.site.site_id)]
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=bearer(issued.access_token))
    assert (me.display_name, me.tenant_name) == ("Anna Geheim", "Kaufhaus Nord")
    again = await sign_in(core, provider, who)
    assert again.principal.subject_id == issued.principal.subject_id, "one account per identity"
    user = account(shop, issued)
    assert (user.oidc_issuer, user.oidc_subject) == (provider.issuer, who.subject)
    assert (user.identity_provider, user.password_hash) == ("chain", None)
    assert user.last_sign_in_at == shop.clock.now()
    entries = shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
    assert [each.action for each in entries] == ["user.create", "auth.sign_in", "auth.sign_in"]
    assert "Anna" not in repr([each.detail for each in entries])


async def test_the_browser_is_sent_with_pkce_and_nothing_is_kept_in_clear(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    request = await came_back(core, provider, person(NORTH))
    kept = repr(shop.transactions.platform.oidc_logins)
    [row] = shop.transactions.platform.oidc_logins.values()
    for secret in (request.oidc.state, request.oidc.login_secret, request.oidc.code):
        assert secret not in kept
    assert row.expires_at == shop.clock.now() + timedelta(minutes=10)
    await core.auth.IssueToken(request)
    assert not shop.transactions.platform.oidc_logins


async def test_all_groups_count_and_the_highest_role_wins(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    both = await sign_in(core, provider, person(NORTH, STATION))
    assert set(both.principal.site_ids) == {
        str(shop.own.site.site_id),
        str(shop.own.other_site.site_id),
    }
    boss = await sign_in(core, provider, person(STATION, ADMINS))
    assert (boss.principal.role, list(boss.principal.site_ids)) == (auth_service_pb2.ROLE_TENANT_ADMIN, [])
    ops = await sign_in(core, provider, person("ops"), "operators")
    assert (ops.principal.role, ops.principal.tenant_id) == (auth_service_pb2.ROLE_SYSTEM_ADMIN, "")


async def test_groups_and_address_may_come_from_userinfo(core: Replica, provider: OidcProvider) -> None:
    who = Person(
        "sub-userinfo",
        {},
        {"groups": [ADMINS], "email": "u@nord.example", "email_verified": True, "name": "U"},
    )
    issued = await sign_in(core, provider, who)
    assert (issued.principal.role, issued.principal.display_name) == (auth_service_pb2.ROLE_TENANT_ADMIN, "U")
    who.userinfo["sub"] = "sub-of-somebody-else"
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, who))))


async def test_role_and_sites_follow_the_groups(shop: Shop, core: Replica, provider: OidcProvider) -> None:
    who = person(ADMINS)
    user = account(shop, await sign_in(core, provider, who))
    assert user.role is Role.TENANT_ADMIN
    who.claims["groups"] = [STATION]
    user = account(shop, await sign_in(core, provider, who))
    assert (user.role, user.site_ids) == (
        Role.SITE_MANAGER,
        frozenset({shop.own.other_site.site_id}),
    )
    entries = shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
    [update] = [each for each in entries if each.action == "user.update"]
    assert json.loads(update.detail)["role"] == {"from": "tenant_admin", "to": "site_manager"}


@pytest.mark.parametrize("known", [False, True])
async def test_without_a_group_there_is_no_role(
    shop: Shop, core: Replica, provider: OidcProvider, known: bool
) -> None:
    who = person(NORTH)
    if known:
        await sign_in(core, provider, who)
    before = dict(shop.transactions.platform.users)
    who.claims["groups"] = ["something else"]
    failed = await failure(core.auth.IssueToken(await came_back(core, provider, who)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NO_ROLE")
    assert shop.transactions.platform.users == before
    entry = [*shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()][-1]
    assert (entry.action, json.loads(entry.detail)) == (
        "auth.no_role",
        {"provider_id": "chain", "reason": "NO_ROLE"},
    )


async def test_a_manager_of_closed_sites_only_has_no_role(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    del shop.transactions.tables(shop.own.tenant.tenant_id).sites[shop.own.site.site_id]
    failed = await failure(core.auth.IssueToken(await came_back(core, provider, person(NORTH))))
    assert failed.reason == "NO_ROLE", "no site that is there must not come to mean all sites"


def with_address(shop: Shop, tenant_id: UUID | None, email: str, **changes: Any) -> User:
    user = User(
        user_id=new_id(),
        tenant_id=tenant_id,
        email=email,
        display_name="Anna",
        role=Role.TENANT_ADMIN if tenant_id else Role.SYSTEM_ADMIN,
        password_hash="$argon2id$a",
        created_at=shop.clock.now(),
    )
    shop.transactions.platform.users[user.user_id] = replace(user, **changes)
    return user


async def test_a_verified_address_links_the_account_of_the_tenant(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    user = with_address(shop, shop.own.tenant.tenant_id, "anna@nord.example")
    issued = await sign_in(core, provider, person(ADMINS, email="Anna@Nord.example"))
    assert issued.principal.subject_id == str(user.user_id)
    linked = account(shop, issued)
    assert (linked.identity_provider, linked.password_hash) == ("chain", "$argon2id$a")
    other = person(ADMINS, email="anna@nord.example")
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, other))))


@pytest.mark.parametrize("case", ["unverified", "verified as a text", "another tenant's", "system's", "shut"])
async def test_an_address_that_is_somebody_elses_lets_nobody_in(
    shop: Shop, core: Replica, provider: OidcProvider, case: str
) -> None:
    own = shop.own.tenant.tenant_id
    tenant_id = {"another tenant's": shop.foreign.tenant.tenant_id, "system's": None}.get(case, own)
    shut = {"disabled_at": shop.clock.now()} if case == "shut" else {}
    with_address(shop, tenant_id, "anna@nord.example", **shut)
    verified = {"unverified": False, "verified as a text": "true"}.get(case, True)
    who = person(ADMINS, email="anna@nord.example", email_verified=verified)
    before = dict(shop.transactions.platform.users)
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, who))))
    assert shop.transactions.platform.users == before


async def test_an_identity_of_another_place_is_refused(core: Replica, provider: OidcProvider) -> None:
    who = person(ADMINS, "ops")
    await sign_in(core, provider, who)
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, who, "operators"))))


@pytest.mark.parametrize("email", [None, "", "no address", "a@b@c", 7, "x" * 300 + "@nord.example"])
async def test_without_an_address_there_is_no_account(
    shop: Shop, core: Replica, provider: OidcProvider, email: object
) -> None:
    is_refused(
        await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS, email=email))))
    )
    assert not shop.transactions.platform.users


async def test_a_sign_in_is_good_once_and_on_every_replica(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    request = await came_back(core, provider, person(NORTH))
    async with shop.replica() as other:
        await other.auth.IssueToken(request)
        is_refused(await failure(core.auth.IssueToken(request)))
        is_refused(await failure(other.auth.IssueToken(request)))


async def test_another_browser_ends_nothing_and_uses_it_up(core: Replica, provider: OidcProvider) -> None:
    request, attackers = await came_back(core, provider, person(NORTH)), await started(core)
    stolen = credentials(request.oidc.code, request.oidc.state, attackers.login_secret)
    is_refused(await failure(core.auth.IssueToken(stolen)))
    assert "/token" not in provider.asked, "the code went out for the wrong browser"
    is_refused(await failure(core.auth.IssueToken(request)))


async def test_a_code_of_another_sign_in_proves_nothing(core: Replica, provider: OidcProvider) -> None:
    """Code injection: PKCE ties the code to the sign-in that asked for it."""
    victims = await came_back(core, provider, person(ADMINS))
    own = await came_back(core, provider, person(NORTH))
    injected = credentials(victims.oidc.code, own.oidc.state, own.oidc.login_secret)
    is_refused(await failure(core.auth.IssueToken(injected)))


async def test_a_code_that_was_used_proves_nothing(core: Replica, provider: OidcProvider) -> None:
    first = await came_back(core, provider, person(NORTH))
    await core.auth.IssueToken(first)
    login = await started(core)
    _, state = provider.browse(login.authorization_url, person(NORTH))
    is_refused(await failure(core.auth.IssueToken(credentials(first.oidc.code, state, login.login_secret))))


async def test_a_sign_in_has_an_end(shop: Shop, core: Replica, provider: OidcProvider) -> None:
    request = await came_back(core, provider, person(NORTH))
    shop.clock.advance(timedelta(minutes=10))
    is_refused(await failure(core.auth.IssueToken(request)))


async def test_an_unknown_state_is_refused(core: Replica) -> None:
    is_refused(await failure(core.auth.IssueToken(credentials("code", "s" * 43, "l" * 43))))


async def test_an_unknown_provider_is_not_there(core: Replica) -> None:
    failed = await failure(started(core, "nobody"))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "IDENTITY_PROVIDER_NOT_FOUND")


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def changed(**values: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **values}


def shifted(name: str, seconds: int) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, name: claims["iat"] + seconds}


BAD_CLAIMS = {
    "another nonce": changed(nonce="n" * 43),
    "a nonce that is none": changed(nonce=7),
    "another audience": changed(aud="somebody else"),
    "several audiences and no presenter": changed(aud=[CLIENT_ID, "somebody else"]),
    "another presenter": changed(azp="somebody else"),
    "another issuer": changed(iss="https://id.example"),
    "expired": shifted("exp", -61),
    "from the future": shifted("nbf", 120),
    "issued in the future": lambda claims: {**claims, "iat": claims["iat"] + 120},
    "times that are none": changed(exp="tomorrow"),
    "another access token": changed(at_hash="A" * 22),
    "an empty subject": changed(sub=""),
    **{f"without {name}": without(name) for name in ("iss", "sub", "aud", "exp", "iat", "nonce")},
}


@pytest.mark.parametrize("case", BAD_CLAIMS)
async def test_an_id_token_that_says_the_wrong_thing(
    shop: Shop, core: Replica, provider: OidcProvider, case: str
) -> None:
    provider.twist = BAD_CLAIMS[case]
    with structlog.testing.capture_logs() as lines:
        is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))
    assert "id_token_refused" in {line["event"] for line in lines}
    assert "nord.example" not in repr(lines), "an address reached the log"
    assert not shop.transactions.platform.users


GOOD_CLAIMS = {
    "expired within the leeway": shifted("exp", -30),
    "several audiences and the presenter": changed(aud=[CLIENT_ID, "somebody else"], azp=CLIENT_ID),
    "without a hash of the access token": without("at_hash"),
    "one audience in a list": changed(aud=[CLIENT_ID]),
}


@pytest.mark.parametrize("case", GOOD_CLAIMS)
async def test_an_id_token_may_vary(core: Replica, provider: OidcProvider, case: str) -> None:
    provider.twist = GOOD_CLAIMS[case]
    await sign_in(core, provider, person(ADMINS))


def part(value: object) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def unsigned(claims: Claims) -> str:
    return (part({"alg": "none", "kid": "first"}) + b"." + part(claims) + b".").decode()


def by_secret(secret: bytes) -> Callable[[Claims], str]:
    def sign(claims: Claims) -> str:
        body = part({"alg": "HS256", "typ": "JWT", "kid": "first"}) + b"." + part(claims)
        return (body + b"." + part(hmac.digest(secret, body, hashlib.sha256))).decode()

    return sign


def by_stranger(kid: str) -> Callable[[Claims], str]:
    key = SigningKey(kid)
    return lambda claims: jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": kid})


@pytest.mark.parametrize(
    "case",
    ["none", "client secret", "public key", "stranger's key", "our kid", "other algorithm", "nonsense"],
)
async def test_an_id_token_with_a_bad_signature(
    shop: Shop, core: Replica, provider: OidcProvider, case: str
) -> None:
    private = provider.key.private
    signatures: dict[str, Callable[[Claims], str]] = {
        "none": unsigned,
        "client secret": by_secret(CLIENT_SECRET.encode()),
        "public key": by_secret(json.dumps(provider.key.jwk()).encode()),
        "stranger's key": by_stranger("stranger"),
        "our kid": by_stranger("first"),
        "other algorithm": lambda claims: jwt.encode(
            claims, private, algorithm="RS512", headers={"kid": "first"}
        ),
        "nonsense": lambda _: "a.b.c",
    }
    provider.sign = signatures[case]
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))
    assert not shop.transactions.platform.users


async def test_a_new_key_is_fetched_and_not_more_than_once_a_minute(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    await sign_in(core, provider, person(ADMINS))
    provider.key = SigningKey("second")
    provider.published.append(provider.key)
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))
    assert provider.asked.count("/jwks") == 1, "asked again within the minute"
    shop.clock.advance(timedelta(minutes=1))
    await sign_in(core, provider, person(ADMINS))
    provider.sign = by_stranger("third")
    for _ in range(3):
        is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))
    assert provider.asked.count("/jwks") == 2


async def test_a_withdrawn_key_is_believed_for_an_hour_at_most(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    await sign_in(core, provider, person(ADMINS))
    provider.published = [SigningKey("second")]
    await sign_in(core, provider, person(ADMINS))
    shop.clock.advance(timedelta(hours=1))
    is_refused(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))


async def test_the_secret_goes_into_the_body_where_the_provider_wants_it(
    core: Replica, provider: OidcProvider
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await sign_in(core, provider, person(ADMINS))


BAD_METADATA = {
    "another issuer": {"issuer": "https://id.example"},
    "plain http elsewhere": {"token_endpoint": "http://id.example/token"},
    "no address": {"token_endpoint": "file:///etc/passwd"},
    "an address with credentials": {"jwks_uri": "https://a:b@id.example/jwks"},
    "no key set": {"jwks_uri": None},
}


@pytest.mark.parametrize("case", BAD_METADATA)
async def test_metadata_that_leads_elsewhere(core: Replica, provider: OidcProvider, case: str) -> None:
    provider.metadata = BAD_METADATA[case]
    is_unavailable(await failure(started(core)))


BAD_ANSWERS = {
    "an error": (500, {}, b"{}"),
    "no json": (200, {}, b"<html>"),
    "no object": (200, {}, b"[]"),
    "too long": (200, {}, b'{"a": "' + b"x" * (1 << 20) + b'"}'),
    "somewhere else": redirect("http://127.0.0.1:1/"),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize("case", BAD_ANSWERS)
async def test_a_provider_that_does_not_answer_as_it_should(
    core: Replica, provider: OidcProvider, path: str, case: str
) -> None:
    provider.answers[path] = BAD_ANSWERS[case]
    if path.startswith("/.well-known"):
        is_unavailable(await failure(started(core)))
        return
    is_unavailable(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))


async def test_a_refused_client_is_the_operators_concern(core: Replica, provider: OidcProvider) -> None:
    provider.answers["/token"] = (401, {}, b'{"error": "invalid_client"}')
    is_unavailable(await failure(core.auth.IssueToken(await came_back(core, provider, person(ADMINS)))))


async def test_a_provider_that_is_away_is_not_asked_for_every_caller(
    shop: Shop, core: Replica, provider: OidcProvider
) -> None:
    path = "/.well-known/openid-configuration"
    provider.answers[path] = BAD_ANSWERS["an error"]
    for _ in range(3):
        is_unavailable(await failure(started(core)))
    assert provider.asked.count(path) == 1
    del provider.answers[path]
    shop.clock.advance(timedelta(seconds=5))
    await sign_in(core, provider, person(ADMINS))
