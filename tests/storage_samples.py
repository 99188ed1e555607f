"""Rows for tests of storage: valid, distinct, and only what a test says is special about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt
from fakes.recognition_basis import CONSENT
from footfall_server.domain.batch import IdentityChanges, NewIdentity
from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import ApiKey, Role, User
from footfall_server.domain.image import FaceImage, ImageState, object_key
from footfall_server.domain.person import GalleryFace, IdentityState
from footfall_server.domain.places import Camera, Site, Tenant
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.domain.worker import Worker

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MODEL = "fr-mobilefacenet-512"
DIMENSION = 512


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_tenant(name: str | None = None) -> Tenant:
    tenant_id = new_id()
    return Tenant(tenant_id, name or f"Tenant {tenant_id}", NOON, NOON)


def a_site(name: str = "Old Town", site_id: UUID | None = None) -> Site:
    return Site(
        site_id=site_id or new_id(),
        display_name=name,
        time_zone="Europe/Berlin",
        visit_gap=minutes(60),
        business_day_start=timedelta(hours=4),
        created_at=NOON,
        updated_at=NOON,
        recognition_basis=CONSENT,
    )


def a_camera(site_id: UUID, name: str = "Entrance", *, enabled: bool = True) -> Camera:
    return Camera(
        camera_id=new_id(),
        site_id=site_id,
        display_name=name,
        source_url="rtsp://127.0.0.1/entrance",
        enabled=enabled,
        created_at=NOON,
        updated_at=NOON,
    )


def a_user(tenant_id: UUID | None, email: str | None = None, sites: frozenset[UUID] | None = None) -> User:
    user_id = new_id()
    return User(
        user_id=user_id,
        tenant_id=tenant_id,
        email=email or f"{user_id}@example.com",
        display_name="A. Person",
        role=Role.SYSTEM_ADMIN if tenant_id is None else Role.TENANT_ADMIN,
        password_hash="$argon2id$a",
        created_at=NOON,
        site_ids=sites,
    )


def a_join_token(tenant_id: UUID, site_id: UUID, *, at: datetime = NOON) -> JoinToken:
    return JoinToken(
        join_token_id=new_id(),
        tenant_id=tenant_id,
        site_id=site_id,
        display_name="till",
        secret_hash="sha256:0",
        created_at=at,
        created_by=new_id(),
        expires_at=at + timedelta(days=1),
    )


def a_certificate(
    tenant_id: UUID, site_id: UUID, *, worker_id: UUID | None = None, at: datetime = NOON
) -> WorkerCertificate:
    certificate_id = new_id()
    return WorkerCertificate(
        certificate_id=certificate_id,
        tenant_id=tenant_id,
        site_id=site_id,
        worker_id=worker_id or new_id(),
        display_name="till",
        fingerprint=certificate_id.hex * 2,
        public_key_hash=new_id().hex * 2,
        der=certificate_id.bytes,
        created_at=at,
        not_before=at - minutes(5),
        not_after=at + timedelta(days=30),
    )


def an_api_key(tenant_id: UUID, site_id: UUID) -> ApiKey:
    api_key_id = new_id()
    return ApiKey(
        api_key_id=api_key_id,
        tenant_id=tenant_id,
        site_id=site_id,
        display_name="worker",
        prefix=api_key_id.hex[-12:],
        secret_hash="sha256:0",
        created_at=NOON,
        expires_at=NOON + timedelta(days=365),
    )


def a_worker(site_id: UUID, worker_id: UUID | None = None, spool_id: UUID | None = None) -> Worker:
    return Worker(
        worker_id=worker_id or new_id(),
        site_id=site_id,
        display_name="mac mini",
        software_version="1.0",
        spool_id=spool_id or new_id(),
        acked_sequence=0,
        connected_at=NOON,
        last_seen_at=NOON,
        session_id=new_id(),
        link_expires_at=NOON + timedelta(seconds=90),
        model_id=MODEL,
        capabilities=("uploads",),
    )


def an_embedding(seed: int, dimension: int = DIMENSION) -> npt.NDArray[np.float32]:
    vector = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    return vector / np.linalg.norm(vector)


def a_face(
    customer_id: UUID, *, seed: int = 1, created_at: datetime = NOON, model_id: str = MODEL
) -> GalleryFace:
    face_id = new_id()
    return GalleryFace(
        face_id=face_id,
        exemplar_id=face_id,
        track_id=new_id(),
        customer_id=customer_id,
        model_id=model_id,
        embedding=an_embedding(seed),
        quality_score=0.75,
        event_id=new_id(),
        created_at=created_at,
    )


def people(newcomers: Sequence[UUID], *, faces: Sequence[GalleryFace] = ()) -> IdentityChanges:
    """New customers, in the order of their numbers, and faces."""
    made = [NewIdentity(each, IdentityState.CONFIRMED, each, None) for each in newcomers]
    return IdentityChanges(made=made, numbered=newcomers, faces=faces)


def an_outcome(
    customer_id: UUID | None = None, visit_id: UUID | None = None, *, site_id: UUID | None = None
) -> Recorded:
    site_id = site_id or new_id()
    if customer_id is None:
        return Recorded(new_id(), site_id, FaceOutcome.UNRECOGNISABLE, None, None, None)
    return Recorded(new_id(), site_id, FaceOutcome.KNOWN, customer_id, visit_id, 0.625)


def a_visit(
    site_id: UUID, customer_id: UUID, *, at: datetime = NOON, lasting: timedelta = timedelta()
) -> Visit:
    return Visit(
        visit_id=new_id(),
        site_id=site_id,
        customer_id=customer_id,
        first_seen_at=at,
        last_seen_at=at + lasting,
        rule_version=1,
        business_day=(at - timedelta(hours=4)).date(),
    )


def a_sighting(
    visit: Visit,
    *,
    camera_id: UUID | None = None,
    quality: float = 0.5,
    image_id: UUID | None = None,
    female: float | None = None,
) -> Sighting:
    return Sighting(
        track_id=new_id(),
        site_id=visit.site_id,
        camera_id=camera_id or new_id(),
        worker_id=new_id(),
        first_seen_at=visit.first_seen_at,
        last_seen_at=visit.last_seen_at,
        final=True,
        outcome=FaceOutcome.KNOWN,
        customer_id=visit.customer_id,
        visit_id=visit.visit_id,
        score=0.75,
        quality_score=quality,
        female_probability=female,
        crossing=Crossing.IN,
        image_id=image_id,
        model_id=MODEL,
        owner_id=visit.customer_id,
        visit_seed=visit.visit_id,
    )


def an_image(tenant_id: UUID, site_id: UUID) -> FaceImage:
    image_id = new_id()
    return FaceImage(
        image_id=image_id,
        site_id=site_id,
        track_id=new_id(),
        object_key=object_key(tenant_id, site_id, image_id),
        content_type="image/jpeg",
        size_bytes=20_000,
        state=ImageState.ANNOUNCED,
        captured_at=NOON,
    )
