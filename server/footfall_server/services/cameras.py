"""The cameras of a tenant's sites: what should be. The workers' links are told of every change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Camera
from footfall_server.domain.source_url import BadSourceUrlError, checked_source_url, with_kept_secrets
from footfall_server.errors import (
    FieldViolation,
    FootfallError,
    changed_meanwhile,
    invalid_fields,
    not_found,
)
from footfall_server.ports import Clock, NameCursor, Transaction, Transactions
from footfall_server.services.paging import WatchablePage, page_of, watchable
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site


@dataclass(frozen=True, slots=True)
class WorkerChoice:
    """Who is to read a camera; None: any worker of the site."""

    worker_id: UUID | None


@dataclass(frozen=True, slots=True)
class CameraValues:
    """What can be said of a camera; None leaves it as it is."""

    display_name: str | None = None
    source_url: str | None = field(default=None, repr=False)
    enabled: bool | None = None
    settings: CameraSettings | None = None
    assigned: WorkerChoice | None = None
    site_id: UUID | None = None


class CameraService:
    """Adds, lists, changes and removes cameras."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def create(
        self,
        principal: Principal,
        *,
        site_id: UUID,
        display_name: str,
        source_url: str,
        enabled: bool,
        settings: CameraSettings,
        assigned_worker_id: UUID | None,
        request_id: UUID | None,
    ) -> Camera:
        """Raises ALREADY_EXISTS for a name that is taken. The same request_id makes one camera."""
        require_site(principal, site_id)
        now = self._clock.now()
        camera = Camera(
            camera_id=new_id(),
            site_id=site_id,
            display_name=display_name,
            source_url=_usable_source_url(source_url, stored=""),
            enabled=enabled,
            settings=settings,
            assigned_worker_id=assigned_worker_id,
            created_at=now,
            updated_at=now,
        )
        async with begin_for(self._transactions, principal) as tx:
            await _require_worker(tx, camera)
            added = await tx.cameras.add(camera, request_id)
            if added.camera_id == camera.camera_id:
                if added.enabled:
                    await tx.uptime.want(added.camera_id, added.site_id, now, wanted=True)
                await tx.audit.append(self._entry(principal, Action.CAMERA_CREATE, added, _told(added)))
                await _tell(tx, ChangeKind.CREATED, added)
            elif not principal.may_see(added.site_id):
                raise not_found("site", site_id)
            return added

    async def get(self, principal: Principal, camera_id: UUID) -> Camera:
        async with begin_for(self._transactions, principal) as tx:
            return await _visible(tx, principal, camera_id)

    async def list(
        self, principal: Principal, *, site_id: UUID | None, after: NameCursor | None, limit: int
    ) -> WatchablePage[Camera, NameCursor]:
        """The cameras that the caller may see, by name; those of one site when it is given.

        Raises NOT_FOUND for a site that the caller may not see.
        """
        async with begin_for(self._transactions, principal) as tx:
            if site_id is not None:
                require_site(principal, site_id)
                if await tx.sites.get(site_id) is None:
                    raise not_found("site", site_id)
            sites = principal.site_ids if site_id is None else frozenset({site_id})
            # Read before the cameras: what is committed in between is then told by the watch.
            horizon = await tx.changes.horizon()
            found = await tx.cameras.list(sites=sites, after=after, limit=limit + 1)
        page = page_of(found, limit, lambda camera: NameCursor(camera.display_name, camera.camera_id))
        return watchable(page, horizon)

    async def holders(self, principal: Principal, cameras: Collection[Camera]) -> Mapping[UUID, UUID]:
        """Which worker reads each camera that is read now, by camera."""
        if not cameras:
            return {}
        async with begin_for(self._transactions, principal) as tx:
            return await tx.leases.holders({camera.camera_id for camera in cameras})

    async def update(
        self, principal: Principal, camera_id: UUID, values: CameraValues, *, etag: str = ""
    ) -> Camera:
        """Changes what is not None. A password shown as "***" stays what it is.

        Raises ABORTED / ETAG_MISMATCH when an etag is given and is not that of now.
        """
        # Exclusive, since what is read is written back: two who change different fields both count.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            camera = await _visible(tx, principal, camera_id)
            if etag and etag != camera.etag:
                raise changed_meanwhile("camera", camera_id)
            changed = _changed(camera, values)
            if changed == camera:
                return camera
            if changed.assigned_worker_id != camera.assigned_worker_id:
                await _require_worker(tx, changed)
            changed = replace(changed, updated_at=self._clock.now())
            await tx.cameras.save(changed)
            if changed.enabled is not camera.enabled:
                await tx.uptime.want(camera_id, changed.site_id, changed.updated_at, wanted=changed.enabled)
            detail: dict[str, object] = {
                "site_id": changed.site_id,
                **changes_between(_told(camera), _told(changed)),
                "source_url_changed": camera.source_url != changed.source_url,
            }
            await tx.audit.append(self._entry(principal, Action.CAMERA_UPDATE, changed, detail))
            await _tell(tx, ChangeKind.UPDATED, changed)
            return changed

    async def delete(self, principal: Principal, camera_id: UUID) -> None:
        async with begin_for(self._transactions, principal) as tx:
            camera = await _visible(tx, principal, camera_id)
            if not await tx.cameras.remove(camera_id):
                raise not_found("camera", camera_id)
            await tx.uptime.want(camera_id, camera.site_id, self._clock.now(), wanted=False)
            await tx.audit.append(self._entry(principal, Action.CAMERA_DELETE, camera, _told(camera)))
            await _tell(tx, ChangeKind.DELETED, camera)

    def _entry(
        self, principal: Principal, action: Action, camera: Camera, detail: Mapping[str, object]
    ) -> AuditEntry:
        return AuditEntry.of(
            principal, action, camera.camera_id, at=self._clock.now(), detail=detail, resource="camera"
        )


def _told(camera: Camera) -> dict[str, object]:
    """A camera as the audit log shows it: without its source, which may hold a password."""
    return {
        "site_id": str(camera.site_id),
        "display_name": camera.display_name,
        "enabled": camera.enabled,
        "settings": camera.settings.as_plain(),
        "assigned_worker_id": None if camera.assigned_worker_id is None else str(camera.assigned_worker_id),
    }


async def _visible(tx: Transaction, principal: Principal, camera_id: UUID) -> Camera:
    camera = await tx.cameras.get(camera_id)
    if camera is None or not principal.may_see(camera.site_id):
        raise not_found("camera", camera_id)
    return camera


async def _tell(tx: Transaction, kind: ChangeKind, camera: Camera) -> None:
    await tx.changes.append(
        [NewChange(topic=Topic.CAMERAS, kind=kind, site_id=camera.site_id, resource_id=camera.camera_id)]
    )


async def _require_worker(tx: Transaction, camera: Camera) -> None:
    """Raises NOT_FOUND when the camera's worker is not one of its site."""
    if camera.assigned_worker_id is None:
        return
    worker = await tx.workers.get(camera.assigned_worker_id)
    if worker is None or worker.site_id != camera.site_id:
        raise not_found("worker", camera.assigned_worker_id)


def _changed(camera: Camera, values: CameraValues) -> Camera:
    if values.site_id is not None and values.site_id != camera.site_id:
        raise _bad("camera.site_id", "is fixed: a camera never changes its site", "camera.site_id_fixed")
    return replace(
        camera,
        display_name=camera.display_name if values.display_name is None else values.display_name,
        source_url=(
            camera.source_url
            if values.source_url is None
            else _usable_source_url(values.source_url, stored=camera.source_url)
        ),
        enabled=camera.enabled if values.enabled is None else values.enabled,
        settings=camera.settings if values.settings is None else values.settings,
        assigned_worker_id=(
            camera.assigned_worker_id if values.assigned is None else values.assigned.worker_id
        ),
    )


def _usable_source_url(source_url: str, *, stored: str) -> str:
    try:
        return with_kept_secrets(checked_source_url(source_url), stored)
    except BadSourceUrlError as error:
        raise _bad("camera.source_url", str(error), "camera.source_url") from None


def _bad(path: str, description: str, rule_id: str) -> FootfallError:
    return invalid_fields([FieldViolation(path, description, rule_id)])
