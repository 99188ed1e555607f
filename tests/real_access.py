"""Replicas of a core that keep accounts, sessions and changes in a real database; the rest are fakes."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

import grpc.aio
from argon2 import PasswordHasher
from database_fixtures import FootfallDatabase
from fakes.crop_embedder import FakeCropEmbedder
from fakes.erasures import an_erasure_key
from fakes.face_examiner import FakeFaceExaminer
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.recognition_basis import CONSENT
from fakes.shop import AUDIENCE, DIMENSION, ISSUER, MODEL_ID
from fakes.webhook_parts import FakeSecretSeal, FakeWebhookSender
from footfall.v1 import (
    api_key_service_pb2_grpc,
    auth_service_pb2_grpc,
    ingest_service_pb2_grpc,
    live_service_pb2_grpc,
    site_service_pb2_grpc,
    staff_service_pb2_grpc,
)
from footfall_server.app import Adapters, Choices, Core
from footfall_server.auth.keys import KeyRing
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.change import AccessRevoked, WorkerConnected
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import DEFAULT_BUSINESS_DAY_START, DEFAULT_VISIT_GAP, Site, Tenant
from footfall_server.ports import ChangeSource, Notification
from footfall_server.services.provisioning import ProvisioningService
from footfall_server.settings import AuthSettings, RecognitionSettings
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock


class DeafToRevocations:
    """A ChangeSource that loses every word of ended access."""

    def __init__(self, source: ChangeSource) -> None:
        self._source = source

    async def notifications(self) -> AsyncIterator[Notification]:
        async for each in self._source.notifications():
            if not isinstance(each, AccessRevoked):
                yield each

    async def announce_worker(self, word: WorkerConnected) -> None:
        await self._source.announce_worker(word)


@dataclass(slots=True)
class RealReplica:
    """One core with connections of its own, and a client's stubs."""

    core: Core
    port: int
    auth: "auth_service_pb2_grpc.AuthServiceAsyncStub"
    api_keys: "api_key_service_pb2_grpc.ApiKeyServiceAsyncStub"
    ingest: "ingest_service_pb2_grpc.IngestServiceAsyncStub"
    live: "live_service_pb2_grpc.LiveServiceAsyncStub"
    sites: "site_service_pb2_grpc.SiteServiceAsyncStub"
    staff: "staff_service_pb2_grpc.StaffServiceAsyncStub"


@dataclass(slots=True)
class RealAccess:
    """An installation with one tenant of a test's own. An async context manager."""

    database: FootfallDatabase
    keys: KeyRing
    grace: timedelta = timedelta(seconds=10)
    passwords: Passwords = field(
        default_factory=lambda: Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    )
    tenant: Tenant = field(init=False)
    site: Site = field(init=False)
    transactions: PostgresTransactions = field(init=False)
    provisioning: ProvisioningService = field(init=False)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def __aenter__(self) -> Self:
        clock = SystemClock()
        now = clock.now()
        self.transactions = self._transactions()
        self.provisioning = ProvisioningService(
            transactions=self.transactions, passwords=self.passwords, policy=PasswordPolicy(), clock=clock
        )
        tenant_id = new_id()
        self.tenant = Tenant(tenant_id, str(tenant_id), now, now)
        self.site = Site(
            new_id(),
            "Shop",
            "UTC",
            DEFAULT_VISIT_GAP,
            DEFAULT_BUSINESS_DAY_START,
            now,
            now,
            recognition_basis=CONSENT,
        )
        async with self.transactions.begin_platform() as platform:
            await platform.add_tenant(self.tenant, None)
        async with self.transactions.begin(tenant_id) as tx:
            await tx.sites.add(self.site, None)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._stack.aclose()

    async def replica(self, *, deaf: bool = False) -> RealReplica:
        """One more replica, serving until the end. A deaf one hears of no revocation."""
        changes: ChangeSource = await self._stack.enter_async_context(
            PostgresChangeSource(self.database.app_dsn)
        )
        core = Core(
            adapters=Adapters(
                transactions=self._transactions(),
                index=MemoryFaceIndex({MODEL_ID: DIMENSION}),
                images=MemoryImages(),
                changes=DeafToRevocations(changes) if deaf else changes,
                clock=SystemClock(),
                embedder=FakeCropEmbedder({MODEL_ID: DIMENSION}),
                examiner=FakeFaceExaminer({MODEL_ID: DIMENSION}),
                webhook_sender=FakeWebhookSender(),
                webhook_seal=FakeSecretSeal(),
            ),
            keys=self.keys,
            passwords=self.passwords,
            erasure_key=an_erasure_key(),
            choices=Choices(
                auth=AuthSettings(
                    keys_dir=Path("unused"), issuer=ISSUER, audience=AUDIENCE, refresh_grace=self.grace
                ),
                recognition=RecognitionSettings(model_id=MODEL_ID),
                drain_grace=timedelta(seconds=1),
            ),
        )
        port = await self._stack.enter_async_context(core.serving("127.0.0.1:0"))
        channel = await self._stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        return RealReplica(
            core=core,
            port=port,
            auth=auth_service_pb2_grpc.AuthServiceStub(channel),
            api_keys=api_key_service_pb2_grpc.ApiKeyServiceStub(channel),
            ingest=ingest_service_pb2_grpc.IngestServiceStub(channel),
            live=live_service_pb2_grpc.LiveServiceStub(channel),
            sites=site_service_pb2_grpc.SiteServiceStub(channel),
            staff=staff_service_pb2_grpc.StaffServiceStub(channel),
        )

    def _transactions(self) -> PostgresTransactions:
        engine = make_engine(self.database.app_dsn, limits=PostgresLimits(pool_size=4))
        self._stack.push_async_callback(engine.dispose)
        return PostgresTransactions(engine)
