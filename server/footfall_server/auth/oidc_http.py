"""How the core speaks to identity providers: HTTPS, little time, little data, and no detours."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from footfall_server import outbound_http
from footfall_server.outbound_http import AnswerTooLongError, read_at_most

TIMEOUT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
MAX_ANSWER_BYTES = 1 << 20


class BadAnswerError(Exception):
    """The provider does not answer as it should. The text says what happened, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object and the status that it came with."""

    status: int
    values: Mapping[str, Any]


def new_http_client() -> httpx.AsyncClient:
    """A client that follows no redirect: the provider's addresses are those of its own metadata."""
    return outbound_http.new_http_client(
        timeout_seconds=TIMEOUT_SECONDS, headers={"accept": "application/json"}
    )


async def ask(http: httpx.AsyncClient, request: httpx.Request, *, auth: httpx.Auth | None = None) -> Answer:
    """Sends a request that is answered with a JSON object. Raises BadAnswerError for anything else.

    An error of the 400s is an answer, too: OAuth tells with one what was wrong (RFC 6749, section 5.2).
    """
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            return await _ask(http, request, auth)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
        raise BadAnswerError(type(error).__name__) from None


async def _ask(http: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth | None) -> Answer:
    response = await http.send(request, auth=auth, stream=True)
    try:
        if response.is_redirect or not (response.is_success or response.is_client_error):
            raise BadAnswerError(f"status {response.status_code}")
        body = await read_at_most(response, MAX_ANSWER_BYTES)
    except AnswerTooLongError:
        raise BadAnswerError("the answer is too long") from None
    finally:
        await response.aclose()
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise BadAnswerError(f"status {response.status_code} and no JSON object")
    return Answer(response.status_code, values)
