"""How the core speaks HTTP to machines of others: little time, little data, and no detours."""

import ssl
from collections.abc import Mapping

import httpx


class AnswerTooLongError(Exception):
    """The answer has more bytes than are read."""


def new_http_client(
    *,
    timeout_seconds: float,
    headers: Mapping[str, str],
    tls: ssl.SSLContext | bool = True,
    connections: int = 20,
    kept_alive: int = 5,
    from_environment: bool = True,
) -> httpx.AsyncClient:
    """A client that follows no redirect.

    `timeout_seconds` holds for each step of a request. Without `from_environment` no proxy and no credentials
    of the process's environment are used.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_seconds),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=kept_alive),
        follow_redirects=False,
        verify=tls,
        trust_env=from_environment,
        headers={"user-agent": "footfall", **headers},
    )


async def read_at_most(response: httpx.Response, most_bytes: int) -> bytes:
    """The body of a streamed response. Raises AnswerTooLongError instead of reading on."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > most_bytes:
            raise AnswerTooLongError
    return bytes(body)
