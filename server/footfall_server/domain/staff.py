"""People who work here: what is said of them, and the pictures that they were enrolled with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.customer import CustomerView
from footfall_server.domain.etag import etag_of
from footfall_server.domain.face_event import FaceQuality

MOST_FACES_EACH: Final = 20
"""Pictures that one person may be enrolled with. Beyond some ten varied ones more of them add nothing."""

PAST: Final = timedelta(days=30)
"""How far back customers are looked at who may be somebody who was just enrolled: for so long their faces'
pictures are there, so that a person can judge."""

SAME_PICTURE: Final = 0.99
"""Cosine from which a face is taken for one that was enrolled already. Shots of one film are below it."""


class StaffPresence(StrEnum):
    """Whether somebody still works here."""

    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What is said of a staff member, whose `staff_id` is the customer_id of the person.

    `site_ids` are where the person works, empty for everywhere. From `left_at` on nobody is to know the
    person by a face. `updated_at` is None for somebody of whom nothing was ever said: a customer who became
    staff.
    """

    staff_id: UUID
    employee_number: str = field(default="", repr=False)
    job_title: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    site_ids: frozenset[UUID] = frozenset()
    joined_at: datetime | None = None
    left_at: datetime | None = None
    updated_at: datetime | None = None

    def has_left(self, now: datetime) -> bool:
        """Whether the person works here no more."""
        return self.left_at is not None and self.left_at <= now


@dataclass(frozen=True, slots=True)
class StaffView:
    """A staff member as people see it. `portrait_id` is the enrolled face of the best quality."""

    person: CustomerView
    details: StaffDetails
    left: bool
    enrolled: int = 0
    portrait_id: UUID | None = None

    @property
    def etag(self) -> str:
        """Names this state: whoever changes the person or the details changes it."""
        return etag_of(self.person.customer.updated_at, self.details.updated_at)


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """Which staff to list; what is None or empty does not narrow.

    `reach` are the sites that the caller is confined to. `works_at` keeps who works at one site or
    everywhere. `now` is what presence is judged by.
    """

    now: datetime
    reach: frozenset[UUID] | None = None
    works_at: UUID | None = None
    name: str = field(default="", repr=False)
    presence: StaffPresence | None = None


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """A face that somebody was enrolled with; `face_id` is the exemplar_id of its embeddings.

    The portrait, head and shoulders, lies in the object store under `object_key`; `box` (left, top, width,
    height) and `landmarks` (x, y of right eye, left eye, nose, right and left mouth corner, as the person has
    them) are in its pixels. `closest_own` is the cosine to the most similar face that the person had been
    enrolled with before; None for the first. `model_ids` are the models that it is compared with.
    """

    face_id: UUID
    staff_id: UUID
    object_key: str
    width: int
    height: int
    box: tuple[float, float, float, float]
    landmarks: tuple[tuple[float, float], ...]
    quality: FaceQuality
    created_at: datetime
    created_by: UUID
    closest_own: float | None = None
    model_ids: tuple[str, ...] = ()


def staff_prefix(tenant_id: UUID) -> str:
    """What the keys of all enrolled portraits of a tenant begin with.

    Not below image.tenant_prefix: what is there goes after 30 days, and these stay until the face goes.
    """
    return f"staff/{tenant_id}/"


def portrait_key(tenant_id: UUID, staff_id: UUID, face_id: UUID) -> str:
    """Where a portrait lies."""
    return f"{staff_prefix(tenant_id)}{staff_id}/{face_id}.jpg"
