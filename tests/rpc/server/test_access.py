"""Every RPC as every role, as nobody, and with tokens that are not to be believed: from the descriptors."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from fakes.people import an_admin, as_bearer, me, refresh, sign_in
from fakes.polling import until
from fakes.rpc_calls import METHODS, somebody_who_may
from fakes.rpc_failures import Failure, failure
from fakes.shop import AUDIENCE, ISSUER, Replica, Shop, bearer
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.rpc.permissions import PERMISSIONS, Scope, UnknownMethodError, check_permissions

CLOSED = sorted(name for name in METHODS if PERMISSIONS[name].scope is not Scope.PUBLIC)
NOT_LET_IN = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


async def call(core: Replica, method: str, metadata: object, payload: bytes = b"") -> object:
    """Calls any method with bytes; of a stream, waits for its first answer or its end."""
    described = METHODS[method]
    if described.client_streaming:
        stream = core.channel.stream_stream(method)(iter([payload]), metadata=metadata)
    elif described.server_streaming:
        stream = core.channel.unary_stream(method)(payload, metadata=metadata)
    else:
        return await core.channel.unary_unary(method)(payload, metadata=metadata)
    try:
        return await stream.read()
    finally:
        stream.cancel()


async def code_of(core: Replica, method: str, metadata: object) -> grpc.StatusCode:
    try:
        await call(core, method, metadata)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def test_the_table_has_every_method() -> None:
    ours = {name for name in PERMISSIONS if name.startswith("/footfall.")}
    assert ours == METHODS.keys()


def test_a_method_that_is_not_in_the_table_is_not_served() -> None:
    with pytest.raises(UnknownMethodError, match="NewService/Do"):
        check_permissions([*PERMISSIONS, "/footfall.v1.NewService/Do"])
    with pytest.raises(UnknownMethodError, match="IssueToken"):
        check_permissions(name for name in PERMISSIONS if not name.endswith("IssueToken"))


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_in_where_the_table_says_so(shop: Shop, core: Replica, role: Role) -> None:
    metadata = shop.signed_in(role)
    for method in CLOSED:
        if method.endswith(("/GetMe", "/SwitchTenant")):
            continue  # asks whether the account is still there, which a made-up token has not
        code = await code_of(core, method, metadata)
        if role in PERMISSIONS[method].roles:
            assert code not in NOT_LET_IN, f"{role} is kept out of {method}"
        else:
            assert code is grpc.StatusCode.PERMISSION_DENIED, f"{role} gets {code} from {method}"


async def test_nobody_gets_in_without_a_token(shop: Shop, core: Replica) -> None:
    before = shop.snapshot()
    for method in CLOSED:
        failed = await failure(call(core, method, ()))
        assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED"), method
    assert shop.snapshot() == before


async def test_what_is_public_needs_no_token(core: Replica) -> None:
    for method in METHODS.keys() - set(CLOSED):
        assert await code_of(core, method, ()) not in NOT_LET_IN, method


def claims(shop: Shop, **changes: object) -> dict[str, object]:
    now = int(shop.clock.now().timestamp())
    good: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(new_id()),
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": str(new_id()),
        "role": "tenant_admin",
        "tenant_id": str(shop.own.tenant.tenant_id),
    }
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def signed(shop: Shop, kid: str | None = None, **changes: object) -> str:
    key = shop.keys.newest
    headers = {"kid": kid or key.kid}
    return jwt.encode(claims(shop, **changes), key.private, algorithm="RS256", headers=headers)


def unsigned(shop: Shop) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT', 'kid': shop.keys.newest.kid})}.{part(claims(shop))}."


def with_public_key_as_secret(shop: Shop) -> str:
    """HS256 with the public key as the secret: the classic confusion."""
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    pem = shop.keys.newest.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": "HS256", "typ": "JWT", "kid": shop.keys.newest.kid})
    body = head + b"." + part(claims(shop))
    tag = hmac.digest(pem, body, hashlib.sha256)
    return (body + b"." + base64.urlsafe_b64encode(tag).rstrip(b"=")).decode()


def tampered(token: str, **changes: object) -> str:
    """The token with other claims, under the signature that it had."""
    head, body, tag = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**told, **changes}).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{tag}"


def with_key_in_header(shop: Shop, folder: Path) -> str:
    """By a stranger's key that comes along in the header, under our key's name (RFC 7515, 4.1.3)."""
    generate_key(folder, at=datetime(2026, 1, 2, tzinfo=UTC))
    stranger = load_keys(folder).newest
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public, as_dict=True)
    headers = {"kid": shop.keys.newest.kid, "jwk": jwk, "jku": "https://else.example/jwks.json"}
    return jwt.encode(claims(shop), stranger.private, algorithm="RS256", headers=headers)


def by_strangers_key(shop: Shop, folder: Path, *, kid: str | None = None) -> str:
    generate_key(folder, at=datetime(2026, 1, 2, tzinfo=UTC))
    stranger = load_keys(folder).newest
    headers = {"kid": kid or stranger.kid}
    return jwt.encode(claims(shop), stranger.private, algorithm="RS256", headers=headers)


async def test_tokens_that_are_not_to_be_believed(shop: Shop, core: Replica, tmp_path: Path) -> None:
    now = int(shop.clock.now().timestamp())
    good = signed(shop)
    head, body, tag = good.split(".")
    tokens = {
        "no token": "",
        "no jwt": "hello",
        "none": unsigned(shop),
        "hs256 with the public key": with_public_key_as_secret(shop),
        "unknown kid": signed(shop, kid="other"),
        "stranger's key": by_strangers_key(shop, tmp_path / "a"),
        "stranger's key under our kid": by_strangers_key(shop, tmp_path / "b", kid=shop.keys.newest.kid),
        "expired": signed(shop, iat=now - 900, nbf=now - 900, exp=now - 31),
        "not yet valid": signed(shop, nbf=now + 31),
        "from the future": signed(shop, iat=now + 31),
        "other audience": signed(shop, aud="others"),
        "several audiences": signed(shop, aud=[AUDIENCE, "others"]),
        "other issuer": signed(shop, iss="https://else.example"),
        "tampered": f"{head}.{body[:-2]}AA.{tag}",
        "unknown role": signed(shop, role="owner"),
        "no tenant": signed(shop, tenant_id=None),
        "bad tenant": signed(shop, tenant_id="42"),
        "manager of no sites": signed(shop, role="site_manager"),
        "times that are no numbers": signed(shop, exp=None) + "x",
        "a time that is a text": signed(shop, exp=str(now + 600)),
        "a life of more than an hour": signed(shop, exp=now + 3601),
        "other tenant under the same signature": tampered(good, tenant_id=str(shop.foreign.tenant.tenant_id)),
        "other role under the same signature": tampered(good, role="system_admin"),
        "no signature": f"{head}.{body}.",
        "key in the header": with_key_in_header(shop, tmp_path / "c"),
        "key id that is a path": signed(shop, kid="../../dev/null"),
        "bad session": signed(shop, sid="42"),
        "unknown confirmation": signed(shop, cnf={"jwk": {"kty": "RSA"}}),
        "bad thumbprint": signed(shop, cnf={"x5t#S256": "AAAA"}),
        "thumbprint of another kind": signed(shop, cnf={"x5t#S256": 42}),
        "too long": good + "A" * 9000,
    }
    tokens |= {
        f"without {claim}": signed(shop, **{claim: None}) for claim in claims(shop) if claim != "tenant_id"
    }
    method = "/footfall.v1.SiteService/ListSites"
    assert await code_of(core, method, bearer(good)) is grpc.StatusCode.OK
    answers: dict[str, Failure] = {
        name: await failure(call(core, method, bearer(token))) for name, token in tokens.items()
    }
    said = {(each.code, each.reason, each.message) for each in answers.values()}
    assert said == {
        (
            grpc.StatusCode.UNAUTHENTICATED,
            "UNAUTHENTICATED",
            "this needs a valid access token; sign in again",
        )
    }


async def test_clocks_may_differ_by_half_a_minute(shop: Shop, core: Replica) -> None:
    now = int(shop.clock.now().timestamp())
    for token in (
        signed(shop, exp=now - 29),
        signed(shop, nbf=now + 29, iat=now + 29),
    ):
        assert await code_of(core, "/footfall.v1.SiteService/ListSites", bearer(token)) is grpc.StatusCode.OK


def test_a_new_key_signs_and_the_old_one_still_verifies(shop: Shop, tmp_path: Path) -> None:
    generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    before = AccessTokens(keys=load_keys(tmp_path), issuer=ISSUER, audience=AUDIENCE, clock=shop.clock)
    old = before.issue(
        subject_id=new_id(),
        role=Role.SYSTEM_ADMIN,
        tenant_id=None,
        site_ids=None,
        lifetime=timedelta(hours=1),
    )
    newer = generate_key(tmp_path, at=datetime(2026, 2, 1, tzinfo=UTC))
    ring = load_keys(tmp_path)
    after = AccessTokens(keys=ring, issuer=ISSUER, audience=AUDIENCE, clock=shop.clock)
    assert ring.newest.kid == newer.stem
    assert after.verify(old.text).role is Role.SYSTEM_ADMIN
    assert len(ring.jwks()) == 2


def retire_all_but(newest: Path) -> None:
    for each in newest.parent.glob("*.pem"):
        if each != newest:
            each.unlink()


async def test_two_keys_are_alive_while_they_rotate(shop: Shop, tmp_path: Path) -> None:
    """A replica with the new key takes what one with the old key gave, and the other way round refuses."""
    generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    shop.keys = load_keys(tmp_path)
    shop.tokens = AccessTokens(keys=shop.keys, issuer=ISSUER, audience=AUDIENCE, clock=shop.clock)
    person = await an_admin(shop)
    async with shop.replica() as before:
        old = await sign_in(before, person)
        newer = generate_key(tmp_path, at=datetime(2026, 2, 1, tzinfo=UTC))
        shop.keys = load_keys(tmp_path)
        async with shop.replica() as after:
            assert (await me(after, old)).subject_id == str(person.user_id)
            # The session goes on, and an answer that was lost is the same whichever key made it.
            by_old = await refresh(before, old.refresh_token)
            assert (await refresh(after, old.refresh_token)).refresh_token == by_old.refresh_token
            renewed = await refresh(after, by_old.refresh_token)
            assert jwt.get_unverified_header(renewed.access_token)["kid"] == newer.stem
            method = "/footfall.v1.SiteService/ListSites"
            assert await code_of(after, method, as_bearer(renewed)) is grpc.StatusCode.OK
            assert await code_of(before, method, as_bearer(renewed)) is grpc.StatusCode.UNAUTHENTICATED
    retire_all_but(newer)
    shop.keys = load_keys(tmp_path)
    async with shop.replica() as later:
        assert await code_of(later, method, as_bearer(old)) is grpc.StatusCode.UNAUTHENTICATED
        assert await code_of(later, method, as_bearer(renewed)) is grpc.StatusCode.OK
        await refresh(later, renewed.refresh_token)


async def test_a_system_administrator_may_what_the_tenants_own_may(shop: Shop, core: Replica) -> None:
    acting, alone = shop.signed_in(Role.SYSTEM_ADMIN, acting=True), shop.signed_in(Role.SYSTEM_ADMIN)
    for method in CLOSED:
        permission = PERMISSIONS[method]
        if permission.scope is not Scope.TENANT:
            continue
        if Role.TENANT_ADMIN in permission.roles:
            assert Role.SYSTEM_ADMIN in permission.roles, method
            assert await code_of(core, method, acting) not in NOT_LET_IN, method
            failed = await failure(call(core, method, alone))
            assert (failed.code, failed.reason) == (
                grpc.StatusCode.FAILED_PRECONDITION,
                "TENANT_REQUIRED",
            ), method
        else:
            assert await code_of(core, method, acting) is grpc.StatusCode.PERMISSION_DENIED, method


def test_a_token_says_what_it_was_bound_to(shop: Shop) -> None:
    session_id, certificate_hash = new_id(), hashlib.sha256(b"certificate").hexdigest()
    issued_at = shop.clock.now() + timedelta(seconds=3, milliseconds=400)
    token = shop.tokens.issue(
        subject_id=new_id(),
        role=Role.SYSTEM_ADMIN,
        tenant_id=None,
        site_ids=None,
        lifetime=timedelta(days=1),
        session_id=session_id,
        certificate_hash=certificate_hash,
        issued_at=issued_at,
    )
    principal = shop.tokens.verify(token.text)
    assert (principal.session_id, principal.certificate_hash) == (session_id, certificate_hash)
    assert principal.issued_at == issued_at.replace(microsecond=0)
    assert principal.expires_at - principal.issued_at == timedelta(hours=1), "an hour is the longest"
    told = jwt.decode(token.text, options={"verify_signature": False})
    # As RFC 8705, section 3.1, has it: base64url without padding.
    digest = hashlib.sha256(b"certificate").digest()
    assert told["cnf"] == {"x5t#S256": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}


async def test_the_request_id_comes_back(shop: Shop, core: Replica) -> None:
    metadata = [*shop.signed_in(Role.TENANT_ADMIN), ("x-request-id", "abc-123")]
    method = core.channel.unary_unary("/footfall.v1.SiteService/ListSites")
    answered = method(b"", metadata=metadata)
    await answered
    assert ("x-request-id", "abc-123") in tuple(await answered.trailing_metadata())
    odd = await failure(method(b"\xff", metadata=[*metadata[:1], ("x-request-id", "{odd}")]))
    assert odd.reason == "MALFORMED_REQUEST"
    assert odd.trailers["x-request-id"] not in {"", "{odd}"}


async def test_a_fault_of_ours_gives_only_the_request_id_away(shop: Shop, core: Replica) -> None:
    def fail() -> None:
        raise RuntimeError("secret of the shop")

    # What gets ready at the start uses the database, too, and would take the whole replica down.
    await until(lambda: core.core._readiness._prepared)
    shop.transactions.before_commit = fail
    metadata = [*shop.signed_in(Role.TENANT_ADMIN), ("x-request-id", "abc-123")]
    failed = await failure(
        core.channel.unary_unary("/footfall.v1.SiteService/ListSites")(b"", metadata=metadata)
    )
    assert (failed.code, failed.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert failed.metadata == {"request_id": "abc-123"}
    assert "secret" not in failed.message


async def test_bytes_that_are_no_message_are_malformed(shop: Shop, core: Replica) -> None:
    before = shop.snapshot()
    for method in CLOSED:
        caller = somebody_who_may(shop, method)
        failed = await failure(call(core, method, caller, b"\xff\xff\xff"))
        assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"), method
    assert shop.snapshot() == before
