"""A tenant with a site and cameras, over the fakes, and the core's heart wired to it."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from fakes.ingest import an_ingest
from fakes.manual_clock import START, ManualClock
from fakes.memory_changes import MemoryChanges
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.memory_tables import TenantTables
from fakes.memory_transactions import MemoryTransactions
from fakes.recognition_basis import CONSENT
from fakes.synthetic_faces import DIMENSION, MODEL_ID
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.places import DEFAULT_BUSINESS_DAY_START, Camera, Site, Tenant
from footfall_server.domain.site_rules import SiteRules
from footfall_server.services.face_ingest import FaceIngest


@dataclass(slots=True)
class Shop:
    """Everything that a test of the core needs. `replica` makes another FaceIngest on the same stores."""

    tenant_id: UUID = field(default_factory=uuid4)
    clock: ManualClock = field(default_factory=lambda: ManualClock(START + timedelta(minutes=5)))
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    index: MemoryFaceIndex = field(default_factory=lambda: MemoryFaceIndex({MODEL_ID: DIMENSION}))
    images: MemoryImages = field(default_factory=MemoryImages)
    transactions: MemoryTransactions = field(init=False)
    site: Site = field(init=False)
    cameras: list[Camera] = field(init=False)
    ingest: FaceIngest = field(init=False)

    def __post_init__(self) -> None:
        self.transactions = MemoryTransactions(clock=self.clock, changes=self.changes)
        self.transactions.platform.tenants[self.tenant_id] = Tenant(self.tenant_id, "Chain", START, START)
        self.site = self.open_site("Shop")
        self.cameras = [self.hang_camera(self.site, f"Camera {number}") for number in range(8)]
        self.ingest = self.replica()

    @property
    def tables(self) -> TenantTables:
        return self.transactions.tables(self.tenant_id)

    @property
    def camera_id(self) -> UUID:
        return self.cameras[0].camera_id

    def open_site(self, name: str) -> Site:
        site = Site(
            uuid4(),
            name,
            "UTC",
            timedelta(hours=1),
            DEFAULT_BUSINESS_DAY_START,
            START,
            START,
            recognition_basis=CONSENT,
        )
        self.tables.sites[site.site_id] = site
        self.tables.site_rules[site.site_id, 1] = SiteRules.first_of(site).at(START)
        return site

    def hang_camera(self, site: Site, name: str) -> Camera:
        camera = Camera(uuid4(), site.site_id, name, "rtsp://camera.invalid/1", True, START, START)
        self.tables.cameras[camera.camera_id] = camera
        return camera

    def principal(self, role: Role = Role.WORKER, *sites: Site) -> Principal:
        """Somebody of this tenant; without sites, of its first one."""
        return Principal(
            subject_id=uuid4(),
            role=role,
            tenant_id=self.tenant_id,
            expires_at=START + timedelta(days=1),
            site_ids=frozenset(site.site_id for site in sites or (self.site,)),
        )

    def replica(self) -> FaceIngest:
        return an_ingest(
            transactions=self.transactions, index=self.index, images=self.images, clock=self.clock
        )
