"""Who calls: everybody who may, everybody else, and tokens that are none."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import grpc
import grpc.aio
from fakes.rpc_failures import taken_apart
from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from footfall_server.domain.identity import Role

Metadata = Sequence[tuple[str, str]]

NOBODY = "nobody"
FORGED = "forged"
PATIENCE_S = 1200.0
"""Longer than wrong passwords hold anybody up."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password or an API key."""

    email: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)


class Callers:
    """Signs in by credentials, and again when a token was ended by what the fuzzer did with it."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Mapping[Role, Credentials]) -> None:
        self._stub = auth_service_pb2_grpc.AuthServiceStub(channel)
        self._credentials = credentials
        self._tokens: dict[Role, str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def sign_in(self) -> Mapping[Role, str]:
        """Fresh tokens for all. Raises grpc.aio.AioRpcError."""
        for role in self._credentials:
            await self._sign_in(role)
        return self._tokens

    async def renew(self, role: Role, refused: Metadata) -> None:
        """Another token than the refused one. Of calls that come at once one signs in.

        A person who signs in many times at once is slowed down as somebody who guesses passwords is. Raises
        grpc.aio.AioRpcError.
        """
        async with self._one_at_a_time:
            if self.metadata(role) == refused:
                await self._sign_in(role)

    async def _sign_in(self, role: Role) -> None:
        known, request = self._credentials[role], auth_service_pb2.IssueTokenRequest()
        if known.api_key:
            request.api_key = known.api_key
        else:
            request.password.email, request.password.password = known.email, known.password
        answer = await self._issue_token(request)
        self._tokens[role] = answer.access_token

    async def _issue_token(
        self, request: auth_service_pb2.IssueTokenRequest
    ) -> auth_service_pb2.IssueTokenResponse:
        """Waits as it is told to: the fuzzer's messages bring wrong passwords from the same address."""
        patience = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            try:
                return await self._stub.IssueToken(request, timeout=60)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise
                delay = taken_apart(error).retry_seconds
                if delay is None or asyncio.get_running_loop().time() + delay > patience:
                    raise
            await asyncio.sleep(delay)

    def metadata(self, role: Role) -> Metadata:
        return bearer(self._tokens[role])

    def forged(self, dice: Random) -> Metadata:
        """A header that must let nobody in."""
        good = self._tokens[Role.TENANT_ADMIN]
        head, body, signature = good.split(".")
        unsigned = _part({"alg": "none", "typ": "JWT"})
        symmetric = _part({"alg": "HS256", "typ": "JWT"})
        at = dice.randrange(len(signature) - 4)
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        raised = _part({**claims, "role": Role.SYSTEM_ADMIN.value, "exp": 2**40})
        return dice.choice(
            [
                bearer(""),
                bearer("x"),
                bearer(f"{head}.{body}"),
                bearer(f"{unsigned}.{body}."),
                bearer(f"{symmetric}.{body}.{signature}"),
                bearer(f"{head}.{raised}.{signature}"),
                bearer(f"{head}.{body}.{signature[:at]}{_other(signature[at])}{signature[at + 1 :]}"),
                bearer(good[::-1]),
                bearer("a" * 9000),
                bearer("." * dice.randint(1, 300)),
                (("authorization", f"Basic {good}"),),
                (("authorization", good),),
                (("authorization", "Bearer"), ("authorization", f"Bearer {good[:-9]}")),
                bearer(f"{_part([])}.{_part([])}.{signature}"),
                bearer(f"{_part({'alg': 'RS256', 'kid': ['x'] * 9})}.{body}.{signature}"),
            ]
        )


def bearer(token: str) -> Metadata:
    return (("authorization", f"Bearer {token}"),)


def _part(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _other(letter: str) -> str:
    return "A" if letter != "A" else "B"
