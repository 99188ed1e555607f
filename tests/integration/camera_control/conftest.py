"""Two replicas of a core on PostgreSQL, and a gateway before one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from camera_control_clients import Client, CommandLine, ConsoleStub, PlainJson
from database_fixtures import FootfallDatabase
from fakes.people import PASSWORD
from fakes.shop import AUDIENCE, ISSUER
from footfall.v1 import auth_service_pb2
from footfall_gateway.settings import Address, GatewaySettings
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.places import Camera
from real_access import RealAccess, RealReplica

HOST = "127.0.0.1"


@dataclass(frozen=True)
class TwoReplicas:
    """Callers ask `here`, by its port or through the gateway; the worker's link is `there`."""

    access: RealAccess
    here: RealReplica
    there: RealReplica
    gateway: str
    camera_id: UUID
    manager: str

    def client(self, kind: str) -> Client:
        match kind:
            case "command line":
                return CommandLine(self.here.port, self.manager)
            case "JSON":
                return PlainJson(self.gateway, self.manager)
            case _:
                return ConsoleStub(self.gateway, self.manager)

    async def worker_key(self) -> str:
        """An API key for workers of the site."""
        key = await self.access.provisioning.create_api_key(
            self.access.tenant.tenant_id, self.access.site.site_id, display_name="Kasse", role=Role.WORKER
        )
        return key.text

    async def worker_token(self) -> str:
        """A token for workers of the site."""
        request = auth_service_pb2.IssueTokenRequest(api_key=await self.worker_key())
        return (await self.there.auth.IssueToken(request)).access_token


@pytest.fixture
async def replicas(footfall_database: FootfallDatabase, tmp_path: Path) -> AsyncIterator[TwoReplicas]:
    generate_key(tmp_path / "keys", at=datetime(2026, 1, 1, tzinfo=UTC))
    envoy_stack = ExitStack()
    async with AsyncExitStack() as stack:
        access = await stack.enter_async_context(RealAccess(footfall_database, load_keys(tmp_path / "keys")))
        here, there = await access.replica(), await access.replica()
        now = datetime.now(UTC)
        camera = Camera(new_id(), access.site.site_id, "Door", "synthetic:160x120@20", True, now, now)
        async with access.transactions.begin(access.tenant.tenant_id) as tx:
            await tx.cameras.add(camera, None)
        stack.push_async_callback(asyncio.to_thread, envoy_stack.close)
        envoy = envoy_before(here.port, tmp_path)
        # In a thread: Envoy is ready when the core, which lives in this loop, answers it.
        await asyncio.to_thread(envoy_stack.enter_context, running(envoy, log=tmp_path / "envoy.log"))
        email = f"{new_id()}@example.com"
        await access.provisioning.create_tenant_admin(
            access.tenant.tenant_id, email=email, display_name="", password=PASSWORD
        )
        password = auth_service_pb2.PasswordCredentials(email=email, password=PASSWORD)
        issued = await here.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=password))
        yield TwoReplicas(access, here, there, envoy.url, camera.camera_id, issued.access_token)


def envoy_before(core: int, folder: Path) -> Envoy:
    taken = {core}
    ports = []
    for _ in range(4):
        ports.append(free_port(avoid=frozenset(taken)))
        taken.add(ports[-1])
    listen, admin, web, keys = (Address(host=HOST, port=port) for port in ports)
    settings = GatewaySettings(
        listen=listen,
        admin=admin,
        core=(Address(host=HOST, port=core),),
        web=web,
        keys=keys,
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
    )
    return Envoy(settings=settings, folder=folder / "envoy")
