"""Sightings in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, func, or_, select, update

from footfall_server.domain.crossing import Crossing
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.sighting import Sighting
from footfall_server.storage.postgres.statements import TenantConnection, any_of, insert_each, one_of
from footfall_server.storage.postgres.tables import sightings, visits

COLUMNS = (
    "track_id",
    "site_id",
    "camera_id",
    "worker_id",
    "first_seen_at",
    "last_seen_at",
    "final",
    "outcome",
    "customer_id",
    "visit_id",
    "score",
    "quality_score",
    "female_probability",
    "image_id",
    "model_id",
    "owner_id",
    "visit_seed",
    "crossing",
)
_INSERT = insert_each(sightings, COLUMNS)
_SAVE = _INSERT.on_conflict_do_update(
    constraint=sightings.primary_key,
    set_={name: _INSERT.excluded[name] for name in COLUMNS if name != "track_id"},
)

_GIVEN = (
    func.unnest(bindparam("track_ids", type_=ARRAY(Uuid())), bindparam("visit_ids", type_=ARRAY(Uuid())))
    .table_valued("track_id", "visit_id", name="given")
    .render_derived(name="given")
)
_ASSIGN = (
    update(sightings).where(sightings.c.track_id == _GIVEN.c.track_id).values(visit_id=_GIVEN.c.visit_id)
)


class PostgresSightings:
    """SightingRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def by_track(self, track_ids: Collection[UUID]) -> Mapping[UUID, Sighting]:
        """See SightingRepository.by_track."""
        rows = await self._connection.rows(
            select(*(sightings.c[name] for name in COLUMNS)).where(one_of(sightings.c.track_id, track_ids))
        )
        return {row.track_id: to_sighting(row) for row in rows}

    async def save(self, sightings: Sequence[Sighting]) -> None:
        """See SightingRepository.save. Of several with one track_id, the last one counts."""
        latest = {sighting.track_id: sighting for sighting in sightings}
        await self._connection.run_for_each(_SAVE, COLUMNS, latest.values())

    async def move(self, *, from_visits: Collection[UUID], to_visit: UUID) -> None:
        """See SightingRepository.move."""
        await self._connection.run(
            update(sightings).where(one_of(sightings.c.visit_id, from_visits)).values(visit_id=to_visit)
        )

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Sighting]:
        """See SightingRepository.of_customers."""
        theirs = select(visits.c.visit_id).where(one_of(visits.c.customer_id, customer_ids))
        rows = await self._connection.rows(
            select(*(sightings.c[name] for name in COLUMNS)).where(
                or_(
                    one_of(sightings.c.customer_id, customer_ids),
                    sightings.c.visit_id == any_of(theirs),
                )
            )
        )
        return [to_sighting(row) for row in rows]

    async def assign(self, visit_of: Mapping[UUID, UUID | None]) -> None:
        """See SightingRepository.assign."""
        if visit_of:
            given = {"track_ids": list(visit_of), "visit_ids": list(visit_of.values())}
            await self._connection.run(_ASSIGN, given)


def to_sighting(row: Row[Any]) -> Sighting:
    """A sighting from a row that has COLUMNS."""
    return Sighting(
        track_id=row.track_id,
        site_id=row.site_id,
        camera_id=row.camera_id,
        worker_id=row.worker_id,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        final=row.final,
        outcome=FaceOutcome(row.outcome),
        customer_id=row.customer_id,
        visit_id=row.visit_id,
        score=row.score,
        quality_score=row.quality_score,
        female_probability=row.female_probability,
        image_id=row.image_id,
        model_id=row.model_id,
        owner_id=row.owner_id,
        visit_seed=row.visit_seed,
        crossing=None if row.crossing is None else Crossing(row.crossing),
    )
