"""What the use cases need of the world, in their own words. Adapters and fakes implement these.

Every method of a repository works inside the tenant that its transaction was opened for: what belongs to
another tenant is not there. Adapters turn a store that cannot be reached into FootfallError UNAVAILABLE
(STORE_UNAVAILABLE or INDEX_UNAVAILABLE).
"""

from footfall_server.ports.accounts import (
    ApiKeyRepository,
    LoginAttemptRepository,
    OidcLoginRepository,
    SetupTokenRepository,
    UserRepository,
)
from footfall_server.ports.audit import AuditRepository
from footfall_server.ports.batches import BatchRepository
from footfall_server.ports.cameras_held import CameraAssignments, CameraHolders
from footfall_server.ports.certificates import CertificateRepository, JoinTokenRepository
from footfall_server.ports.changes import ChangeRepository, ChangeSource, Notification
from footfall_server.ports.clock import Clock
from footfall_server.ports.clustering import OwnedFace, PopulationRepository
from footfall_server.ports.commands import CommandRepository, PictureRepository
from footfall_server.ports.customers import (
    CustomerRepository,
    CustomerSightingRepository,
    Erased,
    ErasedFaces,
    ErasureRepository,
    ExemplarRepository,
)
from footfall_server.ports.decisions import DecisionRepository
from footfall_server.ports.erasures import ErasureLedger
from footfall_server.ports.event_readers import (
    BrokerAwayError,
    BrokerLink,
    EventBroker,
    EventCursorRepository,
    EventReader,
)
from footfall_server.ports.face_examiner import FaceExaminer
from footfall_server.ports.identity_providers import IdentityProvider
from footfall_server.ports.images import ImageRepository, ImageStore, StoredObject
from footfall_server.ports.index import FaceIndex, FaceSearch, IndexHit
from footfall_server.ports.jobs import JobRepository
from footfall_server.ports.leases import LeaseRepository
from footfall_server.ports.merges import (
    DistinctRepository,
    MergeRepository,
    SuggestionRepository,
)
from footfall_server.ports.models import (
    CalibrationRepository,
    CropEmbedder,
    ModelChangeRepository,
    ModelFaceRepository,
    TenantModelRepository,
)
from footfall_server.ports.opt_outs import OptOutRepository, TemplateSeal
from footfall_server.ports.paging import NameCursor, ScoreCursor, TimeCursor
from footfall_server.ports.places import CameraRepository, SiteRepository
from footfall_server.ports.previews import PreviewRepository
from footfall_server.ports.recognition import (
    EventRepository,
    FacePage,
    FaceStanding,
    GalleryRepository,
    IndexRemoval,
    SightingRepository,
)
from footfall_server.ports.relay import PictureRelay
from footfall_server.ports.sessions import (
    RevocationRepository,
    SessionHome,
    SessionRepository,
    SessionSearch,
)
from footfall_server.ports.staff import Enrolled, EnrolmentRepository, StaffRepository
from footfall_server.ports.staff_gallery import StaffGalleryRepository
from footfall_server.ports.transactions import (
    AccountTransaction,
    PlatformTransaction,
    Transaction,
    Transactions,
)
from footfall_server.ports.visits import VisitRepository
from footfall_server.ports.webhooks import (
    Receiver,
    SecretSeal,
    SendFailedError,
    WebhookDeliveryRepository,
    WebhookRepository,
    WebhookSender,
)
from footfall_server.ports.workers import WorkerRepository

__all__ = [
    "AccountTransaction",
    "ApiKeyRepository",
    "AuditRepository",
    "BatchRepository",
    "BrokerAwayError",
    "BrokerLink",
    "CalibrationRepository",
    "CameraAssignments",
    "CameraHolders",
    "CameraRepository",
    "CertificateRepository",
    "ChangeRepository",
    "ChangeSource",
    "Clock",
    "CommandRepository",
    "CropEmbedder",
    "CustomerRepository",
    "CustomerSightingRepository",
    "DecisionRepository",
    "DistinctRepository",
    "Enrolled",
    "EnrolmentRepository",
    "Erased",
    "ErasedFaces",
    "ErasureLedger",
    "ErasureRepository",
    "EventBroker",
    "EventCursorRepository",
    "EventReader",
    "EventRepository",
    "ExemplarRepository",
    "FaceExaminer",
    "FaceIndex",
    "FacePage",
    "FaceSearch",
    "FaceStanding",
    "GalleryRepository",
    "IdentityProvider",
    "ImageRepository",
    "ImageStore",
    "IndexHit",
    "IndexRemoval",
    "JobRepository",
    "JoinTokenRepository",
    "LeaseRepository",
    "LoginAttemptRepository",
    "MergeRepository",
    "ModelChangeRepository",
    "ModelFaceRepository",
    "NameCursor",
    "Notification",
    "OidcLoginRepository",
    "OptOutRepository",
    "OwnedFace",
    "PictureRelay",
    "PictureRepository",
    "PlatformTransaction",
    "PopulationRepository",
    "PreviewRepository",
    "Receiver",
    "RevocationRepository",
    "ScoreCursor",
    "SecretSeal",
    "SendFailedError",
    "SessionHome",
    "SessionRepository",
    "SessionSearch",
    "SetupTokenRepository",
    "SightingRepository",
    "SiteRepository",
    "StaffGalleryRepository",
    "StaffRepository",
    "StoredObject",
    "SuggestionRepository",
    "TemplateSeal",
    "TenantModelRepository",
    "TimeCursor",
    "Transaction",
    "Transactions",
    "UserRepository",
    "VisitRepository",
    "WebhookDeliveryRepository",
    "WebhookRepository",
    "WebhookSender",
    "WorkerRepository",
]
