"""Visits in PostgreSQL, and what people see of them, worked out when it is read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    case,
    delete,
    distinct,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from footfall_server.domain.image import ImageState
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind, VisitView
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection, any_of, insert_each, one_of
from footfall_server.storage.postgres.tables import customers, images, sightings, visit_times, visits

_COLUMNS = (
    "visit_id",
    "site_id",
    "customer_id",
    "first_seen_at",
    "last_seen_at",
    "rule_version",
    "business_day",
)
_SELECTED = tuple(visits.c[name] for name in _COLUMNS)
_INSERT = insert_each(visits, _COLUMNS)
_SAVE = _INSERT.on_conflict_do_update(
    constraint=visits.primary_key,
    set_={name: _INSERT.excluded[name] for name in _COLUMNS if name != "visit_id"},
)


class PostgresVisits:
    """VisitRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def remove(self, visit_ids: Collection[UUID]) -> None:
        """See VisitRepository.remove."""
        if visit_ids:
            await self._connection.run(delete(visits).where(one_of(visits.c.visit_id, visit_ids)))

    async def get(self, visit_id: UUID) -> VisitView | None:
        """See VisitRepository.get."""
        return (await self.views([visit_id])).get(visit_id)

    async def views(self, visit_ids: Collection[UUID]) -> Mapping[UUID, VisitView]:
        """See VisitRepository.views."""
        if not visit_ids:
            return {}
        page = select(*_SELECTED).where(one_of(visits.c.visit_id, visit_ids))
        rows = await self._connection.rows(_as_seen(page))
        return {row.visit_id: _to_view(row) for row in rows}

    async def list(
        self, *, matching: VisitFilter, after: TimeCursor | None, limit: int
    ) -> Sequence[VisitView]:
        """See VisitRepository.list."""
        page = (
            select(*_SELECTED)
            .where(*_conditions(matching))
            .order_by(visits.c.first_seen_at.desc(), visits.c.visit_id.desc())
            .limit(limit)
        )
        if after is not None:
            page = page.where(
                tuple_(visits.c.first_seen_at, visits.c.visit_id) < tuple_(after.at, after.resource_id)
            )
        return [_to_view(row) for row in await self._connection.rows(_as_seen(page))]

    async def of_tracks(self, track_ids: Collection[UUID]) -> Mapping[UUID, tuple[UUID, UUID]]:
        """See VisitRepository.of_tracks."""
        rows = await self._connection.rows(
            select(sightings.c.track_id, sightings.c.visit_id, sightings.c.site_id).where(
                one_of(sightings.c.track_id, track_ids), sightings.c.visit_id.is_not(None)
            )
        )
        return {row.track_id: (row.visit_id, row.site_id) for row in rows}

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Visit]:
        """See VisitRepository.of_customers."""
        seen_in = select(sightings.c.visit_id).where(
            one_of(sightings.c.customer_id, customer_ids), sightings.c.visit_id.is_not(None)
        )
        rows = await self._connection.rows(
            select(*_SELECTED).where(
                or_(one_of(visits.c.customer_id, customer_ids), visits.c.visit_id == any_of(seen_in))
            )
        )
        return [_to_visit(row) for row in rows]

    async def save(self, visits: Sequence[Visit]) -> None:
        """See VisitRepository.save."""
        await self._connection.run_for_each(_SAVE, _COLUMNS, visits)

    async def countable(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """See VisitRepository.countable."""
        rows = await self._connection.rows(
            select(customers.c.customer_id).where(
                one_of(customers.c.customer_id, customer_ids),
                customers.c.root_id == customers.c.customer_id,
                customers.c.state == IdentityState.CONFIRMED.value,
                customers.c.kind == CustomerKind.VISITOR.value,
            )
        )
        return frozenset(row.customer_id for row in rows)

    async def latest_at(self, site_id: UUID) -> datetime | None:
        """See VisitRepository.latest_at."""
        row = await self._connection.first(
            select(visits.c.first_seen_at)
            .where(visits.c.site_id == site_id)
            .order_by(visits.c.first_seen_at.desc())
            .limit(1)
        )
        return None if row is None else row.first_seen_at


def _conditions(matching: VisitFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if matching.site_ids is not None:
        conditions.append(one_of(visits.c.site_id, matching.site_ids))
    if matching.start is not None:
        conditions.append(visits.c.first_seen_at >= matching.start)
    if matching.end is not None:
        conditions.append(visits.c.first_seen_at < matching.end)
    if matching.customer_id is not None:
        conditions.append(visits.c.customer_id == matching.customer_id)
    if matching.camera_id is not None:
        conditions.append(
            exists(
                select(sightings.c.track_id).where(
                    sightings.c.visit_id == visits.c.visit_id, sightings.c.camera_id == matching.camera_id
                )
            )
        )
    if matching.kind is not None:
        repeat = _has_earlier_visit(visits)
        conditions.append(repeat if matching.kind is VisitKind.REPEAT else ~repeat)
    return conditions


def _has_earlier_visit(visit: Any) -> ColumnElement[bool]:
    """Whether the customer was in the tenant before this visit, as of what is known now."""
    earlier = visit_times.alias("earlier")
    return exists(
        select(earlier.c.visit_id).where(
            earlier.c.customer_id == visit.c.customer_id,
            tuple_(earlier.c.first_seen_at, earlier.c.visit_id)
            < tuple_(visit.c.first_seen_at, visit.c.visit_id),
        )
    )


def _as_seen(page: Select[Any]) -> Select[Any]:
    """The visits of a page, newest first, with what follows from their sightings and other visits.

    The page is cut before anything is joined, so the price follows the page, not the table.
    """
    visit = page.cte("page")
    summary = (
        select(
            func.count().label("sighting_count"),
            func.avg(sightings.c.female_probability).label("female_probability"),
            func.array_agg(distinct(sightings.c.camera_id), type_=ARRAY(Uuid())).label("camera_ids"),
            func.array_agg(
                aggregate_order_by(
                    sightings.c.image_id, sightings.c.quality_score.desc(), sightings.c.track_id.desc()
                ),
                type_=ARRAY(Uuid()),
            )
            .filter(images.c.state == ImageState.STORED.value)
            .label("stored_images"),
        )
        .select_from(sightings)
        .outerjoin(
            images,
            and_(images.c.tenant_id == sightings.c.tenant_id, images.c.image_id == sightings.c.image_id),
        )
        .where(sightings.c.visit_id == visit.c.visit_id)
        .lateral("summary")
    )
    return (
        select(
            *(visit.c[name] for name in _COLUMNS),
            customers.c.number,
            customers.c.display_name,
            case((_has_earlier_visit(visit), VisitKind.REPEAT.value), else_=VisitKind.NEW.value).label(
                "kind"
            ),
            summary.c.sighting_count,
            summary.c.female_probability,
            summary.c.camera_ids,
            summary.c.stored_images[1].label("image_id"),
        )
        .select_from(visit)
        .join(customers, customers.c.customer_id == visit.c.customer_id)
        .join(summary, true())
        .order_by(visit.c.first_seen_at.desc(), visit.c.visit_id.desc())
    )


def _to_visit(row: Row[Any]) -> Visit:
    return Visit(
        visit_id=row.visit_id,
        site_id=row.site_id,
        customer_id=row.customer_id,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        rule_version=row.rule_version,
        business_day=row.business_day,
    )


def _to_view(row: Row[Any]) -> VisitView:
    return VisitView(
        visit_id=row.visit_id,
        site_id=row.site_id,
        customer_id=row.customer_id,
        customer_number=row.number,
        customer_name=row.display_name,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        kind=VisitKind(row.kind),
        sighting_count=row.sighting_count,
        image_id=row.image_id,
        female_probability=row.female_probability,
        camera_ids=tuple(row.camera_ids or ()),
        rule_version=row.rule_version,
        business_day=row.business_day,
    )
