"""Fakes of the repositories of visits, images and changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean
from uuid import UUID

from fakes.memory_tables import TenantStore, TenantTables
from footfall_server.domain.change import Change, Horizon, NewChange, Topic
from footfall_server.domain.customer import Customer
from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.retention import ImageCutoffs
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind, VisitView
from footfall_server.ports import Clock, TimeCursor


class MemoryVisits:
    """Implements VisitRepository. `hidden` are rows of sites that the transaction does not see."""

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def remove(self, visit_ids: Collection[UUID]) -> None:
        for visit_id in visit_ids:
            if any(sighting.visit_id == visit_id for sighting in self._tables.sightings.values()):
                raise AssertionError(f"visit {visit_id} still has sightings")
            self._tables.visits.pop(visit_id, None)

    async def get(self, visit_id: UUID) -> VisitView | None:
        visit = self._tables.visits.get(visit_id)
        return None if visit is None else self._view(visit)

    async def views(self, visit_ids: Collection[UUID]) -> Mapping[UUID, VisitView]:
        known = self._tables.visits
        return {each: self._view(known[each]) for each in visit_ids if each in known}

    async def list(
        self, *, matching: VisitFilter, after: TimeCursor | None, limit: int
    ) -> Sequence[VisitView]:
        newest_first = sorted(self._tables.visits.values(), key=_age, reverse=True)
        if after is not None:
            newest_first = [visit for visit in newest_first if _age(visit) < (after.at, after.resource_id)]
        views = [self._view(visit) for visit in newest_first]
        return [view for view in views if _matches(view, matching)][:limit]

    async def of_tracks(self, track_ids: Collection[UUID]) -> Mapping[UUID, tuple[UUID, UUID]]:
        found = (self._tables.sightings.get(track_id) for track_id in track_ids)
        return {each.track_id: (each.visit_id, each.site_id) for each in found if each and each.visit_id}

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Visit]:
        seen_in = {
            each.visit_id for each in self._tables.sightings.values() if each.customer_id in customer_ids
        }
        return [
            each
            for each in self._tables.visits.values()
            if each.customer_id in customer_ids or each.visit_id in seen_in
        ]

    async def save(self, visits: Sequence[Visit]) -> None:
        self._tables.visits.update((visit.visit_id, visit) for visit in visits)

    async def countable(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        found = (self._tables.customers.get(each) for each in customer_ids)
        return frozenset(each.customer_id for each in found if each is not None and _has_visits(each))

    async def latest_at(self, site_id: UUID) -> datetime | None:
        at_site = (each.first_seen_at for each in self._tables.visits.values() if each.site_id == site_id)
        return max(at_site, default=None)

    def _view(self, visit: Visit) -> VisitView:
        customer = self._tables.customers[visit.customer_id]
        sightings = [each for each in self._tables.sightings.values() if each.visit_id == visit.visit_id]
        pictured = [each for each in sightings if self._is_stored(each.image_id)]
        best = max(pictured, key=lambda each: (each.quality_score, each.track_id), default=None)
        female = [each.female_probability for each in sightings if each.female_probability is not None]
        everywhere = (*self._tables.visits.values(), *self._hidden.visits.values())
        rivals = (each for each in everywhere if each.customer_id == visit.customer_id)
        return VisitView(
            visit_id=visit.visit_id,
            site_id=visit.site_id,
            customer_id=visit.customer_id,
            customer_number=customer.number or 0,
            customer_name=customer.display_name,
            first_seen_at=visit.first_seen_at,
            last_seen_at=visit.last_seen_at,
            kind=VisitKind.NEW if min(map(_age, rivals)) == _age(visit) else VisitKind.REPEAT,
            sighting_count=len(sightings),
            image_id=None if best is None else best.image_id,
            female_probability=fmean(female) if female else None,
            camera_ids=tuple(sorted({each.camera_id for each in sightings})),
            rule_version=visit.rule_version,
            business_day=visit.business_day,
        )

    def _is_stored(self, image_id: UUID | None) -> bool:
        image = None if image_id is None else self._tables.images.get(image_id)
        return image is not None and image.state is ImageState.STORED


def _has_visits(customer: Customer) -> bool:
    return (
        customer.is_root
        and customer.state is IdentityState.CONFIRMED
        and customer.kind is CustomerKind.VISITOR
    )


def _age(visit: Visit) -> tuple[datetime, UUID]:
    return (visit.first_seen_at, visit.visit_id)


def _matches(view: VisitView, matching: VisitFilter) -> bool:
    return (
        (matching.site_ids is None or view.site_id in matching.site_ids)
        and (matching.start is None or view.first_seen_at >= matching.start)
        and (matching.end is None or view.first_seen_at < matching.end)
        and (matching.customer_id is None or view.customer_id == matching.customer_id)
        and (matching.kind is None or view.kind is matching.kind)
        and (matching.camera_id is None or matching.camera_id in view.camera_ids)
    )


class MemoryImageRows:
    """Implements ImageRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def find(self, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]:
        known = self._tables.images
        return {each: known[each] for each in image_ids if each in known}

    async def mark_stored(self, image_ids: Collection[UUID], at: datetime) -> None:
        for image_id in image_ids:
            if image_id in self._tables.images:
                image = self._tables.images[image_id]
                self._tables.images[image_id] = replace(image, state=ImageState.STORED)
                self._tables.image_times[image_id] = at

    async def captured_before(self, before: ImageCutoffs, limit: int) -> Sequence[FaceImage]:
        rows = self._tables.images.values()
        old = [each for each in rows if each.captured_at < before.of(each.site_id)]
        return sorted(old, key=lambda each: (each.captured_at, each.image_id))[:limit]

    async def forget(self, image_ids: Collection[UUID]) -> int:
        gone = [self._tables.images.pop(each) for each in image_ids if each in self._tables.images]
        for image in gone:
            sighting = self._tables.sightings.get(image.track_id)
            if sighting is not None and sighting.image_id == image.image_id:
                self._tables.sightings[image.track_id] = replace(sighting, image_id=None)
        return len(gone)


class MemoryChangeRows:
    """Implements ChangeRepository. `close` gives the revision's lock back."""

    def __init__(self, tables: TenantTables, store: TenantStore, clock: Clock) -> None:
        self._tables = tables
        self._store = store
        self._clock = clock
        self._holds_revision = False
        self.appended: list[Change] = []

    async def append(self, changes: Sequence[NewChange]) -> int:
        if not self._holds_revision:
            await self._store.revision.acquire()
            self._holds_revision = True
            self._tables.counters["revision"] = self._store.tables.counters.get("revision", 0)
        revision = self._tables.counters["revision"]
        for new in changes:
            revision += 1
            change = Change(
                revision, new.topic, new.kind, new.site_id, new.resource_id, committed_at=self._clock.now()
            )
            self._tables.changes[revision] = change
            self.appended.append(change)
        self._tables.counters["revision"] = revision
        return revision

    async def horizon(self) -> Horizon:
        counters = self._tables.counters
        return Horizon(oldest=counters.get("compacted", 0), current=counters.get("revision", 0))

    async def read_after(
        self, revision: int, *, topics: Collection[Topic], sites: Collection[UUID] | None, limit: int
    ) -> Sequence[Change]:
        return [
            change
            for number, change in sorted(self._tables.changes.items())
            if number > revision and change.topic in topics and (sites is None or change.site_id in sites)
        ][:limit]

    async def compact(self, before: datetime, *, unread_before: datetime | None = None) -> int:
        cursors = self._tables.event_cursors
        read = min((row.revision for row in cursors.values()), default=None)
        gone = [
            number
            for number, change in self._tables.changes.items()
            if change.committed_at < before
            and (read is None or number <= read or change.committed_at < (unread_before or before))
        ]
        for reader in [reader for reader, row in cursors.items() if gone and row.revision < max(gone)]:
            del cursors[reader]
        for number in gone:
            del self._tables.changes[number]
        if gone:
            self._tables.counters["compacted"] = max(gone)
        return len(gone)

    def close(self) -> None:
        if self._holds_revision:
            self._holds_revision = False
            self._store.revision.release()
