"""A core with fakes for its stores, and Envoy before it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fakes.manual_clock import ManualClock
from fakes.shop import AUDIENCE, ISSUER, Shop
from fakes.wire_events import face_event
from footfall_gateway.settings import Address, GatewaySettings
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from google.protobuf.json_format import MessageToDict

HOST = "127.0.0.1"
MAX_BODY = 4 * 1024 * 1024

Event = dict[str, Any]


class Door:
    """The shop's API from outside."""

    def __init__(self, shop: Shop, client: httpx.AsyncClient) -> None:
        self.shop = shop
        self.client = client

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        content: bytes | AsyncIterator[bytes] | None = None,
        body: object = None,
    ) -> httpx.Response:
        """One call. `content` goes as it is, `body` as JSON; NaN stays what Python writes for it."""
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else content
        return await self.client.request(method, path, content=data, headers=headers)

    def event(self) -> Event:
        """A good event, as JSON."""
        seen = self.shop.clock.now() - timedelta(minutes=5)
        message = face_event(self.shop.own.camera.camera_id, at=seen)
        return dict(MessageToDict(message, preserving_proto_field_name=False))


@asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[Door]:
    """Lets in for as long as the context is open."""
    generate_key(folder / "keys", at=datetime(2026, 1, 1, tzinfo=UTC))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    # Envoy looks at the real clock when it checks tokens.
    clock = ManualClock(datetime.now(UTC))
    shop = Shop(keys=load_keys(folder / "keys"), passwords=Passwords(hasher=hasher), clock=clock)
    port = free_port()
    async with shop.replica() as core:
        settings = GatewaySettings(
            listen=Address(host=HOST, port=port),
            admin=Address(host=HOST, port=free_port(avoid=frozenset({port}))),
            core=(Address(host=HOST, port=core.port),),
            web=Address(host=HOST, port=free_port(avoid=frozenset({port, core.port}))),
            keys=Address(host=HOST, port=free_port(avoid=frozenset({port, core.port}))),
            token_issuer=ISSUER,
            token_audience=AUDIENCE,
            max_request_bytes=MAX_BODY,
        )
        envoy = Envoy(settings=settings, folder=folder / "envoy")
        stack = ExitStack()
        try:
            # In a thread: Envoy is ready when the core, which lives in this loop, answers it.
            await asyncio.to_thread(stack.enter_context, running(envoy, log=folder / "envoy.log"))
            async with httpx.AsyncClient(base_url=envoy.url, trust_env=False, timeout=30) as client:
                yield Door(shop, client)
        finally:
            await asyncio.to_thread(stack.close)
