"""Two chains with sites, cameras and accounts, and replicas of a core that serves them from memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import grpc.aio
from fakes.canned_provider import CannedProvider
from fakes.crop_embedder import FakeCropEmbedder
from fakes.enrolled_worker import EnrolledWorker
from fakes.erasures import an_erasure_key
from fakes.face_examiner import FakeFaceExaminer
from fakes.manual_clock import START, ManualClock
from fakes.memory_changes import MemoryChanges
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.memory_transactions import MemoryTransactions
from fakes.recognition_basis import CONSENT
from fakes.webhook_parts import FakeSecretSeal, FakeWebhookSender
from footfall.v1 import (
    api_key_service_pb2_grpc,
    audit_service_pb2_grpc,
    auth_service_pb2_grpc,
    camera_control_service_pb2_grpc,
    camera_service_pb2_grpc,
    certificate_service_pb2_grpc,
    customer_service_pb2_grpc,
    erasure_service_pb2_grpc,
    image_service_pb2_grpc,
    ingest_service_pb2_grpc,
    job_service_pb2_grpc,
    live_service_pb2_grpc,
    opt_out_service_pb2_grpc,
    recognition_service_pb2_grpc,
    report_service_pb2_grpc,
    retention_service_pb2_grpc,
    site_service_pb2_grpc,
    staff_import_service_pb2_grpc,
    staff_service_pb2_grpc,
    tenant_service_pb2_grpc,
    user_service_pb2_grpc,
    visit_service_pb2_grpc,
    webhook_service_pb2_grpc,
)
from footfall_server.app import Adapters, Choices, Core
from footfall_server.auth.authority import Authorities
from footfall_server.auth.keys import KeyRing
from footfall_server.auth.passwords import Passwords
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.places import Camera, Site, Tenant
from footfall_server.domain.site_rules import SiteRules
from footfall_server.ports import IdentityProvider
from footfall_server.rpc.edge_link import LinkManners
from footfall_server.settings import (
    AuthSettings,
    LimitsSettings,
    PreviewSettings,
    RecognitionSettings,
    RetentionSettings,
)

ISSUER = "https://footfall.example"
AUDIENCE = "footfall"
MODEL_ID = "fr-mobilefacenet-512"
DIMENSION = 512
OTHER_MODEL_ID = "sface-2021dec-128"
OTHER_DIMENSION = 128

BOUNDLESS = LimitsSettings(
    **{
        name: 1_000_000
        for name in LimitsSettings.model_fields
        if name.endswith(("_per_second", "_burst", "_streams"))
    },
    tenant_waiting_calls=10_000,
)
"""Limits that the limiter looks after and no test reaches: on a clock that stands still no bucket fills."""

Metadata = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chain:
    """One tenant: two sites with a camera each."""

    tenant: Tenant
    site: Site
    other_site: Site
    camera: Camera
    other_camera: Camera


@dataclass(slots=True)
class Replica:
    """A running core and a client's stubs."""

    core: Core
    port: int
    channel: grpc.aio.Channel
    auth: "auth_service_pb2_grpc.AuthServiceAsyncStub"
    api_keys: "api_key_service_pb2_grpc.ApiKeyServiceAsyncStub"
    certificates: "certificate_service_pb2_grpc.CertificateServiceAsyncStub"
    users: "user_service_pb2_grpc.UserServiceAsyncStub"
    tenants: "tenant_service_pb2_grpc.TenantServiceAsyncStub"
    sites: "site_service_pb2_grpc.SiteServiceAsyncStub"
    cameras: "camera_service_pb2_grpc.CameraServiceAsyncStub"
    camera_control: "camera_control_service_pb2_grpc.CameraControlServiceAsyncStub"
    ingest: "ingest_service_pb2_grpc.IngestServiceAsyncStub"
    visits: "visit_service_pb2_grpc.VisitServiceAsyncStub"
    live: "live_service_pb2_grpc.LiveServiceAsyncStub"
    images: "image_service_pb2_grpc.ImageServiceAsyncStub"
    recognition: "recognition_service_pb2_grpc.RecognitionServiceAsyncStub"
    customers: "customer_service_pb2_grpc.CustomerServiceAsyncStub"
    reports: "report_service_pb2_grpc.ReportServiceAsyncStub"
    staff: "staff_service_pb2_grpc.StaffServiceAsyncStub"
    staff_imports: "staff_import_service_pb2_grpc.StaffImportServiceAsyncStub"
    audit: "audit_service_pb2_grpc.AuditServiceAsyncStub"
    jobs: "job_service_pb2_grpc.JobServiceAsyncStub"
    erasures: "erasure_service_pb2_grpc.ErasureServiceAsyncStub"
    opt_outs: "opt_out_service_pb2_grpc.OptOutServiceAsyncStub"
    webhooks: "webhook_service_pb2_grpc.WebhookServiceAsyncStub"
    retention: "retention_service_pb2_grpc.RetentionServiceAsyncStub"


@dataclass(slots=True)
class Shop:
    """The world that replicas of one installation share."""

    keys: KeyRing
    passwords: Passwords
    authorities: Authorities | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    index: MemoryFaceIndex = field(default_factory=lambda: MemoryFaceIndex({MODEL_ID: DIMENSION}))
    images: MemoryImages = field(default_factory=MemoryImages)
    embedder: FakeCropEmbedder = field(
        default_factory=lambda: FakeCropEmbedder({MODEL_ID: DIMENSION, OTHER_MODEL_ID: OTHER_DIMENSION})
    )
    examiner: FakeFaceExaminer = field(
        default_factory=lambda: FakeFaceExaminer({MODEL_ID: DIMENSION, OTHER_MODEL_ID: OTHER_DIMENSION})
    )
    webhook_sender: FakeWebhookSender = field(default_factory=FakeWebhookSender)
    webhook_seal: FakeSecretSeal = field(default_factory=FakeSecretSeal)
    manners: LinkManners = field(default_factory=LinkManners)
    watch_heartbeat: timedelta = timedelta(seconds=15)
    fallback_faces: int = 1000
    index_gathers_for: timedelta = timedelta(0)
    """Nobody waits for the index here: what is seeded is in it before anything is asked."""
    require_bound_certificates: bool = True
    enrolled: EnrolledWorker | None = None
    """A worker with a certificate, for what only such a one may call; see `enrol`."""
    limits: LimitsSettings = BOUNDLESS
    previews: PreviewSettings = field(default_factory=PreviewSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    transactions: MemoryTransactions = field(init=False)
    tokens: AccessTokens = field(init=False)
    own: Chain = field(init=False)
    foreign: Chain = field(init=False)
    identity_providers: Sequence[IdentityProvider] = field(init=False)

    def __post_init__(self) -> None:
        self.transactions = MemoryTransactions(clock=self.clock, changes=self.changes)
        self.tokens = AccessTokens(keys=self.keys, issuer=ISSUER, audience=AUDIENCE, clock=self.clock)
        self.own = self._chain("Kaufhaus Nord")
        self.foreign = self._chain("Warenhaus Süd")
        self.identity_providers = [CannedProvider(self.own.tenant.tenant_id)]

    def token(
        self,
        role: Role,
        *,
        chain: Chain | None = None,
        sites: Sequence[UUID] | None = None,
        lifetime: timedelta = timedelta(hours=1),
        subject_id: UUID | None = None,
        acting: bool = False,
    ) -> str:
        """A good token of this installation. Managers and workers get the chain's first site.

        A system administrator acts for no tenant, or for the chain.
        """
        of = chain or self.own
        confined = role in {Role.SITE_MANAGER, Role.WORKER}
        without_tenant = role is Role.SYSTEM_ADMIN and not acting
        return self.tokens.issue(
            subject_id=subject_id or new_id(),
            role=role,
            tenant_id=None if without_tenant else of.tenant.tenant_id,
            site_ids=frozenset(sites or [of.site.site_id]) if confined else None,
            lifetime=lifetime,
            session_id=None if role is Role.WORKER else new_id(),
        ).text

    def signed_in(
        self,
        role: Role,
        *,
        chain: Chain | None = None,
        sites: Sequence[UUID] | None = None,
        acting: bool = False,
    ) -> Metadata:
        """The metadata of a call by somebody with this role."""
        return bearer(self.token(role, chain=chain, sites=sites, acting=acting))

    def core(self) -> Core:
        """One more core, which serves nothing yet."""
        return Core(
            adapters=Adapters(
                transactions=self.transactions,
                index=self.index,
                images=self.images,
                changes=self.changes,
                clock=self.clock,
                embedder=self.embedder,
                examiner=self.examiner,
                webhook_sender=self.webhook_sender,
                webhook_seal=self.webhook_seal,
                identity_providers=self.identity_providers,
            ),
            keys=self.keys,
            passwords=self.passwords,
            authorities=self.authorities,
            erasure_key=an_erasure_key(),
            choices=Choices(
                auth=AuthSettings(
                    keys_dir=Path("unused"),
                    issuer=ISSUER,
                    audience=AUDIENCE,
                    require_bound_certificates=self.require_bound_certificates,
                ),
                recognition=RecognitionSettings(model_id=MODEL_ID),
                limits=self.limits,
                previews=self.previews,
                retention=self.retention,
                manners=self.manners,
                watch_heartbeat=self.watch_heartbeat,
                drain_grace=timedelta(seconds=2),
                fallback_faces=self.fallback_faces,
                index_gathers_for=self.index_gathers_for,
                erasures_looked_after_every=timedelta(milliseconds=200),
            ),
        )

    @asynccontextmanager
    async def replica(self) -> AsyncIterator[Replica]:
        """One more replica, serving until the context ends."""
        core = self.core()
        # The channel outlives the server, so that a client sees how the server leaves.
        async with AsyncExitStack() as outlasting, core.serving("127.0.0.1:0") as port:
            channel = await outlasting.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
            yield Replica(
                core=core,
                port=port,
                channel=channel,
                auth=auth_service_pb2_grpc.AuthServiceStub(channel),
                api_keys=api_key_service_pb2_grpc.ApiKeyServiceStub(channel),
                certificates=certificate_service_pb2_grpc.CertificateServiceStub(channel),
                users=user_service_pb2_grpc.UserServiceStub(channel),
                tenants=tenant_service_pb2_grpc.TenantServiceStub(channel),
                sites=site_service_pb2_grpc.SiteServiceStub(channel),
                cameras=camera_service_pb2_grpc.CameraServiceStub(channel),
                camera_control=camera_control_service_pb2_grpc.CameraControlServiceStub(channel),
                ingest=ingest_service_pb2_grpc.IngestServiceStub(channel),
                visits=visit_service_pb2_grpc.VisitServiceStub(channel),
                live=live_service_pb2_grpc.LiveServiceStub(channel),
                images=image_service_pb2_grpc.ImageServiceStub(channel),
                recognition=recognition_service_pb2_grpc.RecognitionServiceStub(channel),
                customers=customer_service_pb2_grpc.CustomerServiceStub(channel),
                reports=report_service_pb2_grpc.ReportServiceStub(channel),
                staff=staff_service_pb2_grpc.StaffServiceStub(channel),
                staff_imports=staff_import_service_pb2_grpc.StaffImportServiceStub(channel),
                audit=audit_service_pb2_grpc.AuditServiceStub(channel),
                jobs=job_service_pb2_grpc.JobServiceStub(channel),
                erasures=erasure_service_pb2_grpc.ErasureServiceStub(channel),
                opt_outs=opt_out_service_pb2_grpc.OptOutServiceStub(channel),
                webhooks=webhook_service_pb2_grpc.WebhookServiceStub(channel),
                retention=retention_service_pb2_grpc.RetentionServiceStub(channel),
            )

    def snapshot(self) -> object:
        """All that is committed, to be compared before and after."""
        tables = [
            self.transactions.tables(chain.tenant.tenant_id).copy() for chain in (self.own, self.foreign)
        ]
        return tables, self.transactions.platform.copy(), dict(self.images.objects)

    def _chain(self, name: str) -> Chain:
        tenant = Tenant(tenant_id=new_id(), display_name=name, created_at=START, updated_at=START)
        self.transactions.platform.tenants[tenant.tenant_id] = tenant
        tables = self.transactions.tables(tenant.tenant_id)
        sites = [_site("Hauptstraße"), _site("Bahnhof")]
        cameras = [_camera(site, "Eingang") for site in sites]
        tables.sites.update({site.site_id: site for site in sites})
        tables.site_rules.update({(site.site_id, 1): SiteRules.first_of(site).at(START) for site in sites})
        tables.cameras.update({camera.camera_id: camera for camera in cameras})
        return Chain(tenant, sites[0], sites[1], cameras[0], cameras[1])


def bearer(token: str) -> Metadata:
    return (("authorization", f"Bearer {token}"),)


def _site(name: str) -> Site:
    return Site(
        site_id=new_id(),
        display_name=name,
        time_zone="Europe/Berlin",
        visit_gap=timedelta(hours=1),
        business_day_start=timedelta(hours=4),
        created_at=START,
        updated_at=START,
        recognition_basis=CONSENT,
    )


def _camera(site: Site, name: str) -> Camera:
    return Camera(
        camera_id=new_id(),
        site_id=site.site_id,
        display_name=name,
        source_url="rtsp://viewer:geheim@10.0.0.9:554/live",
        enabled=True,
        created_at=START,
        updated_at=START,
    )
