"""UserService: who may make whom, and what stays true whatever is changed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from fakes.good_requests import seed_person
from fakes.rpc_failures import failure
from fakes.shop import Chain, Metadata, Replica, Shop, bearer
from footfall.v1 import auth_service_pb2, camera_service_pb2, site_service_pb2, user_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from google.protobuf.field_mask_pb2 import FieldMask

ADMIN, MANAGER = auth_service_pb2.ROLE_TENANT_ADMIN, auth_service_pb2.ROLE_SITE_MANAGER
SYSTEM = auth_service_pb2.ROLE_SYSTEM_ADMIN


def admin(shop: Shop, chain: Chain | None = None) -> Metadata:
    return shop.signed_in(Role.TENANT_ADMIN, chain=chain)


def a_user(**changes: object) -> user_service_pb2.User:
    values: dict[str, object] = {"email": f"{new_id()}@nord.example", "role": ADMIN, **changes}
    return user_service_pb2.User(**values)  # type: ignore[arg-type]


async def made(core: Replica, metadata: Metadata, **changes: object) -> user_service_pb2.User:
    return await core.users.CreateUser(
        user_service_pb2.CreateUserRequest(user=a_user(**changes)), metadata=metadata
    )


async def with_password(
    shop: Shop, core: Replica, metadata: Metadata, **changes: object
) -> user_service_pb2.User:
    """An account that can sign in."""
    user = await made(core, metadata, **changes)
    users = shop.transactions.platform.users
    async with shop.transactions.begin_platform():
        pass

    key = UUID(user.user_id)
    users[key] = replace(users[key], password_hash="$argon2id$a")
    return user


def change(user_id: str, paths: list[str], **values: object) -> user_service_pb2.UpdateUserRequest:
    return user_service_pb2.UpdateUserRequest(
        user=user_service_pb2.User(user_id=user_id, **values),  # type: ignore[arg-type]
        update_mask=FieldMask(paths=paths),
    )


async def test_a_tenant_administrator_makes_reads_lists_and_removes_people(shop: Shop, core: Replica) -> None:
    site = str(shop.own.site.site_id)
    manager = await made(core, admin(shop), email="Anna@Nord.example", role=MANAGER, site_ids=[site])
    assert (manager.email, manager.display_name, manager.role) == ("anna@nord.example", "Anna", MANAGER)
    assert (list(manager.site_ids), manager.has_password, manager.disabled) == ([site], False, False)
    boss = await made(core, admin(shop), email="boss@nord.example", display_name="Boss")
    await made(core, admin(shop, shop.foreign), email="else@sued.example")
    got = await core.users.GetUser(
        user_service_pb2.GetUserRequest(user_id=manager.user_id), metadata=admin(shop)
    )
    assert got == manager
    listed: list[str] = []
    token = ""
    while True:
        page = await core.users.ListUsers(
            user_service_pb2.ListUsersRequest(page_size=1, page_token=token), metadata=admin(shop)
        )
        listed += [each.email for each in page.users]
        if not (token := page.next_page_token):
            break
    assert listed == ["anna@nord.example", "boss@nord.example"]
    await core.users.DeleteUser(
        user_service_pb2.DeleteUserRequest(user_id=boss.user_id), metadata=admin(shop)
    )
    gone = core.users.GetUser(user_service_pb2.GetUserRequest(user_id=boss.user_id), metadata=admin(shop))
    assert (await failure(gone)).reason == "USER_NOT_FOUND"


async def test_who_acts_for_no_tenant_manages_system_administrators(shop: Shop, core: Replica) -> None:
    system = shop.signed_in(Role.SYSTEM_ADMIN)
    ops = await made(core, system, email="ops@example.com", role=SYSTEM)
    theirs = await made(core, admin(shop))
    listed = await core.users.ListUsers(user_service_pb2.ListUsersRequest(), metadata=system)
    assert [each.user_id for each in listed.users] == [ops.user_id]
    for metadata, stranger in ((system, theirs), (admin(shop), ops)):
        for call in (
            core.users.GetUser(user_service_pb2.GetUserRequest(user_id=stranger.user_id), metadata=metadata),
            core.users.DeleteUser(
                user_service_pb2.DeleteUserRequest(user_id=stranger.user_id), metadata=metadata
            ),
            core.users.UpdateUser(change(stranger.user_id, ["disabled"], disabled=True), metadata=metadata),
            core.users.CreateSetupToken(
                user_service_pb2.CreateSetupTokenRequest(user_id=stranger.user_id), metadata=metadata
            ),
        ):
            failed = await failure(call)
            assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND")
    [entry] = shop.transactions.platform.audit.values()
    assert (entry.action, entry.resource) == ("user.create", "user")


async def test_who_acts_for_a_tenant_manages_its_people(shop: Shop, core: Replica) -> None:
    token = shop.tokens.issue(
        subject_id=new_id(),
        role=Role.SYSTEM_ADMIN,
        tenant_id=shop.own.tenant.tenant_id,
        site_ids=None,
        lifetime=timedelta(hours=1),
    )
    user = await made(core, bearer(token.text), role=ADMIN)
    assert shop.transactions.platform.users[UUID(user.user_id)].tenant_id == shop.own.tenant.tenant_id


SITE = "00000000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("caller", "values", "field"),
    [
        (Role.TENANT_ADMIN, {"role": SYSTEM}, "user.role"),
        (Role.TENANT_ADMIN, {"role": 0}, "user.role"),
        (Role.TENANT_ADMIN, {"role": auth_service_pb2.ROLE_WORKER}, "user.role"),
        (Role.SYSTEM_ADMIN, {"role": ADMIN}, "user.role"),
        (Role.TENANT_ADMIN, {"role": MANAGER}, "user.site_ids"),
        (Role.TENANT_ADMIN, {"role": ADMIN, "site_ids": [SITE]}, "user.site_ids"),
        (Role.SYSTEM_ADMIN, {"role": SYSTEM, "site_ids": [SITE]}, "user.site_ids"),
        (Role.TENANT_ADMIN, {"email": ""}, "user.email"),
        (Role.TENANT_ADMIN, {"display_name": "A\u0007"}, "user.display_name"),
    ],
)
async def test_what_an_account_cannot_be(
    shop: Shop, core: Replica, caller: Role, values: Mapping[str, object], field: str
) -> None:
    before = shop.snapshot()
    failed = await failure(made(core, shop.signed_in(caller), **values))
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))
    assert shop.snapshot() == before


async def test_sites_have_to_be_the_tenants(shop: Shop, core: Replica) -> None:
    foreign = str(shop.foreign.site.site_id)
    failed = await failure(made(core, admin(shop), role=MANAGER, site_ids=[foreign]))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")


async def test_a_request_makes_one_account_and_one_entry(shop: Shop, core: Replica) -> None:
    request = user_service_pb2.CreateUserRequest(user=a_user(), request_id=str(new_id()))
    first = await core.users.CreateUser(request, metadata=admin(shop))
    assert await core.users.CreateUser(request, metadata=admin(shop)) == first
    entries = shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
    assert [each.action for each in entries] == ["user.create"]
    taken = user_service_pb2.CreateUserRequest(user=a_user(email=first.email.upper()))
    failed = await failure(core.users.CreateUser(taken, metadata=admin(shop, shop.foreign)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")
    assert "nord.example" not in repr(failed)


async def test_a_change_is_told_with_what_was_before_and_without_names(shop: Shop, core: Replica) -> None:
    here, there = str(shop.own.site.site_id), str(shop.own.other_site.site_id)
    user = await made(core, admin(shop), role=MANAGER, site_ids=[here], display_name="Frau Geheim")
    updated = await core.users.UpdateUser(
        change(
            user.user_id,
            ["site_ids", "display_name", "disabled"],
            site_ids=[there],
            display_name="Frau Neu",
            disabled=True,
        ),
        metadata=admin(shop),
    )
    assert (list(updated.site_ids), updated.display_name, updated.disabled) == ([there], "Frau Neu", True)
    entries = [*shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()]
    assert [each.action for each in entries] == ["user.create", "user.update"]
    assert json.loads(entries[1].detail) == {
        "site_ids": {"from": [here], "to": [there]},
        "disabled": {"from": False, "to": True},
        "display_name": "changed",
    }
    for entry in entries:
        assert "Frau" not in entry.detail
        assert "nord.example" not in entry.detail


async def test_becoming_an_administrator_ends_being_confined(shop: Shop, core: Replica) -> None:
    user = await made(core, admin(shop), role=MANAGER, site_ids=[str(shop.own.site.site_id)])
    updated = await core.users.UpdateUser(change(user.user_id, ["role"], role=ADMIN), metadata=admin(shop))
    assert (updated.role, list(updated.site_ids)) == (ADMIN, [])
    failed = await failure(
        core.users.UpdateUser(change(user.user_id, ["role"], role=MANAGER), metadata=admin(shop))
    )
    assert failed.fields == ("user.site_ids",)


@pytest.mark.parametrize("path", ["email", "user_id", "has_password", "create_time"])
async def test_what_is_fixed_is_said_to_be(shop: Shop, core: Replica, path: str) -> None:
    user, _ = await seed_person(shop)
    failed = await failure(core.users.UpdateUser(change(str(user.user_id), [path]), metadata=admin(shop)))
    assert (failed.fields, failed.descriptions) == (
        ("update_mask.paths[0]",),
        ("names a field that is fixed",),
    )


@pytest.mark.parametrize("whose", ["tenant", "installation"])
async def test_the_last_administrator_stays(shop: Shop, core: Replica, whose: str) -> None:
    metadata = admin(shop) if whose == "tenant" else shop.signed_in(Role.SYSTEM_ADMIN)
    role = ADMIN if whose == "tenant" else SYSTEM
    last = await with_password(shop, core, metadata, role=role)
    await made(core, metadata, role=role)  # has nothing to sign in with
    delete = user_service_pb2.DeleteUserRequest(user_id=last.user_id)
    calls = [
        lambda: core.users.DeleteUser(delete, metadata=metadata),
        lambda: core.users.UpdateUser(change(last.user_id, ["disabled"], disabled=True), metadata=metadata),
    ]
    if whose == "tenant":
        demoted = change(
            last.user_id, ["role", "site_ids"], role=MANAGER, site_ids=[str(shop.own.site.site_id)]
        )
        calls.append(lambda: core.users.UpdateUser(demoted, metadata=metadata))
    for call in calls:
        failed = await failure(call())
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "LAST_ADMIN")
    await with_password(shop, core, metadata, role=role)
    await core.users.DeleteUser(delete, metadata=metadata)


async def test_closing_a_site_never_widens_a_manager(shop: Shop, core: Replica) -> None:
    here, there = str(shop.own.site.site_id), str(shop.own.other_site.site_id)
    only = await made(core, admin(shop), role=MANAGER, site_ids=[here])
    both = await made(core, admin(shop), role=MANAGER, site_ids=[here, there])
    camera = camera_service_pb2.DeleteCameraRequest(camera_id=str(shop.own.camera.camera_id))
    await core.cameras.DeleteCamera(camera, metadata=admin(shop))
    await core.sites.DeleteSite(site_service_pb2.DeleteSiteRequest(site_id=here), metadata=admin(shop))
    users = shop.transactions.platform.users
    left, stays = users[UUID(only.user_id)], users[UUID(both.user_id)]
    assert (left.site_ids, left.disabled_at) == (frozenset(), shop.clock.now())
    assert (stays.site_ids, stays.disabled_at) == (frozenset({UUID(there)}), None)
    reopened = await failure(
        core.users.UpdateUser(change(only.user_id, ["disabled"], disabled=False), metadata=admin(shop))
    )
    assert reopened.fields == ("user.site_ids",), "without a site it must not be opened again"
    await core.users.UpdateUser(
        change(only.user_id, ["disabled", "site_ids"], disabled=False, site_ids=[there]),
        metadata=admin(shop),
    )
    assert users[UUID(only.user_id)].site_ids == frozenset({UUID(there)})
