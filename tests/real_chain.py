"""A chain on the real database and the real index, and replicas of the core's heart on both."""

import contextlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from database_fixtures import FootfallDatabase
from fakes.ingest import SMALL_MODEL, an_ingest
from fakes.manual_clock import START, ManualClock
from fakes.memory_images import MemoryImages
from fakes.recognition_basis import CONSENT
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.places import DEFAULT_BUSINESS_DAY_START, Camera, Site, Tenant
from footfall_server.domain.worker import Worker
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.storage.milvus import MilvusFaceIndex
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions


@dataclass(slots=True)
class Replica:
    """One core's own connections."""

    transactions: PostgresTransactions
    index: MilvusFaceIndex
    ingest: FaceIngest


@dataclass(slots=True)
class RealChain:
    """A tenant of a test's own, with a shop and eight cameras."""

    database: FootfallDatabase
    milvus_uri: str
    stack: contextlib.AsyncExitStack
    model: RecognitionModel = SMALL_MODEL
    tenant_id: UUID = field(default_factory=new_id)
    visit_gap: timedelta = timedelta(hours=1)
    clock: ManualClock = field(default_factory=lambda: ManualClock(START + timedelta(hours=8)))
    site: Site = field(init=False)
    cameras: list[Camera] = field(init=False)

    async def replica(self) -> Replica:
        engine = make_engine(self.database.app_dsn)
        self.stack.push_async_callback(engine.dispose)
        index = MilvusFaceIndex(self.milvus_uri)
        self.stack.push_async_callback(index.close)
        await index.prepare(self.model.model_id, self.model.dimension)
        transactions = PostgresTransactions(engine)
        ingest = an_ingest(
            transactions=transactions,
            index=index,
            images=MemoryImages(),
            clock=self.clock,
            model=self.model,
        )
        return Replica(transactions, index, ingest)

    async def open(self) -> None:
        transactions = (await self.replica()).transactions
        async with transactions.begin_platform() as platform:
            await platform.add_tenant(Tenant(self.tenant_id, str(self.tenant_id), START, START), None)
        gap = self.visit_gap
        self.site = Site(
            new_id(), "Shop", "UTC", gap, DEFAULT_BUSINESS_DAY_START, START, START, recognition_basis=CONSENT
        )
        url = "rtsp://camera.invalid/1"
        camera = Camera(
            new_id(), self.site.site_id, "", url, enabled=True, created_at=START, updated_at=START
        )
        self.cameras = [
            replace(camera, camera_id=new_id(), display_name=f"Camera {number}") for number in range(8)
        ]
        async with transactions.begin(self.tenant_id) as tx:
            await tx.sites.add(self.site, None)
            for each in self.cameras:
                await tx.cameras.add(each, None)

    async def introduce(self, replica: Replica, worker_id: UUID, spool_id: UUID) -> int:
        """Admits a worker and gives the sequence that is acknowledged of its spool."""
        worker = Worker(
            worker_id, self.site.site_id, "worker", "1.0", spool_id, 0, START, START, new_id(), START
        )
        async with replica.transactions.begin(self.tenant_id) as tx:
            return await tx.workers.admit(worker)

    @property
    def camera_id(self) -> UUID:
        return self.cameras[0].camera_id

    def principal(self) -> Principal:
        sites = frozenset({self.site.site_id})
        return Principal(new_id(), Role.WORKER, self.tenant_id, START + timedelta(days=1), sites)


TwoChains = tuple[RealChain, RealChain]
