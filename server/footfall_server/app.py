"""The core, put together: read this and you know every object and how long it lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from footfall_server.auth.authority import Authorities
from footfall_server.auth.erasure_key import ErasureKey
from footfall_server.auth.key_reload import KeyReload
from footfall_server.auth.keys import KeyRing
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.auth.picture_seal import PURPOSE as PICTURES
from footfall_server.auth.picture_seal import PictureSeal
from footfall_server.auth.refresh_tokens import PURPOSE as REFRESH_TOKENS
from footfall_server.auth.refresh_tokens import RefreshTokens
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.jobs import JobRun
from footfall_server.domain.session import SessionLimits
from footfall_server.erasing import erasing
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.command_feed import CommandFeed
from footfall_server.live.desired_cameras import DesiredCameraFeed
from footfall_server.live.edge_registry import EdgeRegistry
from footfall_server.live.preview_source import PreviewSource
from footfall_server.live.previews import Previews
from footfall_server.live.revocation_list import RevocationList
from footfall_server.live.watch import Watch
from footfall_server.nightly import Recognition, Stores, Sweeps, job_runner
from footfall_server.ports import (
    ChangeSource,
    Clock,
    CropEmbedder,
    EventBroker,
    FaceExaminer,
    FaceIndex,
    IdentityProvider,
    ImageStore,
    SecretSeal,
    Transactions,
    WebhookSender,
)
from footfall_server.readiness import Readiness
from footfall_server.rpc.api_keys import ApiKeyServicer
from footfall_server.rpc.audit import AuditServicer
from footfall_server.rpc.auth import AuthServicer
from footfall_server.rpc.call_costs import COSTS
from footfall_server.rpc.camera_control import CameraControlServicer
from footfall_server.rpc.cameras import CameraServicer
from footfall_server.rpc.certificates import CertificateServicer
from footfall_server.rpc.client_addresses import ClientAddresses
from footfall_server.rpc.customers import CustomerServicer
from footfall_server.rpc.edge_link import LinkManners
from footfall_server.rpc.erasures import ErasureServicer
from footfall_server.rpc.grpc_server import GrpcServer
from footfall_server.rpc.images import ImageServicer
from footfall_server.rpc.ingest import IngestServicer
from footfall_server.rpc.interceptors.access_log import AccessLog
from footfall_server.rpc.interceptors.authentication import Authentication
from footfall_server.rpc.interceptors.authorisation import Authorisation
from footfall_server.rpc.interceptors.behaviour import BehaviourInterceptor
from footfall_server.rpc.interceptors.call_limits import CallLimits
from footfall_server.rpc.interceptors.calls_in_hand import CallsInHand
from footfall_server.rpc.interceptors.errors import Errors
from footfall_server.rpc.interceptors.fair_calls import FairCalls, fair_lines
from footfall_server.rpc.interceptors.first_write import WholeFirstWrites
from footfall_server.rpc.interceptors.messages import Messages
from footfall_server.rpc.interceptors.request_ids import RequestIds
from footfall_server.rpc.interceptors.stream_lifetimes import Drain, StreamLifetimes
from footfall_server.rpc.jobs import JobServicer
from footfall_server.rpc.live import LiveServicer
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.rpc.opt_outs import OptOutServicer
from footfall_server.rpc.page_tokens import PageTokens
from footfall_server.rpc.permissions import PERMISSIONS
from footfall_server.rpc.recognition import RecognitionServicer
from footfall_server.rpc.refresh_cookies import RefreshCookies
from footfall_server.rpc.reports import ReportServicer
from footfall_server.rpc.retention import RetentionServicer
from footfall_server.rpc.server_tls import ServerTls
from footfall_server.rpc.services import Servicers, services
from footfall_server.rpc.sites import SiteServicer
from footfall_server.rpc.staff import StaffServicer
from footfall_server.rpc.staff_imports import StaffImportServicer
from footfall_server.rpc.tenants import TenantServicer
from footfall_server.rpc.users import UserServicer
from footfall_server.rpc.visits import VisitServicer
from footfall_server.rpc.webhooks import WebhookServicer
from footfall_server.services.access_retention import AccessRetention
from footfall_server.services.accounts import AccountService
from footfall_server.services.api_keys import ApiKeyService
from footfall_server.services.audit_log import AuditLogService
from footfall_server.services.batching import BatchLimits, MicroBatcher
from footfall_server.services.calibration_plot import calibration_plot
from footfall_server.services.calibrations import CalibrationService
from footfall_server.services.camera_commands import CameraCommandService
from footfall_server.services.camera_leases import CameraLeases, LeaseAssignments, LeaseHolders
from footfall_server.services.cameras import CameraService
from footfall_server.services.change_retention import ChangeRetention
from footfall_server.services.command_expiry import CommandExpiry
from footfall_server.services.count_accuracy import CountAccuracy
from footfall_server.services.customers import CustomerService
from footfall_server.services.distinctness import Distinctness
from footfall_server.services.edge_retention import EdgeRetention
from footfall_server.services.erasures import ErasureService
from footfall_server.services.event_checks import EventTimes, RecognitionModel
from footfall_server.services.event_publishing import EventPublishing
from footfall_server.services.explanations import ExplanationService
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.failed_sign_ins import FailedSignIns
from footfall_server.services.fallback_galleries import FallbackGalleries
from footfall_server.services.images import ImageService
from footfall_server.services.import_store import ImportStore
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import IndexVerification
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.job_service import JobService
from footfall_server.services.link_expiry import LinkExpiry
from footfall_server.services.login_throttle import LoginThrottle
from footfall_server.services.merging import Merging
from footfall_server.services.model_changes import ModelChangeService
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.oidc import OidcService
from footfall_server.services.oidc_accounts import OidcAccounts
from footfall_server.services.opt_out_sweep import OptOutSweep
from footfall_server.services.opt_outs import OptOutService
from footfall_server.services.passwords import PasswordService
from footfall_server.services.preview_access import PreviewAccess
from footfall_server.services.reclustering import Reclustering
from footfall_server.services.reembedding import Reembedding
from footfall_server.services.relayed_pictures import RelayedPictures
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_export import ReportExport
from footfall_server.services.report_picture import report_book
from footfall_server.services.reports import ReportService
from footfall_server.services.resemblance import Resemblance
from footfall_server.services.resilient_search import ResilientSearch
from footfall_server.services.restatements import Restatements
from footfall_server.services.retention import RetentionService
from footfall_server.services.session_ending import SessionEnder
from footfall_server.services.session_tokens import SessionTokens
from footfall_server.services.sessions import SessionService
from footfall_server.services.shares import Shares, no_wait
from footfall_server.services.sign_in_retention import SignInRetention
from footfall_server.services.sites import SiteService
from footfall_server.services.splitting import Splitting
from footfall_server.services.staff import StaffService
from footfall_server.services.staff_faces import StaffFaces
from footfall_server.services.staff_galleries import StaffGalleries
from footfall_server.services.staff_import_expiry import StaffImportExpiry
from footfall_server.services.staff_imports import StaffImports
from footfall_server.services.staff_leaving import StaffLeaving
from footfall_server.services.staff_recognition import StaffRecognition
from footfall_server.services.stays import StayService
from footfall_server.services.subject_search import SubjectSearch
from footfall_server.services.suggestions import Suggestions
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.tenant_removal import TenantRemoval
from footfall_server.services.tenant_settings import TenantSettingsService
from footfall_server.services.tenant_switching import TenantSwitching
from footfall_server.services.tenants import TenantService
from footfall_server.services.threshold_policies import ThresholdPolicies
from footfall_server.services.users import UserService
from footfall_server.services.visits import VisitService
from footfall_server.services.webhook_delivery import DeliveryLimits, WebhookDeliveries
from footfall_server.services.webhook_fan_out import WebhookFanOut
from footfall_server.services.webhooks import WebhookService
from footfall_server.services.worker_directory import WorkerDirectory
from footfall_server.services.worker_removal import WorkerRemoval
from footfall_server.services.workers import WorkerService
from footfall_server.settings import (
    AuthSettings,
    LimitsSettings,
    PreviewSettings,
    RecognitionSettings,
    RetentionSettings,
)
from footfall_server.worker_desk import worker_desk

CONNECT = "/footfall.v1.IngestService/Connect"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Adapters:
    """What the core has of the world."""

    transactions: Transactions
    index: FaceIndex
    images: ImageStore
    changes: ChangeSource
    clock: Clock
    embedder: CropEmbedder
    examiner: FaceExaminer
    webhook_sender: WebhookSender
    webhook_seal: SecretSeal
    identity_providers: Sequence[IdentityProvider] = ()
    event_broker: EventBroker | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What is decided for a core, apart from where it runs."""

    auth: AuthSettings
    recognition: RecognitionSettings
    limits: LimitsSettings = field(default_factory=LimitsSettings)
    previews: PreviewSettings = field(default_factory=PreviewSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    webhooks: DeliveryLimits = field(default_factory=DeliveryLimits)
    manners: LinkManners = field(default_factory=LinkManners)
    watch_heartbeat: timedelta = timedelta(seconds=15)
    drain_grace: timedelta = timedelta(seconds=4)
    batches: BatchLimits = field(default_factory=BatchLimits)
    fallback_faces: int = 200_000
    index_gathers_for: timedelta = timedelta(seconds=1)
    """How long new faces wait for others, so that they reach the index in one lot."""
    erasures_looked_after_every: timedelta = timedelta(seconds=3)
    """How soon after the last of somebody is gone there is a receipt."""


def _report_servicer(adapters: Adapters, models: TenantModels, page_tokens: PageTokens) -> ReportServicer:
    """Reports on the wire and as files."""
    transactions, clock = adapters.transactions, adapters.clock
    reports = ReportService(transactions=transactions, clock=clock, accuracy=CountAccuracy(models=models))
    return ReportServicer(
        reports=reports,
        export=ReportExport(reports=reports, open_book=report_book, clock=clock),
        stays=StayService(transactions=transactions, clock=clock),
        restatements=Restatements(transactions=transactions),
        page_tokens=page_tokens,
    )


class Core:
    """One replica."""

    def __init__(
        self,
        *,
        adapters: Adapters,
        keys: KeyRing,
        passwords: Passwords,
        choices: Choices,
        erasure_key: ErasureKey,
        key_reload: KeyReload | None = None,
        authorities: Authorities | None = None,
        job_ended: Callable[[JobRun], None] = lambda _: None,
    ) -> None:
        transactions, clock = adapters.transactions, adapters.clock
        model = RecognitionModel(choices.recognition.model_id, choices.recognition.dimension)
        known_models = KnownModels(
            installation=model, installation_tail=ImpostorTail.of_points(choices.recognition.impostor_tail)
        )
        models = TenantModels(transactions=transactions, known=known_models, clock=clock)
        policies = ThresholdPolicies(known=known_models, target_rate=choices.recognition.target_rate)
        reclustering = Reclustering(transactions=transactions, clock=clock, models=models, policies=policies)
        self._erasing = erasing(
            transactions=transactions,
            images=adapters.images,
            key=erasure_key,
            issuer=choices.auth.issuer,
            every=choices.erasures_looked_after_every,
            clock=clock,
        )
        self._search = ResilientSearch(
            index=adapters.index,
            galleries=FallbackGalleries(
                transactions=transactions, clock=clock, most_faces=choices.fallback_faces
            ),
            verification=IndexVerification(
                transactions=transactions, index=adapters.index, clock=clock, settling=timedelta(0)
            ),
            clock=clock,
        )
        resemblance = Resemblance(index=self._search, policies=policies, clock=clock)
        self._index_recovery = IndexRecovery(transactions=transactions, index=adapters.index, models=models)
        limits = choices.retention.limits()
        self._jobs = job_runner(
            Stores(transactions, adapters.images, adapters.index, clock),
            limits,
            reclustering,
            Sweeps(
                self._erasing.sweep,
                OptOutSweep(
                    transactions=transactions,
                    removal=self._erasing.removal,
                    resemblance=resemblance,
                    models=models,
                    seal=self._erasing.opt_out_seal,
                ),
            ),
            Recognition(known_models, models, self._index_recovery),
            job_ended=job_ended,
        )
        tokens = AccessTokens(
            keys=keys, issuer=choices.auth.issuer, audience=choices.auth.audience, clock=clock
        )
        page_tokens = PageTokens(partial(keys.derived_secrets, "footfall page tokens"))
        rules = MessageRules()
        self._key_reload = key_reload
        shares = Shares(limits=choices.limits.limits(), clock=clock) if choices.limits.enforced else None
        self._drain = Drain()
        self._calls = CallsInHand()
        self._choices = choices

        access = SessionTokens(
            transactions=transactions, tokens=tokens, lifetime=choices.auth.person_token_ttl
        )
        sessions = SessionService(
            transactions=transactions,
            access=access,
            refresh_tokens=RefreshTokens(partial(keys.derived_secrets, REFRESH_TOKENS)),
            clock=clock,
            limits=SessionLimits(
                idle=choices.auth.session_idle_ttl,
                absolute=choices.auth.session_ttl,
                grace=choices.auth.refresh_grace,
            ),
        )
        self._failed_sign_ins = FailedSignIns(transactions=transactions, clock=clock)
        accounts = AccountService(
            transactions=transactions,
            tokens=tokens,
            keys=keys,
            clock=clock,
            worker_token_ttl=choices.auth.worker_token_ttl,
        )
        desk = worker_desk(
            authorities=authorities,
            transactions=transactions,
            tokens=tokens,
            clock=clock,
            auth=choices.auth,
        )
        ender = SessionEnder(clock=clock)
        people = PasswordService(
            transactions=transactions,
            passwords=passwords,
            policy=PasswordPolicy(),
            throttle=LoginThrottle(
                transactions=transactions,
                clock=clock,
                # Of the key that signs: every replica has it, also while a new one is handed out.
                key=lambda: keys.derived_secrets("footfall login attempts")[0],
            ),
            failures=self._failed_sign_ins,
            sessions=sessions,
            access=ender,
            clock=clock,
        )
        oidc = OidcService(
            providers=adapters.identity_providers,
            transactions=transactions,
            accounts=OidcAccounts(transactions=transactions, access=ender, clock=clock),
            sessions=sessions,
            clock=clock,
        )
        images = ImageService(transactions=transactions, images=adapters.images, limits=limits, clock=clock)
        ingest = FaceIngest(
            transactions=transactions,
            index=self._search,
            crops=FaceCrops(transactions=transactions, images=adapters.images, clock=clock),
            clock=clock,
            models=models,
            policies=policies,
            times=EventTimes(),
            tombstones=self._erasing.tombstones,
            opt_outs=self._erasing.opt_outs,
        )
        galleries = StaffGalleries(transactions=transactions, models=models, policies=policies, clock=clock)
        merging = Merging(transactions=transactions, clock=clock)
        self._batcher = MicroBatcher(recorder=ingest, limits=choices.batches)
        self._feed = ChangeFeed(source=adapters.changes)
        self._revocations = RevocationList(transactions=transactions, feed=self._feed, clock=clock)
        command_feed = CommandFeed(feed=self._feed, transactions=transactions, clock=clock)
        holders = LeaseHolders(clock=clock)
        pictures = RelayedPictures(
            seal=PictureSeal(partial(keys.derived_secrets, PICTURES)), clock=clock, replica_id=new_id()
        )
        previews = Previews(
            feed=self._feed,
            transactions=transactions,
            relay=pictures,
            clock=clock,
            limits=choices.previews.limits(),
        )
        commands = CameraCommandService(
            transactions=transactions,
            clock=clock,
            holders=holders,
            assignments=LeaseAssignments(),
            pictures=pictures,
        )
        self._registry = EdgeRegistry(source=adapters.changes, feed=self._feed)
        self._adapters = adapters

        self._reembedding = Reembedding(transactions=transactions, embedder=adapters.embedder, clock=clock)

        self._imports = ImportStore(adapters.images)
        staff = StaffService(
            transactions=transactions, removal=self._erasing.removal, images=adapters.images, clock=clock
        )
        staff_faces = StaffFaces(
            transactions=transactions,
            examiner=adapters.examiner,
            resemblance=resemblance,
            models=models,
            images=adapters.images,
            clock=clock,
        )
        servicers = Servicers(
            auth=AuthServicer(
                accounts=accounts,
                passwords=people,
                oidc=oidc,
                sessions=sessions,
                tenants=TenantSwitching(transactions=transactions, access=access, clock=clock),
                cookies=RefreshCookies(clock=clock, secure=choices.auth.secure_cookies),
                desk=desk,
            ),
            users=UserServicer(
                users=UserService(transactions=transactions, access=ender, clock=clock),
                page_tokens=page_tokens,
            ),
            api_keys=ApiKeyServicer(
                api_keys=ApiKeyService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            certificates=CertificateServicer(desk=desk, page_tokens=page_tokens),
            tenants=TenantServicer(
                tenants=TenantService(transactions=transactions, clock=clock),
                settings=TenantSettingsService(transactions=transactions, clock=clock),
                removal=TenantRemoval(
                    transactions=transactions,
                    index=adapters.index,
                    images=adapters.images,
                    known=known_models,
                    clock=clock,
                ),
                page_tokens=page_tokens,
            ),
            sites=SiteServicer(
                sites=SiteService(transactions=transactions, access=ender, clock=clock),
                page_tokens=page_tokens,
            ),
            cameras=CameraServicer(
                cameras=CameraService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            camera_control=CameraControlServicer(
                workers=WorkerDirectory(transactions=transactions, clock=clock),
                removal=WorkerRemoval(transactions=transactions, clock=clock),
                commands=commands,
                command_feed=command_feed,
                preview_access=PreviewAccess(transactions=transactions, clock=clock, holders=holders),
                previews=previews,
                page_tokens=page_tokens,
            ),
            ingest=IngestServicer(
                ingest=ingest,
                batcher=self._batcher,
                workers=WorkerService(
                    transactions=transactions, clock=clock, models=models, patience=choices.manners.patience
                ),
                images=images,
                registry=self._registry,
                cameras=DesiredCameraFeed(feed=self._feed, transactions=transactions, clock=clock),
                commands=commands,
                command_feed=command_feed,
                preview_source=lambda tenant_id, site_id: PreviewSource(
                    tenant_id=tenant_id,
                    site_id=site_id,
                    previews=previews,
                    feed=self._feed,
                    transactions=transactions,
                    relay=pictures,
                    clock=clock,
                ),
                leases=CameraLeases(transactions=transactions),
                galleries=galleries,
                feed=self._feed,
                rules=rules,
                clock=clock,
                drain=self._drain,
                manners=choices.manners,
                reserve=no_wait if shares is None else shares.reserve_event,
            ),
            visits=VisitServicer(
                visits=VisitService(transactions=transactions),
                explanations=ExplanationService(transactions=transactions),
                page_tokens=page_tokens,
            ),
            reports=_report_servicer(adapters, models, page_tokens),
            live=LiveServicer(
                watch=Watch(
                    feed=self._feed,
                    transactions=transactions,
                    clock=clock,
                    heartbeat=choices.watch_heartbeat,
                )
            ),
            images=ImageServicer(images=images),
            recognition=RecognitionServicer(
                changes=ModelChangeService(
                    transactions=transactions,
                    models=models,
                    known=known_models,
                    embedder=adapters.embedder,
                    index=self._index_recovery,
                    reembedding=self._reembedding,
                    clock=clock,
                ),
                calibrations=CalibrationService(
                    transactions=transactions,
                    models=models,
                    known=known_models,
                    plot=calibration_plot,
                    default_target_rate=choices.recognition.target_rate,
                    clock=clock,
                ),
                page_tokens=page_tokens,
            ),
            customers=CustomerServicer(
                customers=CustomerService(transactions=transactions, clock=clock),
                removal=self._erasing.removal,
                merging=merging,
                splitting=Splitting(transactions=transactions, clock=clock),
                distinctness=Distinctness(transactions=transactions, clock=clock),
                suggestions=Suggestions(transactions=transactions, finder=reclustering, clock=clock),
                page_tokens=page_tokens,
            ),
            staff=StaffServicer(
                staff=staff,
                faces=staff_faces,
                recognition=StaffRecognition(
                    transactions=transactions,
                    examiner=adapters.examiner,
                    resemblance=resemblance,
                    models=models,
                    merging=merging,
                    clock=clock,
                ),
                page_tokens=page_tokens,
            ),
            staff_imports=StaffImportServicer(
                imports=StaffImports(
                    transactions=transactions,
                    store=self._imports,
                    staff=staff,
                    faces=staff_faces,
                    examiner=adapters.examiner,
                    clock=clock,
                )
            ),
            audit=AuditServicer(
                audit=AuditLogService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            erasures=ErasureServicer(
                erasures=ErasureService(transactions=transactions, removal=self._erasing.removal),
                subjects=SubjectSearch(
                    transactions=transactions,
                    examiner=adapters.examiner,
                    resemblance=resemblance,
                    models=models,
                    clock=clock,
                ),
                key=erasure_key,
                page_tokens=page_tokens,
            ),
            opt_outs=OptOutServicer(
                opt_outs=OptOutService(
                    transactions=transactions,
                    removal=self._erasing.removal,
                    examiner=adapters.examiner,
                    models=models,
                    seal=self._erasing.opt_out_seal,
                    clock=clock,
                ),
                page_tokens=page_tokens,
            ),
            jobs=JobServicer(
                jobs=JobService(transactions=transactions, runner=self._jobs, clock=clock),
                page_tokens=page_tokens,
            ),
            retention=RetentionServicer(
                retention=RetentionService(transactions=transactions, limits=limits, clock=clock)
            ),
            webhooks=WebhookServicer(
                webhooks=WebhookService(
                    transactions=transactions,
                    seal=adapters.webhook_seal,
                    allow_private=adapters.webhook_sender.allow_private,
                    clock=clock,
                ),
                page_tokens=page_tokens,
            ),
        )
        # The first is the outermost. Messages is the innermost, since it alone is given bytes.
        interceptors = [
            self._calls,
            RequestIds(),
            AccessLog(),
            Errors(),
            Authentication(
                tokens=tokens,
                revocations=self._revocations,
                permissions=PERMISSIONS,
                require_bound_certificates=choices.auth.require_bound_certificates,
            ),
            *_call_limits(shares, choices.limits, clock),
            Authorisation(permissions=PERMISSIONS),
            StreamLifetimes(
                clock=clock, drain=self._drain, revocations=self._revocations, drain_themselves={CONNECT}
            ),
            WholeFirstWrites(),
            Messages(rules=rules),
        ]
        self._server = GrpcServer(services=services(servicers), interceptors=interceptors)
        self._readiness = Readiness(
            transactions=transactions,
            index=self._index_recovery,
            images=adapters.images,
            sign=self._server,
        )

    @asynccontextmanager
    async def serving(self, listen: str, tls: ServerTls | None = None) -> AsyncIterator[int]:
        """Serves on "host:port" while the context is open, and gives the port. Leaving it drains.

        Without `tls` it serves in the clear.

        Raises CannotListenError.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._batcher)
            stack.enter_context(self._registry.listening())
            changed = stack.enter_context(self._feed.subscribe_all())
            transactions, clock = self._adapters.transactions, self._adapters.clock
            writer = IndexWriter(
                transactions=transactions,
                index=self._adapters.index,
                changed=changed,
                clock=clock,
                gather_for=self._choices.index_gathers_for,
            )
            deliveries = WebhookDeliveries(
                transactions=transactions,
                sender=self._adapters.webhook_sender,
                seal=self._adapters.webhook_seal,
                clock=clock,
                limits=self._choices.webhooks,
            )
            fan_out = WebhookFanOut(
                transactions=transactions,
                changed=stack.enter_context(self._feed.subscribe_all()),
                clock=clock,
                queued=deliveries.call,
            )
            retention = ChangeRetention(transactions=transactions, clock=clock)
            edge = EdgeRetention(transactions=transactions, clock=clock, keep=EventTimes().max_age)
            # Before the first call; without a database it goes on trying, and nobody is let in meanwhile.
            await self._revocations.load()
            sign_ins = SignInRetention(transactions=transactions, clock=clock)
            jobs = [
                self._feed.run(),
                self._revocations.run(),
                self._failed_sign_ins.run(),
                AccessRetention(transactions=transactions, clock=clock).run(),
                writer.run(),
                retention.run(),
                fan_out.run(),
                deliveries.run(),
                edge.run(),
                ReportDays(transactions=transactions).run(),
                LinkExpiry(transactions=transactions, clock=clock).run(),
                CommandExpiry(transactions=transactions, clock=clock).run(),
                self._erasing.completion.run(),
                StaffLeaving(transactions=transactions, images=self._adapters.images, clock=clock).run(),
                StaffImportExpiry(transactions=transactions, store=self._imports, clock=clock).run(),
                sign_ins.run(),
                self._index_recovery.run(),
                self._search.run(),
                self._reembedding.run(),
                self._jobs.run(),
                self._readiness.run(),
            ]
            if self._key_reload is not None:
                jobs.append(self._key_reload.run())
            if self._adapters.event_broker is not None:
                publishing = EventPublishing(
                    transactions=transactions,
                    broker=self._adapters.event_broker,
                    changed=stack.enter_context(self._feed.subscribe_all()),
                    clock=clock,
                )
                jobs.append(publishing.run())
            await stack.enter_async_context(_in_background(jobs))
            port = await self._server.start(listen, tls)
            stack.push_async_callback(self._stop)
            log.info("serving", port=port)
            yield port

    async def _stop(self) -> None:
        """Lets links finish what they have in hand, then ends what is left."""
        log.info("draining")
        await self._server.leave()
        self._drain.begin()
        await self._server.stop(self._choices.drain_grace)
        left = await self._calls.ended(self._choices.drain_grace)
        if left:
            log.warning("calls_left", count=left)
        log.info("stopped")


def _call_limits(
    shares: Shares | None, settings: LimitsSettings, clock: Clock
) -> Sequence[BehaviourInterceptor]:
    """The interceptors that keep calls within their shares; none when the limits are off."""
    if shares is None:
        log.warning("limits_off", consequence="any caller may take all of this replica's time")
        return []
    addresses = ClientAddresses(gateways=settings.gateways)
    return [
        CallLimits(shares=shares, addresses=addresses, permissions=PERMISSIONS, costs=COSTS, clock=clock),
        FairCalls(lines=fair_lines(settings.limits()), costs=COSTS),
    ]


@asynccontextmanager
async def _in_background(jobs: Sequence[Awaitable[None]]) -> AsyncIterator[None]:
    """Runs jobs while the context is open. One that fails takes the process down with it."""

    async def run(job: Awaitable[None]) -> None:
        await job

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(job)) for job in jobs]
        yield
        for task in tasks:
            task.cancel()
