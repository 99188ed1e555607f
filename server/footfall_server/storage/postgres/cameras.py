"""Cameras in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.camera_settings import CameraSettings, ImagePolicy
from footfall_server.domain.places import Camera, DesiredCameras, Site
from footfall_server.domain.recognition_basis import may_recognise
from footfall_server.errors import not_found
from footfall_server.ports import NameCursor
from footfall_server.storage.postgres.failures import name_taken
from footfall_server.storage.postgres.sites import COLUMNS as SITE_COLUMNS
from footfall_server.storage.postgres.sites import to_site
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import camera_leases, cameras, sites, tenant_revisions

COLUMNS = (
    cameras.c.camera_id,
    cameras.c.site_id,
    cameras.c.display_name,
    cameras.c.source_url,
    cameras.c.enabled,
    cameras.c.created_at,
    cameras.c.updated_at,
    cameras.c.settings,
    cameras.c.assigned_worker_id,
)

_CEILING = (sites.c.image_policy, sites.c.anonymous, sites.c.basis_expires_at)
"""What a site says of what its cameras may let out."""
_IN_SITE = and_(sites.c.tenant_id == cameras.c.tenant_id, sites.c.site_id == cameras.c.site_id)


class PostgresCameras:
    """CameraRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, camera: Camera, request_id: UUID | None) -> Camera:
        """See CameraRepository.add."""
        given = insert(cameras).values(
            tenant_id=self._connection.tenant_id,
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            display_name=camera.display_name,
            source_url=camera.source_url,
            enabled=camera.enabled,
            request_id=request_id,
            created_at=camera.created_at,
            updated_at=camera.updated_at,
            settings=camera.settings.as_plain(),
            assigned_worker_id=camera.assigned_worker_id,
        )
        try:
            added = await self._connection.first(given.on_conflict_do_nothing().returning(*COLUMNS))
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", camera.site_id) from error
        if added is None and request_id is not None:
            added = await self._connection.first(select(*COLUMNS).where(cameras.c.request_id == request_id))
        if added is None and not await self._is_named(camera):
            # The request was another site's, which this transaction does not see.
            raise not_found("site", camera.site_id)
        if added is None:
            raise name_taken("cameras_name_key")
        return to_camera(added)

    async def _is_named(self, camera: Camera) -> bool:
        """Whether a camera of the site has the name."""
        named = select(cameras.c.camera_id).where(
            cameras.c.site_id == camera.site_id, cameras.c.name_key == func.lower(camera.display_name)
        )
        return await self._connection.first(named) is not None

    async def get(self, camera_id: UUID) -> Camera | None:
        """See CameraRepository.get."""
        row = await self._connection.first(select(*COLUMNS).where(cameras.c.camera_id == camera_id))
        return None if row is None else to_camera(row)

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Camera]:
        """See CameraRepository.list."""
        page = select(*COLUMNS).order_by(cameras.c.name_key, cameras.c.camera_id).limit(limit)
        if sites is not None:
            page = page.where(one_of(cameras.c.site_id, sites))
        if after is not None:
            page = page.where(
                tuple_(cameras.c.name_key, cameras.c.camera_id)
                > tuple_(func.lower(after.name), after.resource_id)
            )
        return [to_camera(row) for row in await self._connection.rows(page)]

    async def save(self, camera: Camera) -> None:
        """See CameraRepository.save."""
        await self._connection.run(
            update(cameras)
            .where(cameras.c.camera_id == camera.camera_id)
            .values(
                display_name=camera.display_name,
                source_url=camera.source_url,
                enabled=camera.enabled,
                updated_at=camera.updated_at,
                settings=camera.settings.as_plain(),
                assigned_worker_id=camera.assigned_worker_id,
            )
        )

    async def assign(self, camera_id: UUID, worker_id: UUID | None) -> None:
        """See CameraRepository.assign."""
        await self._connection.run(
            update(cameras).where(cameras.c.camera_id == camera_id).values(assigned_worker_id=worker_id)
        )

    async def unassign(self, worker_id: UUID) -> Sequence[UUID]:
        """See CameraRepository.unassign."""
        freed = (
            update(cameras)
            .where(cameras.c.assigned_worker_id == worker_id)
            .values(assigned_worker_id=None)
            .returning(cameras.c.camera_id)
        )
        return sorted(row.camera_id for row in await self._connection.rows(freed))

    async def remove(self, camera_id: UUID) -> bool:
        """See CameraRepository.remove."""
        await self._connection.run(delete(camera_leases).where(camera_leases.c.camera_id == camera_id))
        return await self._connection.run(delete(cameras).where(cameras.c.camera_id == camera_id)) > 0

    async def sites_of(self, camera_ids: Collection[UUID]) -> Mapping[UUID, Site]:
        """See CameraRepository.sites_of."""
        rows = await self._connection.rows(
            select(cameras.c.camera_id, *SITE_COLUMNS)
            .join(sites, _IN_SITE)
            .where(one_of(cameras.c.camera_id, camera_ids))
        )
        return {row.camera_id: to_site(row) for row in rows}

    async def find(self, camera_ids: Collection[UUID]) -> Sequence[Camera]:
        """See CameraRepository.find."""
        rows = await self._connection.rows(select(*COLUMNS).where(one_of(cameras.c.camera_id, camera_ids)))
        return [to_camera(row) for row in rows]

    async def confined(self, camera_ids: Collection[UUID], at: datetime) -> Mapping[UUID, CameraSettings]:
        """See CameraRepository.confined."""
        rows = await self._connection.rows(
            select(cameras.c.camera_id, cameras.c.settings, *_CEILING)
            .join(sites, _IN_SITE)
            .where(one_of(cameras.c.camera_id, camera_ids))
        )
        return {row.camera_id: _confined(CameraSettings.from_plain(row.settings), row, at) for row in rows}

    async def desired(self, site_id: UUID, at: datetime) -> DesiredCameras:
        """See CameraRepository.desired.

        Revision and cameras come from one statement, so from one snapshot: were the cameras the older
        ones, a worker would think that it had the newest.
        """
        revision = select(
            func.coalesce(func.max(tenant_revisions.c.revision), 0).label("revision")
        ).subquery()
        rows = await self._connection.rows(
            select(revision.c.revision, *_CEILING, *COLUMNS)
            .select_from(revision)
            .outerjoin(cameras, and_(cameras.c.site_id == site_id, cameras.c.enabled))
            .outerjoin(sites, _IN_SITE)
            .order_by(cameras.c.camera_id)
        )
        return DesiredCameras(
            revision=rows[0].revision,
            cameras=tuple(_desired(row, at) for row in rows if row.camera_id is not None),
        )


def _desired(row: Row[Any], at: datetime) -> Camera:
    camera = to_camera(row)
    return replace(camera, settings=_confined(camera.settings, row, at), assigned_worker_id=None)


def _confined(settings: CameraSettings, row: Row[Any], at: datetime) -> CameraSettings:
    """As the site of a row that has _CEILING allows."""
    recognises = may_recognise(at, anonymous=row.anonymous, expires_at=row.basis_expires_at)
    return settings.within(ImagePolicy(row.image_policy), recognises=recognises)


def to_camera(row: Row[Any]) -> Camera:
    """A camera from a row that has COLUMNS."""
    return Camera(
        camera_id=row.camera_id,
        site_id=row.site_id,
        display_name=row.display_name,
        source_url=row.source_url,
        enabled=row.enabled,
        created_at=row.created_at,
        updated_at=row.updated_at,
        settings=CameraSettings.from_plain(row.settings),
        assigned_worker_id=row.assigned_worker_id,
    )
