"""The one way to the database."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.certificates import JoinToken
from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.places import Tenant
from footfall_server.domain.setup_token import SetupToken
from footfall_server.ports.accounts import (
    ApiKeyRepository,
    LoginAttemptRepository,
    OidcLoginRepository,
    SetupTokenRepository,
    UserRepository,
)
from footfall_server.ports.audit import AuditRepository
from footfall_server.ports.batches import BatchRepository
from footfall_server.ports.certificates import CertificateRepository, JoinTokenRepository
from footfall_server.ports.changes import ChangeRepository
from footfall_server.ports.clustering import PopulationRepository
from footfall_server.ports.commands import CommandRepository, PictureRepository
from footfall_server.ports.customers import (
    CustomerRepository,
    CustomerSightingRepository,
    ErasureRepository,
    ExemplarRepository,
)
from footfall_server.ports.decisions import DecisionRepository
from footfall_server.ports.erasures import ErasureLedger
from footfall_server.ports.event_readers import EventCursorRepository
from footfall_server.ports.images import ImageRepository
from footfall_server.ports.jobs import JobRepository, JobTick
from footfall_server.ports.leases import LeaseRepository
from footfall_server.ports.merges import (
    DistinctRepository,
    MergeRepository,
    SuggestionRepository,
)
from footfall_server.ports.models import (
    CalibrationRepository,
    ModelChangeRepository,
    ModelFaceRepository,
    TenantModelRepository,
)
from footfall_server.ports.opt_outs import OptOutRepository
from footfall_server.ports.paging import NameCursor
from footfall_server.ports.places import CameraRepository, SiteRepository, TenantSettingsRepository
from footfall_server.ports.previews import PreviewRepository
from footfall_server.ports.recognition import (
    EventRepository,
    GalleryRepository,
    SightingRepository,
)
from footfall_server.ports.report_days import ReportDayRepository
from footfall_server.ports.report_sources import ReportSourceRepository
from footfall_server.ports.reports import ReportRepository
from footfall_server.ports.restatements import RestatementRepository
from footfall_server.ports.retention import RetentionRepository
from footfall_server.ports.sessions import RevocationRepository, SessionRepository, SessionSearch
from footfall_server.ports.staff import EnrolmentRepository, StaffRepository
from footfall_server.ports.staff_gallery import StaffGalleryRepository
from footfall_server.ports.uptime import UptimeRepository
from footfall_server.ports.visits import VisitRepository
from footfall_server.ports.webhooks import WebhookDeliveryRepository, WebhookRepository
from footfall_server.ports.workers import WorkerRepository


class AccountTransaction(Protocol):
    """What a tenant's transaction and the platform's have in common: each has its own people."""

    @property
    def users(self) -> UserRepository: ...
    @property
    def setup_tokens(self) -> SetupTokenRepository: ...
    @property
    def sessions(self) -> SessionRepository: ...
    @property
    def revocations(self) -> RevocationRepository: ...
    @property
    def audit(self) -> AuditRepository: ...


class Transaction(Protocol):
    """One transaction in one tenant. Leaving its context commits; an exception rolls all of it back."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def settings(self) -> TenantSettingsRepository: ...
    @property
    def sites(self) -> SiteRepository: ...
    @property
    def cameras(self) -> CameraRepository: ...
    @property
    def users(self) -> UserRepository: ...
    @property
    def setup_tokens(self) -> SetupTokenRepository: ...
    @property
    def api_keys(self) -> ApiKeyRepository: ...
    @property
    def sessions(self) -> SessionRepository: ...
    @property
    def revocations(self) -> RevocationRepository: ...
    @property
    def join_tokens(self) -> JoinTokenRepository: ...
    @property
    def certificates(self) -> CertificateRepository: ...
    @property
    def workers(self) -> WorkerRepository: ...
    @property
    def commands(self) -> CommandRepository: ...
    @property
    def pictures(self) -> PictureRepository: ...
    @property
    def previews(self) -> PreviewRepository: ...
    @property
    def leases(self) -> LeaseRepository: ...
    @property
    def staff(self) -> StaffRepository: ...
    @property
    def enrolments(self) -> EnrolmentRepository: ...
    @property
    def staff_gallery(self) -> StaffGalleryRepository: ...
    @property
    def events(self) -> EventRepository: ...
    @property
    def gallery(self) -> GalleryRepository: ...
    @property
    def sightings(self) -> SightingRepository: ...
    @property
    def visits(self) -> VisitRepository: ...
    @property
    def uptime(self) -> UptimeRepository: ...
    @property
    def reports(self) -> ReportRepository: ...
    @property
    def report_days(self) -> ReportDayRepository: ...
    @property
    def report_sources(self) -> ReportSourceRepository: ...
    @property
    def restatements(self) -> RestatementRepository: ...
    @property
    def images(self) -> ImageRepository: ...
    @property
    def retention(self) -> RetentionRepository: ...
    @property
    def changes(self) -> ChangeRepository: ...
    @property
    def decisions(self) -> DecisionRepository: ...
    @property
    def batches(self) -> BatchRepository: ...
    @property
    def jobs(self) -> JobRepository: ...
    @property
    def population(self) -> PopulationRepository: ...
    @property
    def tenant_models(self) -> TenantModelRepository: ...
    @property
    def model_changes(self) -> ModelChangeRepository: ...
    @property
    def model_faces(self) -> ModelFaceRepository: ...
    @property
    def calibrations(self) -> CalibrationRepository: ...
    @property
    def customers(self) -> CustomerRepository: ...
    @property
    def customer_sightings(self) -> CustomerSightingRepository: ...
    @property
    def exemplars(self) -> ExemplarRepository: ...
    @property
    def erasure(self) -> ErasureRepository: ...
    @property
    def erasures(self) -> ErasureLedger: ...
    @property
    def opt_outs(self) -> OptOutRepository: ...
    @property
    def merges(self) -> MergeRepository: ...
    @property
    def distinct(self) -> DistinctRepository: ...
    @property
    def suggestions(self) -> SuggestionRepository: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
    @property
    def webhook_deliveries(self) -> WebhookDeliveryRepository: ...
    @property
    def event_cursors(self) -> EventCursorRepository: ...
    @property
    def audit(self) -> AuditRepository: ...


class PlatformTransaction(Protocol):
    """A transaction outside any tenant: what signing in and running the installation need, and no more."""

    @property
    def audit(self) -> AuditRepository:
        """The installation's own log."""
        ...

    @property
    def sessions(self) -> SessionRepository:
        """Those of system administrators."""
        ...

    @property
    def users(self) -> UserRepository:
        """The system administrators."""
        ...

    @property
    def setup_tokens(self) -> SetupTokenRepository:
        """Those of system administrators."""
        ...

    @property
    def revocations(self) -> RevocationRepository: ...
    @property
    def session_search(self) -> SessionSearch: ...
    @property
    def login_attempts(self) -> LoginAttemptRepository: ...
    @property
    def oidc_logins(self) -> OidcLoginRepository: ...

    async def user_by_email(self, email: str) -> User | None:
        """The account with this address; case does not matter."""
        ...

    async def user_by_id(self, user_id: UUID) -> User | None: ...

    async def user_by_identity(self, issuer: str, subject: str) -> User | None:
        """The account that signs in with this identity, in whichever tenant it is."""
        ...

    async def setup_token(self, setup_token_id: UUID) -> SetupToken | None:
        """Anybody's setup token, to be looked at: taking it is for a transaction where its account is."""
        ...

    async def purge_setup_tokens(self, before: datetime) -> int:
        """Removes those that ended before, in every tenant; returns how many those were."""
        ...

    async def api_key_by_prefix(self, prefix: str) -> ApiKey | None: ...

    async def join_token(self, join_token_id: UUID) -> JoinToken | None: ...

    async def add_tenant(self, tenant: Tenant, request_id: UUID | None) -> Tenant:
        """As SiteRepository.add."""
        ...

    async def get_tenant(self, tenant_id: UUID) -> Tenant | None: ...

    async def list_tenants(self, *, after: NameCursor | None, limit: int) -> Sequence[Tenant]: ...

    async def save_tenant(self, tenant: Tenant) -> None: ...

    async def remove_tenant(self, tenant_id: UUID) -> bool:
        """Raises FAILED_PRECONDITION / NOT_EMPTY when the tenant has sites."""
        ...

    async def tenant_ids(self) -> Sequence[UUID]: ...

    async def being_restored(self) -> bool:
        """Whether a backup is being put back, or was and not to its end: erased people may be there again."""
        ...

    async def tenants_with_expired_links(self, now: datetime) -> Sequence[UUID]:
        """Those with workers that are not marked OFFLINE though their links expired."""
        ...

    async def tenants_with_expired_commands(self, now: datetime) -> Sequence[UUID]:
        """Those with commands that wait for longer than they may."""
        ...

    async def tenants_with_report_marks(self) -> Sequence[UUID]:
        """Those with days of reports that are not kept as they are now."""
        ...

    async def tenants_with_open_erasures(self) -> Sequence[UUID]:
        """Those with erasures that are not complete."""
        ...

    async def tenants_with_webhooks(self) -> Sequence[UUID]: ...

    async def tenants_with_webhooks_due(self, now: datetime) -> Sequence[UUID]:
        """Those with webhooks that have something to be sent and are in nobody's hands."""
        ...

    async def jobs_due(self, ticks: Mapping[str, datetime], now: datetime) -> Sequence[JobTick]:
        """Ticks of jobs that no tenant's run was begun for, and those whose run is under nobody's lease.

        `ticks` is when each job was due last; a run that nobody carries out any more is told whatever its
        tick, of any job.
        """
        ...

    async def purge_commands(self, before: datetime) -> int:
        """Removes those that expired before, in every tenant; returns how many those were.

        None that expired within the last hour: a repeated request is still answered by it.
        """
        ...

    async def purge_pictures(self, now: datetime) -> int:
        """Removes those that expired, in every tenant; returns how many those were."""
        ...

    async def purge_previews(self, now: datetime) -> int:
        """Removes demands that expired, in every tenant; returns how many those were."""
        ...


class Transactions(Protocol):
    """The one way to the database.

    `sites` confines a transaction: rows that belong to other sites are not there, and cannot be written,
    whatever its repositories are asked. None means all sites of the tenant.
    """

    def begin(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AbstractAsyncContextManager[Transaction]: ...

    def begin_exclusive(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """As begin, and one at a time per tenant over all replicas."""
        ...

    def begin_platform(self) -> AbstractAsyncContextManager[PlatformTransaction]: ...

    def begin_platform_exclusive(self) -> AbstractAsyncContextManager[PlatformTransaction]:
        """As begin_platform, and one at a time over all replicas."""
        ...
