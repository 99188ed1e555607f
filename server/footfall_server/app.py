"""The core, put together: read this and you know every object and how long it lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from footfall_server.auth.keys import KeyRing
from footfall_server.auth.passwords import Passwords
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.desired_cameras import DesiredCameraFeed
from footfall_server.live.edge_registry import EdgeRegistry
from footfall_server.live.watch import Watch
from footfall_server.ports import ChangeSource, Clock, CropEmbedder, FaceIndex, ImageStore, Transactions
from footfall_server.readiness import Readiness
from footfall_server.rpc.auth import AuthServicer
from footfall_server.rpc.call_costs import COSTS
from footfall_server.rpc.cameras import CameraServicer
from footfall_server.rpc.client_addresses import ClientAddresses
from footfall_server.rpc.customers import CustomerServicer
from footfall_server.rpc.edge_link import LinkManners
from footfall_server.rpc.grpc_server import GrpcServer
from footfall_server.rpc.images import ImageServicer
from footfall_server.rpc.ingest import IngestServicer
from footfall_server.rpc.interceptors.access_log import AccessLog
from footfall_server.rpc.interceptors.authentication import Authentication
from footfall_server.rpc.interceptors.authorisation import Authorisation
from footfall_server.rpc.interceptors.behaviour import BehaviourInterceptor
from footfall_server.rpc.interceptors.call_limits import CallLimits
from footfall_server.rpc.interceptors.errors import Errors
from footfall_server.rpc.interceptors.fair_calls import FairCalls, fair_lines
from footfall_server.rpc.interceptors.messages import Messages
from footfall_server.rpc.interceptors.request_ids import RequestIds
from footfall_server.rpc.interceptors.stream_lifetimes import Drain, StreamLifetimes
from footfall_server.rpc.live import LiveServicer
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.rpc.page_tokens import PageTokens
from footfall_server.rpc.permissions import PERMISSIONS
from footfall_server.rpc.recognition import RecognitionServicer
from footfall_server.rpc.services import Servicers, services
from footfall_server.rpc.sites import SiteServicer
from footfall_server.rpc.tenants import TenantServicer
from footfall_server.rpc.visits import VisitServicer
from footfall_server.services.accounts import AccountService
from footfall_server.services.batching import BatchLimits, MicroBatcher
from footfall_server.services.calibration_plot import calibration_plot
from footfall_server.services.calibrations import CalibrationService
from footfall_server.services.cameras import CameraService
from footfall_server.services.change_retention import ChangeRetention
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.customers import CustomerService
from footfall_server.services.distinctness import Distinctness
from footfall_server.services.event_checks import EventTimes, RecognitionModel
from footfall_server.services.explanations import ExplanationService
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.fallback_galleries import FallbackGalleries
from footfall_server.services.images import ImageService
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import IndexVerification
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.merging import Merging
from footfall_server.services.model_changes import ModelChangeService
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.nightly import Nightly
from footfall_server.services.reclustering import Reclustering
from footfall_server.services.reembedding import Reembedding
from footfall_server.services.resilient_search import ResilientSearch
from footfall_server.services.shares import Shares, no_wait
from footfall_server.services.sites import SiteService
from footfall_server.services.splitting import Splitting
from footfall_server.services.suggestions import Suggestions
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.tenants import TenantService
from footfall_server.services.threshold_policies import ThresholdPolicies
from footfall_server.services.visits import VisitService
from footfall_server.services.workers import WorkerService
from footfall_server.settings import AuthSettings, LimitsSettings, RecognitionSettings

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


@dataclass(frozen=True, slots=True)
class Choices:
    """What is decided for a core, apart from where it runs."""

    auth: AuthSettings
    recognition: RecognitionSettings
    limits: LimitsSettings = field(default_factory=LimitsSettings)
    manners: LinkManners = field(default_factory=LinkManners)
    watch_heartbeat: timedelta = timedelta(seconds=15)
    drain_grace: timedelta = timedelta(seconds=4)
    batches: BatchLimits = field(default_factory=BatchLimits)
    fallback_faces: int = 200_000


class Core:
    """One replica."""

    def __init__(self, *, adapters: Adapters, keys: KeyRing, passwords: Passwords, choices: Choices) -> None:
        transactions, clock = adapters.transactions, adapters.clock
        model = RecognitionModel(choices.recognition.model_id, choices.recognition.dimension)
        known_models = KnownModels(
            installation=model, installation_tail=ImpostorTail.of_points(choices.recognition.impostor_tail)
        )
        models = TenantModels(transactions=transactions, known=known_models, clock=clock)
        policies = ThresholdPolicies(known=known_models, target_rate=choices.recognition.target_rate)
        reclustering = Reclustering(transactions=transactions, clock=clock, models=models, policies=policies)
        self._nightly = Nightly(transactions=transactions, clock=clock, reclustering=reclustering)
        tokens = AccessTokens(
            keys=keys, issuer=choices.auth.issuer, audience=choices.auth.audience, clock=clock
        )
        page_tokens = PageTokens(keys.derived_secrets("footfall page tokens"))
        rules = MessageRules()
        shares = Shares(limits=choices.limits.limits(), clock=clock) if choices.limits.enforced else None
        self._drain = Drain()
        self._grace = choices.drain_grace

        accounts = AccountService(
            transactions=transactions,
            tokens=tokens,
            keys=keys,
            passwords=passwords,
            clock=clock,
            person_token_ttl=choices.auth.person_token_ttl,
            worker_token_ttl=choices.auth.worker_token_ttl,
        )
        images = ImageService(transactions=transactions, images=adapters.images, clock=clock)
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
        ingest = FaceIngest(
            transactions=transactions,
            index=self._search,
            crops=FaceCrops(transactions=transactions, images=adapters.images),
            clock=clock,
            models=models,
            policies=policies,
            times=EventTimes(),
        )
        self._batcher = MicroBatcher(recorder=ingest, limits=choices.batches)
        self._feed = ChangeFeed(source=adapters.changes)
        self._registry = EdgeRegistry(source=adapters.changes, feed=self._feed)
        self._adapters = adapters

        self._index_recovery = IndexRecovery(transactions=transactions, index=adapters.index, models=models)
        self._reembedding = Reembedding(transactions=transactions, embedder=adapters.embedder, clock=clock)

        servicers = Servicers(
            auth=AuthServicer(accounts=accounts),
            tenants=TenantServicer(
                tenants=TenantService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            sites=SiteServicer(
                sites=SiteService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            cameras=CameraServicer(
                cameras=CameraService(transactions=transactions, clock=clock), page_tokens=page_tokens
            ),
            ingest=IngestServicer(
                ingest=ingest,
                batcher=self._batcher,
                workers=WorkerService(transactions=transactions, clock=clock, models=models),
                images=images,
                registry=self._registry,
                cameras=DesiredCameraFeed(feed=self._feed, transactions=transactions),
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
            live=LiveServicer(
                watch=Watch(feed=self._feed, transactions=transactions, heartbeat=choices.watch_heartbeat)
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
                removal=CustomerRemoval(transactions=transactions, images=adapters.images, clock=clock),
                merging=Merging(transactions=transactions, clock=clock),
                splitting=Splitting(transactions=transactions, clock=clock),
                distinctness=Distinctness(transactions=transactions, clock=clock),
                suggestions=Suggestions(transactions=transactions, finder=reclustering, clock=clock),
                page_tokens=page_tokens,
            ),
        )
        # The first is the outermost. Messages is the innermost, since it alone is given bytes.
        interceptors = [
            RequestIds(),
            AccessLog(),
            Errors(),
            Authentication(tokens=tokens, permissions=PERMISSIONS),
            *_call_limits(shares, choices.limits, clock),
            Authorisation(permissions=PERMISSIONS),
            StreamLifetimes(clock=clock, drain=self._drain, drain_themselves={CONNECT}),
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
    async def serving(self, listen: str) -> AsyncIterator[int]:
        """Serves on "host:port" while the context is open, and gives the port. Leaving it drains.

        Raises CannotListenError.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._batcher)
            stack.enter_context(self._registry.listening())
            changed = stack.enter_context(self._feed.subscribe_all())
            transactions, clock = self._adapters.transactions, self._adapters.clock
            writer = IndexWriter(
                transactions=transactions, index=self._adapters.index, changed=changed, clock=clock
            )
            retention = ChangeRetention(transactions=transactions, clock=clock)
            jobs = [
                self._feed.run(),
                writer.run(),
                retention.run(),
                self._index_recovery.run(),
                self._search.run(),
                self._reembedding.run(),
                self._nightly.run(),
                self._readiness.run(),
            ]
            await stack.enter_async_context(_in_background(jobs))
            port = await self._server.start(listen)
            stack.push_async_callback(self._stop)
            log.info("serving", port=port)
            yield port

    async def _stop(self) -> None:
        """Lets links finish what they have in hand, then ends what is left."""
        log.info("draining")
        await self._server.leave()
        self._drain.begin()
        await self._server.stop(self._grace)
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
