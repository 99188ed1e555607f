"""Visits: sightings of one person at one site, joined by time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class VisitKind(StrEnum):
    """Whether the person had been here before, as of the visit's time."""

    NEW = "new"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Visit:
    """What is kept of a visit. `rule_version` is that of the site's rule, `business_day` the site's day."""

    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    first_seen_at: datetime
    last_seen_at: datetime
    rule_version: int
    business_day: date


def first_visits(visits: Iterable[Visit]) -> Mapping[UUID, Visit]:
    """The visit of each customer that is their first one, of those given: the others are repeats."""
    firsts: dict[UUID, Visit] = {}
    for visit in sorted(visits, key=lambda each: (each.first_seen_at, each.visit_id)):
        firsts.setdefault(visit.customer_id, visit)
    return firsts


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as people see it: with what follows from its sightings and from the customer's other visits."""

    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    customer_number: int
    customer_name: str = field(repr=False)
    first_seen_at: datetime
    last_seen_at: datetime
    kind: VisitKind
    sighting_count: int
    image_id: UUID | None
    female_probability: float | None
    camera_ids: tuple[UUID, ...]
    rule_version: int
    business_day: date


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits to list; what is None does not narrow. `end` is exclusive."""

    site_ids: frozenset[UUID] | None = None
    start: datetime | None = None
    end: datetime | None = None
    customer_id: UUID | None = None
    kind: VisitKind | None = None
    camera_id: UUID | None = None
