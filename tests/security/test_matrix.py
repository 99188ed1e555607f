"""Every RPC, as everybody: the outcomes are those of the permission table.

The methods come from the descriptors and what is asked of them from `good_requests`: a new RPC without a row
in the table, or without a good request, fails here.
"""

import pytest
from fakes.lender import Lender
from fakes.rpc_calls import METHODS
from footfall_server.domain.identity import Role
from footfall_server.rpc.permissions import PERMISSIONS, Elsewhere, Permission, Scope
from security.matrix_world import OK, Caller, Whose, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERY_METHOD = sorted(METHODS)
CONFINED = (Caller.SITE_MANAGER, Caller.WORKER)


def expected(permission: Permission, caller: Caller) -> str:
    """What the table promises a caller who asks for what is its own."""
    if permission.scope is Scope.PUBLIC:
        return OK
    if caller is Caller.NOBODY:
        return "UNAUTHENTICATED / UNAUTHENTICATED"
    role = Role.SYSTEM_ADMIN if caller is Caller.SYSTEM_ADMIN_IN_TENANT else Role(caller.value)
    if role not in permission.roles:
        return "PERMISSION_DENIED / PERMISSION_DENIED"
    if caller is Caller.SYSTEM_ADMIN and permission.scope is Scope.TENANT:
        return "FAILED_PRECONDITION / TENANT_REQUIRED"
    return OK


def who_may(permission: Permission) -> list[Caller]:
    return [caller for caller in Caller if expected(permission, caller) == OK]


def acts_elsewhere(permission: Permission, caller: Caller) -> bool:
    """Whether the caller may call the method, and what our good request names is out of its reach."""
    return caller is Caller.SYSTEM_ADMIN and (permission.scope, permission.elsewhere) == (
        Scope.ACTING,
        Elsewhere.NOT_FOUND,
    )


async def test_every_method_has_a_row_and_a_request(worlds: Lender[World]) -> None:
    assert {name for name in PERMISSIONS if name.startswith("/footfall.")} == METHODS.keys()
    async with worlds.lent() as world:
        without = METHODS.keys() - world.requests.keys()
    assert not without, f"tests/fakes/good_requests.py asks nothing of {sorted(without)}"


@pytest.mark.parametrize("method", EVERY_METHOD)
async def test_who_may_not_is_refused_and_changes_nothing(worlds: Lender[World], method: str) -> None:
    permission = PERMISSIONS[method]
    async with worlds.lent() as world:
        before = world.shop.snapshot()
        for caller in Caller:
            wanted = expected(permission, caller)
            if wanted == OK:
                continue
            outcome = await world.call(method, caller, Whose.OURS)
            assert outcome.told == wanted, f"{method} as {caller.value}"
            assert world.shop.snapshot() == before, f"{method} as {caller.value} changed something"


@pytest.mark.parametrize(
    ("method", "caller"),
    [
        (method, caller)
        for method in EVERY_METHOD
        for caller in who_may(PERMISSIONS[method])
        if not acts_elsewhere(PERMISSIONS[method], caller)
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Caller) else value.rpartition(".")[2],
)
async def test_who_may_is_answered(worlds: Lender[World], method: str, caller: Caller) -> None:
    async with worlds.lent() as world:
        assert (await world.call(method, caller, Whose.OURS)).told == OK


@pytest.mark.parametrize("method", EVERY_METHOD)
async def test_another_tenant_reaches_nothing_of_ours(worlds: Lender[World], method: str) -> None:
    permission = PERMISSIONS[method]
    if permission.elsewhere is Elsewhere.SHARED:
        pytest.skip("belongs to no tenant")
    async with worlds.lent() as world:
        ours = world.shop.own.tenant.tenant_id
        before, ids = world.shop.transactions.tables(ours).copy(), world.ids() | {str(ours)}
        # Who acts for no tenant has the installation for its own.
        for caller in who_may(permission):
            if caller is not Caller.SYSTEM_ADMIN:
                await _reaches_nothing(world, method, caller, Whose.ANOTHER_TENANTS, ids)
        assert world.shop.transactions.tables(ours) == before, f"{method} changed something of ours"


@pytest.mark.parametrize(
    "method", [name for name in EVERY_METHOD if acts_elsewhere(PERMISSIONS[name], Caller.SYSTEM_ADMIN)]
)
async def test_who_acts_for_no_tenant_reaches_nothing_of_one(worlds: Lender[World], method: str) -> None:
    async with worlds.lent() as world:
        before, ids = world.shop.snapshot(), world.ids()
        outcome = await world.call(method, Caller.SYSTEM_ADMIN, Whose.OURS)
        assert outcome.told.startswith(("NOT_FOUND / ", "INVALID_ARGUMENT / "))
        assert _told_of(world, method, outcome.answer, ids) == []
        assert world.shop.snapshot() == before


@pytest.mark.parametrize("method", EVERY_METHOD)
async def test_another_site_reaches_nothing_of_ours(worlds: Lender[World], method: str) -> None:
    permission = PERMISSIONS[method]
    callers = [caller for caller in who_may(permission) if caller in CONFINED]
    if not callers or not permission.by_site or permission.elsewhere is Elsewhere.SHARED:
        pytest.skip("not by site")
    async with worlds.lent() as world:
        ids = world.ids(but_of_site=world.shop.own.other_site.site_id)
        for caller in callers:
            await _reaches_nothing(world, method, caller, Whose.ANOTHER_SITES, ids)


async def _reaches_nothing(
    world: World, method: str, caller: Caller, whose: Whose, ids: frozenset[str]
) -> None:
    outcome = await world.call(method, caller, whose)
    if PERMISSIONS[method].elsewhere is Elsewhere.NOT_FOUND:
        assert outcome.told.startswith("NOT_FOUND / "), f"{method} as {whose.value} {caller.value}"
    else:
        assert outcome.told == OK, f"{method} as {whose.value} {caller.value}"
    told = _told_of(world, method, outcome.answer, ids)
    assert told == [], f"{method} told {whose.value} {caller.value}"


def _told_of(world: World, method: str, answer: bytes, ids: frozenset[str]) -> list[str]:
    """Which of the ids are in the answer and were not in the request."""
    asked = b"".join(each.SerializeToString() for each in world.requests[method])
    return sorted(each for each in ids if each.encode() in answer and each.encode() not in asked)
