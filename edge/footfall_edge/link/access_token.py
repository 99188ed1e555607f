"""The worker's access token."""

import base64
import binascii
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc.aio
from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from pydantic import SecretStr

_ISSUE_TIMEOUT_S = 10.0
_MARGIN_SHARE = 0.2
_MAX_MARGIN_S = 60.0
_UNREADABLE_LIFETIME_S = 300.0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token and when to have the next one. Its repr does not show it.

    renew_at: on this machine's monotonic clock, so that a wrong wall clock does no harm.
    """

    secret: SecretStr
    renew_at: float

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with a call."""
        return (("authorization", f"Bearer {self.secret.get_secret_value()}"),)


class TokenSource:
    """Trades the API key for tokens, and keeps one until shortly before its end."""

    refused = "the core does not know this worker's API key"
    """What it means that the core does not take the key, for people."""
    cut_off = "the gateway ends the TLS connection; is it the port of workers that have certificates?"
    """What it means that the gateway breaks TLS off, for people."""

    def __init__(self, *, api_key: SecretStr, clock: Callable[[], float] = time.monotonic) -> None:
        self._api_key = api_key
        self._clock = clock
        self._token: AccessToken | None = None

    async def get(self, channel: grpc.aio.Channel) -> AccessToken:
        """A token with time left. Raises grpc.aio.AioRpcError when none is issued."""
        if self._token is None or self._clock() >= self._token.renew_at:
            self._token = await self._issue(channel)
        return self._token

    def forget(self) -> None:
        """Have a new token next time: this one was refused."""
        self._token = None

    async def _issue(self, channel: grpc.aio.Channel) -> AccessToken:
        request = auth_service_pb2.IssueTokenRequest(api_key=self._api_key.get_secret_value())
        return await issue_token(channel, request, clock=self._clock)


async def issue_token(
    channel: grpc.aio.Channel,
    request: auth_service_pb2.IssueTokenRequest,
    *,
    clock: Callable[[], float],
) -> AccessToken:
    """Trade credentials for a token. Raises grpc.aio.AioRpcError when none is issued."""
    asked = clock()
    answer = await auth_service_pb2_grpc.AuthServiceStub(channel).IssueToken(
        request, timeout=_ISSUE_TIMEOUT_S
    )
    lifetime = _lifetime(answer.access_token)
    margin = min(lifetime * _MARGIN_SHARE, _MAX_MARGIN_S)
    return AccessToken(secret=SecretStr(answer.access_token), renew_at=asked + lifetime - margin)


def issued_at(token: AccessToken) -> float | None:
    """Seconds since 1970, by the core's clock, when the core made the token; None when it does not say."""
    try:
        return float(_claims(token.secret.get_secret_value())["iat"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return None


def _lifetime(jwt: str) -> float:
    """Seconds from a JWT's iat to its exp (RFC 7519): both by the issuer's clock, whatever ours says."""
    try:
        claims = _claims(jwt)
        lifetime = float(claims["exp"]) - float(claims["iat"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return _UNREADABLE_LIFETIME_S
    return max(lifetime, 1.0)


def _claims(jwt: str) -> dict[str, Any]:
    """What a JWT says. Not verified, since nothing is decided by it but when to ask again."""
    payload = jwt.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
