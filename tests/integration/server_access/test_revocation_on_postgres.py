"""Access that ends on two replicas, by PostgreSQL's notifications and, where those are lost, without them."""

import asyncio
from collections.abc import Awaitable

import grpc
import grpc.aio
import pytest
from fakes.edge_client import hello
from fakes.people import PASSWORD
from fakes.rpc_failures import Failure, taken_apart
from footfall.v1 import api_key_service_pb2, auth_service_pb2, ingest_service_pb2, live_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from real_access import RealAccess, RealReplica

PATIENCE = 30.0
ENDED = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def end_of(stream: "grpc.aio.Call") -> Failure:
    """How the core ends a stream."""
    try:
        async with asyncio.timeout(PATIENCE):
            while await stream.read() is not grpc.aio.EOF:  # type: ignore[attr-defined]
                pass
    except grpc.aio.AioRpcError as error:
        return taken_apart(error)
    raise AssertionError(f"the stream ended with {await stream.code()}")


async def admin_of(access: RealAccess, replica: RealReplica) -> tuple[tuple[str, str], ...]:
    email = f"{new_id()}@example.com"
    await access.provisioning.create_tenant_admin(
        access.tenant.tenant_id, email=email, display_name="", password=PASSWORD
    )
    credentials = auth_service_pb2.PasswordCredentials(email=email, password=PASSWORD)
    return await bearer(replica.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=credentials)))


async def bearer(issued: Awaitable[auth_service_pb2.IssueTokenResponse]) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {(await issued).access_token}"),)


@pytest.mark.parametrize("word", ["is heard", "is lost"])
async def test_a_revoked_key_ends_its_streams_on_both_replicas(access: RealAccess, word: str) -> None:
    """A Connect and a Watch on each replica, by keys of a worker and of another program."""
    replicas = [await access.replica(deaf=word == "is lost") for _ in range(2)]
    worker, program, kept = [
        await access.provisioning.create_api_key(
            access.tenant.tenant_id, access.site.site_id, display_name=name, role=role
        )
        for name, role in (("Kasse", Role.WORKER), ("Tablet", Role.SITE_MANAGER), ("Tor", Role.WORKER))
    ]
    admin = await admin_of(access, replicas[0])
    streams: list[grpc.aio.Call] = []
    others: list[grpc.aio.Call] = []
    for replica in replicas:
        for key, started in ((worker, streams), (kept, others)):
            request = auth_service_pb2.IssueTokenRequest(api_key=key.text)
            link = replica.ingest.Connect(metadata=await bearer(replica.auth.IssueToken(request)))
            await link.write(ingest_service_pb2.ConnectRequest(hello=hello()))
            welcome = await link.read()
            assert isinstance(welcome, ingest_service_pb2.ConnectResponse)
            assert welcome.HasField("welcome")
            started.append(link)
        request = auth_service_pb2.IssueTokenRequest(api_key=program.text)
        watch = replica.live.Watch(
            live_service_pb2.WatchRequest(), metadata=await bearer(replica.auth.IssueToken(request))
        )
        assert await watch.read() is not grpc.aio.EOF
        streams.append(watch)
    for key in (worker, program):
        revoke = api_key_service_pb2.RevokeApiKeyRequest(api_key_id=str(key.api_key_id))
        await replicas[0].api_keys.RevokeApiKey(revoke, metadata=admin)
    ends = await asyncio.gather(*map(end_of, streams))
    assert {(each.code, each.reason) for each in ends} == {ENDED}
    assert not any(each.done() for each in others), "links of another key ended, too"
    for each in others:
        each.cancel()
