"""Leases of cameras in PostgreSQL, by its clock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    Uuid,
    and_,
    column,
    delete,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.camera_lease import Lease, LeasedCamera, SiteWorker, Standing
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import camera_leases, cameras, workers

_COLUMNS = tuple(each for each in camera_leases.c if each.name != "tenant_id")
_NOW = func.clock_timestamp()
"""Not now(), which stands still while a transaction waits for its turn."""
_later = camera_leases.alias("later")


class PostgresLeases:
    """LeaseRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def standing(self, site_id: UUID) -> Standing:
        """See LeaseRepository.standing."""
        newest = (
            select(*_COLUMNS)
            .where(camera_leases.c.camera_id == cameras.c.camera_id)
            .order_by(camera_leases.c.token.desc())
            .limit(1)
            .lateral("newest")
        )
        one = select(_NOW.label("now")).subquery("one")
        rows = await self._connection.rows(
            select(
                one.c.now,
                cameras.c.camera_id.label("of_camera_id"),
                cameras.c.assigned_worker_id,
                *newest.c,
            )
            .select_from(one)
            .outerjoin(cameras, and_(cameras.c.site_id == site_id, cameras.c.enabled))
            .outerjoin(newest, literal(True))
            .order_by(cameras.c.camera_id)
        )
        known = await self._connection.rows(
            select(
                workers.c.worker_id,
                workers.c.display_name,
                workers.c.connected_at,
                workers.c.last_seen_at,
                (workers.c.link_expires_at > _NOW).label("is_linked"),
            ).where(workers.c.site_id == site_id)
        )
        return Standing(
            site_id=site_id,
            now=rows[0].now,
            cameras=[
                LeasedCamera(
                    row.of_camera_id, row.assigned_worker_id, None if row.token is None else _to_lease(row)
                )
                for row in rows
                if row.of_camera_id is not None
            ],
            workers={row.worker_id: SiteWorker(**row._mapping) for row in known},  # noqa: SLF001 - its public name
        )

    async def settled(self, site_id: UUID) -> Standing:
        """See LeaseRepository.settled.

        The rows are locked by a statement of their own: the one after it sees what was renewed meanwhile. In
        the order of cameras, as renewals take them, or the two would wait for each other.
        """
        await self._connection.rows(
            select(camera_leases.c.token)
            .where(camera_leases.c.site_id == site_id, ~_is_passed_on())
            .order_by(camera_leases.c.camera_id)
            .with_for_update()
        )
        return await self.standing(site_id)

    async def renew(self, leases: Sequence[Lease]) -> bool:
        """See LeaseRepository.renew."""
        renewed = 0
        for lease in leases:
            renewed += await self._connection.run(
                update(camera_leases)
                .where(
                    camera_leases.c.camera_id == lease.camera_id,
                    camera_leases.c.token == lease.token,
                    camera_leases.c.worker_id == lease.worker_id,
                    camera_leases.c.released_at.is_(None),
                    camera_leases.c.expires_at > _NOW,
                )
                .values(expires_at=lease.expires_at, clock_offset=lease.clock_offset)
            )
        return renewed == len(leases)

    async def save(self, leases: Sequence[Lease]) -> None:
        """See LeaseRepository.save."""
        for lease in leases:
            given = insert(camera_leases).values(
                tenant_id=self._connection.tenant_id,
                **{each.name: getattr(lease, each.name) for each in _COLUMNS},
            )
            changed = ("granted_at", "expires_at", "released_at", "clock_offset")
            await self._connection.run(
                given.on_conflict_do_update(
                    constraint=camera_leases.primary_key,
                    set_={name: given.excluded[name] for name in changed},
                )
            )

    async def release(self, worker_id: UUID, tokens: Mapping[UUID, int]) -> Sequence[UUID]:
        """See LeaseRepository.release."""
        given = func.unnest(
            literal(list(tokens), ARRAY(Uuid())), literal(list(tokens.values()), ARRAY(BigInteger()))
        ).table_valued(column("camera_id", Uuid()), column("token", BigInteger()), name="given")
        given = given.render_derived(name="given")
        rows = await self._connection.rows(
            update(camera_leases)
            .where(
                tuple_(camera_leases.c.camera_id, camera_leases.c.token).in_(
                    select(given.c.camera_id, given.c.token)
                ),
                camera_leases.c.worker_id == worker_id,
                camera_leases.c.released_at.is_(None),
                ~_is_passed_on(),
            )
            .values(released_at=_NOW)
            .returning(camera_leases.c.camera_id)
        )
        return sorted(row.camera_id for row in rows)

    async def holders(self, camera_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """See LeaseRepository.holders."""
        rows = await self._connection.rows(
            select(camera_leases.c.camera_id, camera_leases.c.worker_id).where(
                one_of(camera_leases.c.camera_id, camera_ids),
                camera_leases.c.released_at.is_(None),
                camera_leases.c.expires_at > _NOW,
            )
        )
        return {row.camera_id: row.worker_id for row in rows}

    async def purge(self, before: datetime) -> int:
        """See LeaseRepository.purge."""
        passed = _later.c.granted_at < before
        return await self._connection.run(delete(camera_leases).where(_is_passed_on(passed)))


def _is_passed_on(*more: Any) -> Any:
    """Whether a newer lease of the camera is there."""
    return (
        select(literal_column("1"))
        .where(
            _later.c.tenant_id == camera_leases.c.tenant_id,
            _later.c.camera_id == camera_leases.c.camera_id,
            _later.c.token > camera_leases.c.token,
            *more,
        )
        .exists()
    )


def _to_lease(row: Row[Any]) -> Lease:
    return Lease(
        camera_id=row.camera_id,
        site_id=row.site_id,
        token=row.token,
        worker_id=row.worker_id,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        released_at=row.released_at,
        clock_offset=row.clock_offset,
    )
