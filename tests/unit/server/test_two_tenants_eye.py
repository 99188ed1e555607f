"""The eye on answers that the random play of two tenants depends on sees what it should, and no more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import grpc
import grpc.aio
import pytest
from argon2 import PasswordHasher
from fakes.shop import Shop
from footfall.v1 import site_service_pb2
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identity import Role
from google.protobuf.message import Message
from two_tenants import Place, Refused, Side, World

OURS, THEIRS = "0f0e0d0c-0000-7000-8000-00000000000a", "0f0e0d0c-0000-7000-8000-00000000000b"


class Call:
    """An answered call, or with a code a failed one."""

    def __init__(self, answer: Any, *, trailers: Any = (), code: grpc.StatusCode | None = None) -> None:
        self._answer, self._trailers, self._code = answer, trailers, code

    def __await__(self) -> Iterator[Any]:
        if self._code is not None:
            nothing = grpc.aio.Metadata()
            raise grpc.aio.AioRpcError(self._code, nothing, nothing, details=self._answer)
        yield from ()
        return self._answer

    async def initial_metadata(self) -> Any:
        return ()

    async def trailing_metadata(self) -> Any:
        return self._trailers


@pytest.fixture
def world(tmp_path: Any) -> World:
    generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    shop = Shop(keys=load_keys(tmp_path), passwords=Passwords(hasher=hasher))
    ours, theirs = Side(shop.own, "chain-ours"), Side(shop.foreign, "chain-theirs")
    ours.own("site", OURS)
    theirs.own("site", THEIRS)
    ours.places += [Place(str(shop.own.site.site_id), "place-one"), Place(OURS, "place-two")]
    core: Any = None
    return World(shop, core, (ours, theirs), shop.clock)


def site(site_id: str = "", name: str = "") -> site_service_pb2.Site:
    return site_service_pb2.Site(site_id=site_id, display_name=name)


async def ask(world: World, call: Call, request: Message | None = None, **how: Any) -> Any:
    return await world.ask(
        world.sides[0], lambda *_, **__: call, request or site_service_pb2.GetSiteRequest(), **how
    )


@pytest.mark.parametrize(
    "call",
    [
        Call(site(THEIRS)),
        Call(site(name=f"near {THEIRS.replace('-', '')}")),
        Call(site(name="chain-theirs 1")),
        Call(site(), trailers=(("x-note", THEIRS),)),
        Call(site(), trailers=(("grpc-status-details-bin", f"there is {THEIRS}".encode()),)),
        Call(f"there is no site {THEIRS}", code=grpc.StatusCode.NOT_FOUND),
        Call("chain-theirs has it", code=grpc.StatusCode.ALREADY_EXISTS),
        Call("", trailers=(("x-note", THEIRS),), code=grpc.StatusCode.NOT_FOUND),
    ],
)
async def test_what_is_the_others_is_seen_wherever_it_is(world: World, call: Call) -> None:
    with pytest.raises(AssertionError, match=r"told|chain-theirs"):
        await ask(world, call)


async def test_what_the_asker_said_is_no_leak(world: World) -> None:
    request = site_service_pb2.GetSiteRequest(site_id=THEIRS)
    refused = await ask(world, Call(f"there is no site {THEIRS}", code=grpc.StatusCode.NOT_FOUND), request)
    assert isinstance(refused, Refused)
    assert await ask(world, Call(site(OURS))) == site(OURS)


async def test_what_one_is_told_is_ones_own_from_then_on(world: World) -> None:
    new = "0f0e0d0c-0000-7000-8000-00000000000c"
    await ask(world, Call(site(new)))
    with pytest.raises(AssertionError, match="told"):
        world.search(world.sides[1], f"there is {new}", site_service_pb2.GetSiteRequest())


async def test_somebody_of_one_site_is_not_told_of_another(world: World) -> None:
    await ask(world, Call(site(name="place-two")))
    with pytest.raises(AssertionError, match="told of another"):
        await ask(world, Call(site(name="place-two")), role=Role.SITE_MANAGER)


async def test_a_fault_of_the_core_is_no_refusal(world: World) -> None:
    with pytest.raises(AssertionError, match="INTERNAL"):
        await ask(world, Call("oh", code=grpc.StatusCode.INTERNAL))
