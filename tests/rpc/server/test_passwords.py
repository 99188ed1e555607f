"""Passwords over the wire: guessing them, changing them, and setting them by a token."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from fakes.good_requests import seed_person
from fakes.rpc_failures import Failure, failure
from fakes.shop import Metadata, Replica, Shop, bearer
from footfall.v1 import auth_service_pb2, user_service_pb2
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.domain.identity import Role, User
from footfall_server.services.provisioning import ProvisioningService

EMAIL = "chefin@nord.example"
PASSWORD = "correct horse battery"
NEW = "staple of twelve herons"


@pytest.fixture
async def user(shop: Shop) -> User:
    made = ProvisioningService(
        transactions=shop.transactions, passwords=shop.passwords, policy=PasswordPolicy(), clock=shop.clock
    )
    user_id = await made.create_tenant_admin(
        shop.own.tenant.tenant_id, email=EMAIL, display_name="Chefin", password=PASSWORD
    )
    return shop.transactions.platform.users[user_id]


def by_password(email: str = EMAIL, password: str = PASSWORD) -> auth_service_pb2.IssueTokenRequest:
    return auth_service_pb2.IssueTokenRequest(
        password=auth_service_pb2.PasswordCredentials(email=email, password=password)
    )


def told(failed: Failure) -> tuple[grpc.StatusCode, str, str, float | None]:
    return failed.code, failed.reason, failed.message, failed.retry_seconds


def me(shop: Shop, user: User) -> Metadata:
    return bearer(shop.token(Role.TENANT_ADMIN, subject_id=user.user_id))


async def guesses(shop: Shop, core: Replica, email: str) -> list[tuple[object, ...]]:
    """What somebody hears who guesses ever on: at once, too early, and when it is time."""
    heard: list[tuple[object, ...]] = []
    for number in range(24):
        failed = await failure(core.auth.IssueToken(by_password(email, f"wrong guess number {number}")))
        heard.append(told(failed))
        if failed.retry_seconds is not None:
            shop.clock.advance(timedelta(seconds=failed.retry_seconds) - timedelta(seconds=0.5))
            heard.append(told(await failure(core.auth.IssueToken(by_password(email, "too early")))))
            shop.clock.advance(timedelta(seconds=0.5))
    return heard


async def test_guessing_is_slowed_alike_with_and_without_an_account(shop: Shop, core: Replica) -> None:
    shut, _ = await seed_person(shop)
    users = shop.transactions.platform.users
    users[shut.user_id] = replace(shut, email="zu@nord.example", disabled_at=shop.clock.now())
    person, _ = await seed_person(shop)
    sequences = [
        await guesses(shop, core, email)
        for email in (EMAIL, "nobody@nord.example", "zu@nord.example", person.email)
    ]
    assert all(sequence == sequences[0] for sequence in sequences), "an account shows in how guesses go"
    waits = [entry[3] for entry in sequences[0] if entry[3] is not None]
    assert waits[:8] == [1, 1, 2, 1, 4, 1, 8, 1], f"the wait has to double: {waits}"
    codes = [entry[1] for entry in sequences[0]]
    assert codes[:6] == ["BAD_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"]
    keys = b"".join(shop.transactions.platform.login_attempts)
    assert b"nord.example" not in keys, "an address is kept in clear"


async def test_the_right_password_waits_too_and_then_counts_as_none(
    shop: Shop, core: Replica, user: User
) -> None:
    for _ in range(5):
        await failure(core.auth.IssueToken(by_password(password="wrong")))
    failed = await failure(core.auth.IssueToken(by_password()))
    assert (failed.code, failed.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_ATTEMPTS")
    assert failed.retry_seconds == 1
    assert EMAIL not in repr(failed)
    shop.clock.advance(timedelta(seconds=1))
    await core.auth.IssueToken(by_password(EMAIL.upper()))
    assert not shop.transactions.platform.login_attempts, "the attempts have to be forgotten"
    known = shop.transactions.platform.users[user.user_id]
    assert known.last_sign_in_at == shop.clock.now()
    assert (await failure(core.auth.IssueToken(by_password(password="wrong")))).reason == "BAD_CREDENTIALS"


async def test_every_replica_counts(shop: Shop, core: Replica, user: User) -> None:
    del user
    async with shop.replica() as other:
        for replica in (core, other, core, other, core):
            await failure(replica.auth.IssueToken(by_password(password="wrong")))
        failed = await failure(other.auth.IssueToken(by_password()))
    assert failed.reason == "TOO_MANY_ATTEMPTS"


async def test_replicas_count_together_while_a_new_key_is_handed_out(
    shop: Shop, user: User, tmp_path: Path
) -> None:
    del user
    old = generate_key(tmp_path, at=datetime.now(UTC) - timedelta(days=1))
    shop.keys = load_keys(tmp_path)
    async with shop.replica() as behind:
        generate_key(tmp_path, at=datetime.now(UTC))
        shop.keys = load_keys(tmp_path)
        assert shop.keys.signing.kid == old.stem, "the new key is not known everywhere yet"
        async with shop.replica() as ahead:
            for replica in (behind, ahead, behind, ahead, behind):
                await failure(replica.auth.IssueToken(by_password(password="wrong")))
            failed = await failure(ahead.auth.IssueToken(by_password()))
    assert failed.reason == "TOO_MANY_ATTEMPTS"


async def test_a_password_is_changed(shop: Shop, core: Replica, user: User) -> None:
    change = auth_service_pb2.ChangePasswordRequest(current_password=PASSWORD, new_password=NEW)
    await core.auth.ChangePassword(change, metadata=me(shop, user))
    assert (await failure(core.auth.IssueToken(by_password()))).reason == "BAD_CREDENTIALS"
    await core.auth.IssueToken(by_password(password=NEW))
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    [entry] = [each for each in tables.audit.values() if each.action == "auth.password_changed"]
    assert (entry.actor_id, entry.resource_id, entry.detail) == (
        user.user_id,
        user.user_id,
        "{}",
    )


async def test_changing_needs_the_current_password_and_counts_wrong_ones(
    shop: Shop, core: Replica, user: User
) -> None:
    wrong = auth_service_pb2.ChangePasswordRequest(current_password="wrong", new_password=NEW)
    for _ in range(5):
        failed = await failure(core.auth.ChangePassword(wrong, metadata=me(shop, user)))
        assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")
    for call in (
        core.auth.ChangePassword(wrong, metadata=me(shop, user)),
        core.auth.IssueToken(by_password()),
    ):
        assert (await failure(call)).reason == "TOO_MANY_ATTEMPTS", "one counter for both ways in"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 to 1024 characters"),
        ("chefin@nord.example", "easily guessed"),
        ("password1234", "common"),
    ],
)
async def test_a_bad_new_password_is_told_and_not_repeated(
    shop: Shop, core: Replica, user: User, password: str, said: str
) -> None:
    change = auth_service_pb2.ChangePasswordRequest(current_password=PASSWORD, new_password=password)
    failed = await failure(core.auth.ChangePassword(change, metadata=me(shop, user)))
    assert (failed.code, failed.reason, failed.fields) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
        ("new_password",),
    )
    assert said in failed.descriptions[0]
    assert password not in repr(failed)
    assert not shop.transactions.platform.login_attempts, "a bad new password is no guess"


async def test_who_is_gone_changes_nothing(shop: Shop, core: Replica) -> None:
    change = auth_service_pb2.ChangePasswordRequest(current_password=PASSWORD, new_password=NEW)
    failed = await failure(core.auth.ChangePassword(change, metadata=shop.signed_in(Role.TENANT_ADMIN)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def setup_token(shop: Shop, core: Replica, user: User) -> user_service_pb2.CreateSetupTokenResponse:
    return await core.users.CreateSetupToken(
        user_service_pb2.CreateSetupTokenRequest(user_id=str(user.user_id)),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )


def setting(token: str, password: str = NEW) -> auth_service_pb2.SetPasswordRequest:
    return auth_service_pb2.SetPasswordRequest(setup_token=token, new_password=password)


async def test_a_setup_token_sets_a_password_once(shop: Shop, core: Replica) -> None:
    person, _ = await seed_person(shop)
    assert (await failure(core.auth.IssueToken(by_password(person.email, NEW)))).reason == "BAD_CREDENTIALS"
    made = await setup_token(shop, core, person)
    assert made.setup_token.startswith("ffs_")
    assert made.expire_time.ToSeconds() == int((shop.clock.now() + timedelta(hours=72)).timestamp())
    kept = repr(shop.transactions.platform.setup_tokens)
    assert made.setup_token.rpartition("_")[2] not in kept, "the secret is kept in clear"
    weak = await failure(core.auth.SetPassword(setting(made.setup_token, "password1234")))
    assert weak.reason == "INVALID_FIELD", "a weak password must not use the token up"
    await core.auth.SetPassword(setting(made.setup_token))
    issued = await core.auth.IssueToken(by_password(person.email, NEW))
    assert issued.principal.subject_id == str(person.user_id)
    again = await failure(core.auth.SetPassword(setting(made.setup_token, "another fine long sentence")))
    assert (again.code, again.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")
    actions = [each.action for each in shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()]
    done = [action for action in actions if not action.startswith("auth.sign_in")]
    assert done == ["user.setup_token", "auth.password_set"]


async def test_setup_tokens_that_are_not_good_are_answered_alike(shop: Shop, core: Replica) -> None:
    person, _ = await seed_person(shop)
    older = (await setup_token(shop, core, person)).setup_token
    newer = (await setup_token(shop, core, person)).setup_token
    shut, shuts = await seed_person(shop)
    users = shop.transactions.platform.users
    users[shut.user_id] = replace(shut, disabled_at=shop.clock.now())
    bad = {
        "replaced by a newer one": older,
        "wrong secret": newer[:-1] + ("0" if newer[-1] != "0" else "1"),
        "unknown": f"ffs_{'0' * 32}_{'0' * 64}",
        "no token": "x" * 40,
        "of an account that is shut": shuts.text,
    }
    failures = {
        what: told(await failure(core.auth.SetPassword(setting(token)))) for what, token in bad.items()
    }
    shop.clock.advance(timedelta(hours=72))
    failures["over"] = told(await failure(core.auth.SetPassword(setting(newer))))
    assert set(failures.values()) == {
        (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS", "the credentials are not right", None)
    }, failures


async def test_a_set_password_ends_the_wait(shop: Shop, core: Replica, user: User) -> None:
    for _ in range(5):
        await failure(core.auth.IssueToken(by_password(password="wrong")))
    made = await setup_token(shop, core, user)
    await core.auth.SetPassword(setting(made.setup_token))
    await core.auth.IssueToken(by_password(password=NEW))
