"""Whatever comes in, the core does not fail by it: arbitrary bytes, and good requests tampered with."""

from collections.abc import Sequence

import grpc
import pytest
from fakes.edge_client import hello
from fakes.good_requests import Requests, good_requests, seed
from fakes.mutations import damaged, mutated
from fakes.rpc_calls import CONNECT, METHODS, call, somebody_who_may
from fakes.rpc_failures import taken_apart
from fakes.shop import Replica, Shop
from footfall.v1 import ingest_service_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FAULTS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS}

thoroughly = settings(
    max_examples=40,
    deadline=None,
    # What was drawn for the keys of one run does not fit those of another.
    database=None,
    # One core serves all examples: that it still does is a part of what is tested.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
async def requests(shop: Shop, core: Replica) -> Requests:
    return good_requests(shop, await seed(shop, core))


async def endure(shop: Shop, core: Replica, method: str, payloads: Sequence[bytes]) -> None:
    """Fails when the core says that it failed, or ends a call without a reason of ours."""
    try:
        await call(core, method, somebody_who_may(shop, method), payloads)
    except grpc.aio.AioRpcError as error:
        failed = taken_apart(error)
        assert failed.code not in FAULTS, f"{method} fails by {payloads!r}: {failed}"


@pytest.mark.parametrize("method", sorted(METHODS))
@thoroughly
@given(data=st.binary(max_size=80))
async def test_bytes(shop: Shop, core: Replica, method: str, data: bytes) -> None:
    greeting = ingest_service_pb2.ConnectRequest(hello=hello()).SerializeToString()
    await endure(shop, core, method, [greeting, data] if method == CONNECT else [data])


@pytest.mark.parametrize("method", sorted(METHODS))
@thoroughly
@given(drawn=st.data())
async def test_tampered_requests(
    shop: Shop, core: Replica, requests: Requests, method: str, drawn: st.DataObject
) -> None:
    good = drawn.draw(st.sampled_from(requests[method]))
    if drawn.draw(st.booleans()):
        said = drawn.draw(mutated(good)).SerializeToString()
    else:
        said = drawn.draw(damaged(good.SerializeToString()))
    greeting = [requests[method][0].SerializeToString()] if method == CONNECT else []
    await endure(shop, core, method, [*greeting, said])
