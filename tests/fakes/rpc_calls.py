"""Calls of any RPC by its name, as the descriptors have it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import grpc.aio
from fakes.shop import Metadata, Replica, Shop
from footfall_gateway.descriptor_set import SERVICE_FILES
from footfall_server.domain.identity import Role
from footfall_server.rpc.grpc_server import method_name
from footfall_server.rpc.permissions import PERMISSIONS
from google.protobuf.descriptor import MethodDescriptor

METHODS: Mapping[str, MethodDescriptor] = {
    method_name(service, method.name): method
    for file in SERVICE_FILES
    for service in file.services_by_name.values()
    for method in service.methods
}
CONNECT = "/footfall.v1.IngestService/Connect"
RENEW = "/footfall.v1.CertificateService/RenewCertificate"

PATIENCE = 20.0


def somebody_who_may(shop: Shop, method: str) -> Metadata:
    """The metadata of a caller whom the permission table lets in."""
    roles = PERMISSIONS[method].roles
    if not roles:
        return ()
    if method == RENEW and shop.enrolled is not None:
        return shop.enrolled.signed_in(shop.tokens, lifetime=timedelta(hours=1))
    return shop.signed_in(Role.TENANT_ADMIN if Role.TENANT_ADMIN in roles else min(roles))


async def call(core: Replica, method: str, metadata: Metadata, payloads: Sequence[bytes]) -> bytes | None:
    """Sends serialised messages. Gives the answer, or the first of a stream's answers; None at its end.

    Raises grpc.aio.AioRpcError. A stream of requests is left open until its end or `PATIENCE`.
    """
    described = METHODS[method]
    if described.client_streaming:
        return await _converse(core, method, metadata, payloads)
    async with asyncio.timeout(PATIENCE):
        if not described.server_streaming:
            return await core.channel.unary_unary(method)(payloads[0], metadata=metadata)
        stream = core.channel.unary_stream(method)(payloads[0], metadata=metadata)
        try:
            answer = await stream.read()
        finally:
            stream.cancel()
    return None if answer is grpc.aio.EOF else answer


async def _converse(
    core: Replica, method: str, metadata: Metadata, payloads: Sequence[bytes]
) -> bytes | None:
    # Left to the channel, sending ends quietly when the core has ended the stream before all was said.
    stream = core.channel.stream_stream(method)(iter(payloads), metadata=metadata)
    last = None
    try:
        async with asyncio.timeout(PATIENCE):
            while (answer := await stream.read()) is not grpc.aio.EOF:
                last = answer
    finally:
        stream.cancel()
    return last
