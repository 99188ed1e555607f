"""The core's own TLS: what it shows, whom it takes, and files that change while it serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest
from fakes.shop import Shop
from fakes.tls_files import ServerFiles, server_files
from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from footfall_server.rpc.server_tls import BadTlsFilesError, ServerTls


@asynccontextmanager
async def served(shop: Shop, tls: ServerTls) -> AsyncIterator[int]:
    async with shop.core().serving("127.0.0.1:0", tls) as port:
        yield port


async def keys_over(
    port: int, trusted: ServerFiles | None, *, shown: ServerFiles | None = None
) -> auth_service_pb2.GetJwksResponse:
    """A call on a connection of its own. Raises grpc.aio.AioRpcError."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    if trusted is None:
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options)
    else:
        credentials = grpc.ssl_channel_credentials(
            trusted.certificate.read_bytes(),
            shown.private_key.read_bytes() if shown else None,
            shown.certificate.read_bytes() if shown else None,
        )
        channel = grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=options)
    async with channel:
        return await auth_service_pb2_grpc.AuthServiceStub(channel).GetJwks(auth_service_pb2.GetJwksRequest())


async def refused(port: int, trusted: ServerFiles | None, *, shown: ServerFiles | None = None) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await keys_over(port, trusted, shown=shown)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_with_tls_nothing_is_said_in_the_clear(shop: Shop, tmp_path: Path) -> None:
    files = server_files(tmp_path)
    tls = ServerTls(certificate=files.certificate, private_key=files.private_key, client_ca=None)
    async with served(shop, tls) as port:
        assert (await keys_over(port, files)).keys
        await refused(port, None)


async def test_only_the_gateway_is_taken_when_its_authority_is_named(shop: Shop, tmp_path: Path) -> None:
    files, gateway = server_files(tmp_path / "core"), server_files(tmp_path / "gateway")
    stranger = server_files(tmp_path / "stranger")
    tls = ServerTls(
        certificate=files.certificate, private_key=files.private_key, client_ca=gateway.certificate
    )
    async with served(shop, tls) as port:
        assert (await keys_over(port, files, shown=gateway)).keys
        await refused(port, files)
        await refused(port, files, shown=stranger)


async def test_new_files_count_without_a_restart(shop: Shop, tmp_path: Path) -> None:
    files = server_files(tmp_path / "core")
    before = server_files(tmp_path / "old")
    before.certificate.write_bytes(files.certificate.read_bytes())
    tls = ServerTls(certificate=files.certificate, private_key=files.private_key, client_ca=None)
    async with served(shop, tls) as port:
        assert (await keys_over(port, before)).keys
        server_files(tmp_path / "core")
        assert (await keys_over(port, files)).keys
        await refused(port, before)
        files.private_key.write_text("half a key")
        assert (await keys_over(port, files)).keys, "files that do not fit change nothing"


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    files, others = server_files(tmp_path / "core"), server_files(tmp_path / "others")
    for certificate, private_key, client_ca in (
        (tmp_path / "absent", files.private_key, None),
        (files.certificate, others.private_key, None),
        (files.private_key, files.private_key, None),
        (files.certificate, files.private_key, files.private_key),
    ):
        with pytest.raises(BadTlsFilesError, match=str(tmp_path)) as caught:
            ServerTls(certificate=certificate, private_key=private_key, client_ca=client_ca)
        assert "\n" not in str(caught.value)
