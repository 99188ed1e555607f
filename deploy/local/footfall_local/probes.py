"""Small questions that tell whether a server answers."""

import asyncio

import asyncpg
import grpc

from footfall_local.component import NotReadyError

LOOPBACK = "127.0.0.1"
PATIENCE = 2.0  # seconds for one answer
SERVING = b"\x08\x01"  # grpc.health.v1.HealthCheckResponse{status: SERVING}
LOOPBACK_CHANNEL = (("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1))


async def probe_http(port: int, path: str) -> bytes:
    """GET a path; returns the body.

    Raises:
        NotReadyError: nothing answers, or not with 200.

    """
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                await writer.drain()
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        raise NotReadyError(f"no answer on port {port} ({type(error).__name__})") from None
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        raise NotReadyError(f"GET {path} on port {port} answered {b''.join(status).decode() or 'nothing'}")
    return body


async def probe_grpc(port: int, method: str) -> bytes:
    """Call a unary method with an empty request; returns the serialised answer.

    Raises:
        NotReadyError: it did not answer OK.

    """
    async with grpc.aio.insecure_channel(f"{LOOPBACK}:{port}", options=LOOPBACK_CHANNEL) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        try:
            answer = await call(b"", timeout=PATIENCE)
        except grpc.aio.AioRpcError as error:
            raise NotReadyError(f"{method} on port {port} answered {error.code().name}") from None
    return answer


async def probe_health(port: int) -> None:
    """Ask grpc.health.v1.Health.

    Raises:
        NotReadyError: it is not SERVING.

    """
    if await probe_grpc(port, "/grpc.health.v1.Health/Check") != SERVING:
        raise NotReadyError(f"the gRPC server on port {port} is not serving yet")


async def probe_postgres(dsn: str) -> None:
    """Sign in and ask for 1.

    Raises:
        NotReadyError: PostgreSQL does not take queries.

    """
    try:
        connection = await asyncpg.connect(dsn, timeout=PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise NotReadyError(f"PostgreSQL takes no connections yet ({type(error).__name__})") from None
    try:
        await connection.fetchval("select 1", timeout=PATIENCE)
    finally:
        await connection.close(timeout=PATIENCE)
