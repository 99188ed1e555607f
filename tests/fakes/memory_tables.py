"""What the fake database holds, and how a transaction's work is laid over it.

A transaction works on a copy of the tables and, when it commits, lays only what it changed over what is
there by then: two that touch different rows both count, as in a real database.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from footfall_server.domain.audit import AuditEntry
from footfall_server.domain.camera_command import CameraCommand, SealedPicture
from footfall_server.domain.camera_lease import Lease
from footfall_server.domain.camera_uptime import UptimeSpan
from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.domain.change import Change
from footfall_server.domain.customer import Customer
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.erasure import Erasure, Tombstone
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.image import FaceImage
from footfall_server.domain.jobs import JobRun
from footfall_server.domain.lockout import LoginAttempts
from footfall_server.domain.merge import DistinctMark, Merge
from footfall_server.domain.models import AppliedCalibration, ModelChange, TenantModel
from footfall_server.domain.oidc import OidcLogin
from footfall_server.domain.opt_out import OptOut
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.places import Camera, Site, Tenant
from footfall_server.domain.preview import PreviewDemand
from footfall_server.domain.report_days import KeptDay
from footfall_server.domain.restatement import ChangeCause, DayMark, Restatement
from footfall_server.domain.retention import RetentionRule
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.session import RefreshToken, Session
from footfall_server.domain.setup_token import SetupToken
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRule
from footfall_server.domain.staff import EnrolledFace, StaffDetails
from footfall_server.domain.staff_gallery import StaffFace
from footfall_server.domain.suggestion import Suggestion
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.domain.track_face import TrackFace
from footfall_server.domain.visit import Visit
from footfall_server.domain.webhook import Webhook, WebhookDelivery, WebhookHealth
from footfall_server.domain.worker import Worker, WorkerReport, WorkerStatus


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """A gallery face and its place in the outbox."""

    face: GalleryFace
    indexed_at: datetime | None = None
    retry_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """How a webhook does, when it is due, and who has it."""

    health: WebhookHealth = field(default_factory=WebhookHealth)
    due_at: datetime | None = None
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CursorRow:
    """How far a reader of the log of changes has come, and who is it now."""

    revision: int
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None


class Tables:
    """Dictionaries of frozen rows."""

    def copy(self) -> Self:
        return type(self)(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})  # type: ignore[arg-type]

    def lay_over(self, base: Self, current: Self) -> None:
        """Applies what differs between `base` and self to `current`."""
        for each in fields(self):  # type: ignore[arg-type]
            mine, before, target = (getattr(tables, each.name) for tables in (self, base, current))
            for key in before.keys() - mine.keys():
                target.pop(key, None)
            for key, row in mine.items():
                if key not in before or before[key] is not row:
                    target[key] = row


@dataclass(slots=True)
class TenantTables(Tables):
    """One tenant's rows."""

    settings: dict[UUID, TenantSettings] = field(default_factory=dict)
    sites: dict[UUID, Site] = field(default_factory=dict)
    site_rules: dict[tuple[UUID, int], SiteRule] = field(default_factory=dict)
    cameras: dict[UUID, Camera] = field(default_factory=dict)
    requests: dict[UUID, UUID] = field(default_factory=dict)
    api_keys: dict[UUID, ApiKey] = field(default_factory=dict)
    key_requests: dict[UUID, UUID] = field(default_factory=dict)
    join_tokens: dict[UUID, JoinToken] = field(default_factory=dict)
    certificates: dict[UUID, WorkerCertificate] = field(default_factory=dict)
    used_assertions: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    workers: dict[UUID, Worker] = field(default_factory=dict)
    staff: dict[UUID, StaffDetails] = field(default_factory=dict)
    enrolments: dict[UUID, EnrolledFace] = field(default_factory=dict)
    enrolment_requests: dict[UUID, UUID] = field(default_factory=dict)
    staff_gallery: dict[tuple[str, UUID], tuple[StaffFace, datetime]] = field(default_factory=dict)
    camera_leases: dict[tuple[UUID, int], Lease] = field(default_factory=dict)
    # The core writes these by itself, whenever it is through with a change: no call is judged by them.
    report_days: dict[tuple[UUID, date], KeptDay] = field(default_factory=dict, compare=False)
    report_facts: dict[tuple[UUID, date], frozenset[object]] = field(default_factory=dict, compare=False)
    report_marks: dict[tuple[UUID, date, ChangeCause | None, UUID | None], DayMark] = field(
        default_factory=dict, compare=False
    )
    report_restatements: dict[UUID, Restatement] = field(default_factory=dict, compare=False)
    report_people: dict[UUID, int] = field(default_factory=dict, compare=False)
    uptime: dict[tuple[UUID, str, datetime], UptimeSpan] = field(default_factory=dict)
    reports: dict[UUID, tuple[WorkerStatus, WorkerReport]] = field(default_factory=dict)
    commands: dict[UUID, CameraCommand] = field(default_factory=dict)
    pictures: dict[UUID, SealedPicture] = field(default_factory=dict)
    previews: dict[tuple[UUID, UUID], PreviewDemand] = field(default_factory=dict)
    acked: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    recorded: dict[UUID, Recorded] = field(default_factory=dict)
    recorded_at: dict[UUID, datetime] = field(default_factory=dict)
    customers: dict[UUID, Customer] = field(default_factory=dict)
    removal_retries: dict[UUID, datetime] = field(default_factory=dict)
    decisions: dict[UUID, DecisionRecord] = field(default_factory=dict)
    gallery: dict[UUID, GalleryRow] = field(default_factory=dict)
    sightings: dict[UUID, Sighting] = field(default_factory=dict)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    images: dict[UUID, FaceImage] = field(default_factory=dict)
    image_times: dict[UUID, datetime] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    tenant_models: dict[str, TenantModel] = field(default_factory=dict)
    model_changes: dict[UUID, ModelChange] = field(default_factory=dict)
    model_change_leases: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    model_change_losses: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)
    calibrations: dict[str, AppliedCalibration] = field(default_factory=dict)
    merges: dict[UUID, Merge] = field(default_factory=dict)
    merge_requests: dict[UUID, UUID] = field(default_factory=dict)
    distinct: dict[tuple[UUID, UUID], DistinctMark] = field(default_factory=dict)
    suggestions: dict[UUID, Suggestion] = field(default_factory=dict)
    job_runs: dict[UUID, JobRun] = field(default_factory=dict)
    erasures: dict[UUID, Erasure] = field(default_factory=dict)
    erasure_requests: dict[UUID, UUID] = field(default_factory=dict)
    tombstones: dict[bytes, tuple[Tombstone, UUID]] = field(default_factory=dict)
    opt_outs: dict[UUID, OptOut] = field(default_factory=dict)
    opt_out_requests: dict[UUID, UUID] = field(default_factory=dict)
    opt_out_tracks: dict[bytes, datetime] = field(default_factory=dict)
    webhooks: dict[UUID, Webhook] = field(default_factory=dict)
    webhook_requests: dict[UUID, UUID] = field(default_factory=dict)
    webhook_deliveries: dict[UUID, WebhookDelivery] = field(default_factory=dict)
    # As report_days.
    webhook_rows: dict[UUID, WebhookRow] = field(default_factory=dict, compare=False)
    event_cursors: dict[str, CursorRow] = field(default_factory=dict, compare=False)
    audit: dict[UUID, AuditEntry] = field(default_factory=dict)
    track_faces: dict[UUID, TrackFace] = field(default_factory=dict)
    crops: dict[UUID, bytes] = field(default_factory=dict)
    removals: dict[UUID, str] = field(default_factory=dict)
    site_people: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)
    retention_rules: dict[UUID | None, RetentionRule] = field(default_factory=dict)

    def counted_rows(self) -> "TenantTables":
        """A copy of what reports are counted from, alone."""
        return TenantTables(
            visits=dict(self.visits),
            sightings=dict(self.sightings),
            customers=dict(self.customers),
            site_rules=dict(self.site_rules),
        )

    def parted(self, sites: Collection[UUID] | None) -> tuple["TenantTables", "TenantTables"]:
        """A copy of what a transaction that is confined to sites sees, and of the rest: None means all."""
        seen, hidden = self.copy(), TenantTables()
        if sites is None:
            return seen, hidden
        for name in (*SITED, *SHARED):
            mine, theirs = getattr(seen, name), getattr(hidden, name)
            for key in [key for key, row in mine.items() if not _is_of(name, key, row, sites)]:
                theirs[key] = mine.pop(key)
        return seen, hidden

    def refuse_other_sites(self, base: "TenantTables", sites: Collection[UUID] | None) -> None:
        """What the database's second wall refuses is an AssertionError here."""
        for name in (*SITED, *SHARED) if sites is not None else ():
            before = getattr(base, name)
            for key, row in getattr(self, name).items():
                if before.get(key) is not row and not _is_of(name, key, row, sites or ()):
                    raise AssertionError(f"a row of {name} was written for another site")


def _by_row(_key: Any, row: Any) -> UUID | None:
    found: UUID | None = row.site_id
    return found


def _by_event(_key: Any, row: Any) -> UUID | None:
    found: UUID | None = row.event.site_id
    return found


def _by_key(key: Any, _row: Any) -> UUID:
    found: UUID = key[0]
    return found


_NAMED = (
    "sites",
    "cameras",
    "api_keys",
    "workers",
    "commands",
    "pictures",
    "previews",
    "camera_leases",
    "uptime",
    "recorded",
    "decisions",
    "sightings",
    "visits",
    "images",
    "changes",
    "report_restatements",
    "retention_rules",
)
SITED: Mapping[str, Callable[[Any, Any], UUID | None]] = {
    **dict.fromkeys(_NAMED, _by_row),
    "webhook_deliveries": _by_event,
    **dict.fromkeys(("site_rules", "site_people", "report_days", "report_facts", "report_marks"), _by_key),
}
"""The tables whose rows belong to a site, and how a row says to which."""
SHARED: Mapping[str, Callable[[Any], Collection[UUID]]] = {
    "staff": lambda row: row.site_ids,
    "webhooks": lambda row: row.site_ids,
}
"""The tables whose rows belong to several sites, or to none: who may see one of them sees the row."""


def _is_of(name: str, key: Any, row: Any, sites: Collection[UUID]) -> bool:
    if name in SHARED:
        return not set(SHARED[name](row)).isdisjoint(sites)
    return SITED[name](key, row) in sites


@dataclass(slots=True)
class PlatformTables(Tables):
    """Rows that belong to no tenant."""

    tenants: dict[UUID, Tenant] = field(default_factory=dict)
    users: dict[UUID, User] = field(default_factory=dict)
    requests: dict[UUID, UUID] = field(default_factory=dict)
    user_requests: dict[tuple[UUID | None, UUID | None], UUID] = field(default_factory=dict)
    setup_tokens: dict[UUID, SetupToken] = field(default_factory=dict)
    login_attempts: dict[bytes, LoginAttempts] = field(default_factory=dict)
    oidc_logins: dict[str, OidcLogin] = field(default_factory=dict)
    audit: dict[UUID, AuditEntry] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    revocations: dict[UUID, tuple[UUID | None, Revocation]] = field(default_factory=dict)


@dataclass(slots=True)
class TenantStore:
    """One tenant's committed rows and its locks."""

    tables: TenantTables = field(default_factory=TenantTables)
    exclusive: asyncio.Lock = field(default_factory=asyncio.Lock)
    revision: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken_faces: set[UUID] = field(default_factory=set)
    taken_webhooks: set[UUID] = field(default_factory=set)
    cursors: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
