"""Fakes of the repositories of sites, cameras and keys."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.identity import ApiKey
from footfall_server.domain.places import Camera, DesiredCameras, Site, Tenant
from footfall_server.domain.site_rules import FORGOTTEN_SITE, SiteRules
from footfall_server.domain.worker import WorkerState
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import NameCursor, TimeCursor

Named = TypeVar("Named", Site, Camera, Tenant, WorkerState)


def page_by_name(rows: Mapping[UUID, Named], after: NameCursor | None, limit: int) -> list[Named]:
    """One page of a list by name in lower case, then id."""
    order = sorted((row.display_name.lower(), key) for key, row in rows.items())
    if after is not None:
        order = [place for place in order if place > (after.name.lower(), after.resource_id)]
    return [rows[key] for _, key in order[:limit]]


def refuse_taken_name(noun: str, key: UUID, name: str, rows: Mapping[UUID, Named]) -> None:
    """Raises ALREADY_EXISTS when another row has the name."""
    if any(row.display_name.lower() == name.lower() and other != key for other, row in rows.items()):
        raise FootfallError(ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", f"another {noun} has this name")


def not_empty(message: str, holds: str) -> FootfallError:
    return FootfallError(ErrorKind.FAILED_PRECONDITION, "NOT_EMPTY", message, metadata={"holds": holds})


class MemorySites:
    """Implements SiteRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, site: Site, request_id: UUID | None) -> Site:
        if request_id is not None:
            known = self._tables.sites.get(self._tables.requests.setdefault(request_id, site.site_id))
            if known is not None:
                return known
        refuse_taken_name("site", site.site_id, site.display_name, self._tables.sites)
        self._tables.sites[site.site_id] = site
        await self.save_rules(site.site_id, SiteRules.first_of(site))
        return site

    async def get(self, site_id: UUID) -> Site | None:
        return self._tables.sites.get(site_id)

    async def list(
        self, *, only: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Site]:
        rows = {key: site for key, site in self._tables.sites.items() if only is None or key in only}
        return page_by_name(rows, after, limit)

    async def save(self, site: Site) -> None:
        refuse_taken_name("site", site.site_id, site.display_name, self._tables.sites)
        self._tables.sites[site.site_id] = site

    async def remove(self, site_id: UUID) -> bool:
        if any(camera.site_id == site_id for camera in self._tables.cameras.values()):
            raise not_empty("the site still has cameras", "cameras")
        for rows in (self._tables.api_keys, self._tables.join_tokens, self._tables.certificates):
            for key in [key for key, row in rows.items() if row.site_id == site_id]:
                del rows[key]
        self._tables.retention_rules.pop(site_id, None)
        return self._tables.sites.pop(site_id, None) is not None

    async def rules(self, site_ids: Collection[UUID]) -> Mapping[UUID, SiteRules]:
        return {site_id: self._rules(site_id) for site_id in site_ids}

    async def save_rules(self, site_id: UUID, rules: SiteRules) -> None:
        for place in [place for place in self._tables.site_rules if place[0] == site_id]:
            del self._tables.site_rules[place]
        self._tables.site_rules.update(((site_id, rule.rule_version), rule) for rule in rules.versions)

    def _rules(self, site_id: UUID) -> SiteRules:
        rows = sorted(self._tables.site_rules.items(), key=lambda row: row[0])
        versions = [rule for (owner, _), rule in rows if owner == site_id]
        if versions:
            return SiteRules(tuple(versions))
        site = self._tables.sites.get(site_id)
        return FORGOTTEN_SITE if site is None else SiteRules.first_of(site)


class MemoryCameras:
    """Implements CameraRepository. `hidden` are rows of sites that the transaction does not see."""

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def add(self, camera: Camera, request_id: UUID | None) -> Camera:
        if camera.site_id not in self._tables.sites:
            raise not_found("site", camera.site_id)
        if request_id is not None:
            known_id = self._tables.requests.setdefault(request_id, camera.camera_id)
            if known_id in self._hidden.cameras:
                raise not_found("site", camera.site_id)
            if (known := self._tables.cameras.get(known_id)) is not None:
                return known
        self._refuse_taken_name(camera)
        self._tables.cameras[camera.camera_id] = camera
        return camera

    async def get(self, camera_id: UUID) -> Camera | None:
        return self._tables.cameras.get(camera_id)

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Camera]:
        cameras = self._tables.cameras.items()
        rows = {key: camera for key, camera in cameras if sites is None or camera.site_id in sites}
        return page_by_name(rows, after, limit)

    async def save(self, camera: Camera) -> None:
        self._refuse_taken_name(camera)
        self._tables.cameras[camera.camera_id] = camera

    async def assign(self, camera_id: UUID, worker_id: UUID | None) -> None:
        camera = self._tables.cameras[camera_id]
        self._tables.cameras[camera_id] = replace(camera, assigned_worker_id=worker_id)

    async def unassign(self, worker_id: UUID) -> Sequence[UUID]:
        freed = sorted(
            each.camera_id for each in self._tables.cameras.values() if each.assigned_worker_id == worker_id
        )
        for camera_id in freed:
            await self.assign(camera_id, None)
        return freed

    async def remove(self, camera_id: UUID) -> bool:
        for key in [key for key in self._tables.camera_leases if key[0] == camera_id]:
            del self._tables.camera_leases[key]
        return self._tables.cameras.pop(camera_id, None) is not None

    async def sites_of(self, camera_ids: Collection[UUID]) -> Mapping[UUID, Site]:
        found = (self._tables.cameras.get(camera_id) for camera_id in camera_ids)
        return {camera.camera_id: self._tables.sites[camera.site_id] for camera in found if camera}

    async def find(self, camera_ids: Collection[UUID]) -> Sequence[Camera]:
        return [self._tables.cameras[each] for each in camera_ids if each in self._tables.cameras]

    async def confined(self, camera_ids: Collection[UUID], at: datetime) -> Mapping[UUID, CameraSettings]:
        cameras = [self._tables.cameras[each] for each in camera_ids if each in self._tables.cameras]
        return {each.camera_id: self._confined(each, at).settings for each in cameras}

    async def desired(self, site_id: UUID, at: datetime) -> DesiredCameras:
        wanted = [
            camera for camera in self._tables.cameras.values() if camera.site_id == site_id and camera.enabled
        ]
        wanted.sort(key=lambda camera: camera.camera_id)
        revision = self._tables.counters.get("revision", 0)
        return DesiredCameras(revision, tuple(self._confined(camera, at) for camera in wanted))

    def _confined(self, camera: Camera, at: datetime) -> Camera:
        site = self._tables.sites[camera.site_id]
        confined = site.confine(camera.settings, at)
        return replace(camera, settings=confined, assigned_worker_id=None)

    def _refuse_taken_name(self, camera: Camera) -> None:
        beside = {key: row for key, row in self._tables.cameras.items() if row.site_id == camera.site_id}
        refuse_taken_name("camera", camera.camera_id, camera.display_name, beside)


class MemoryApiKeys:
    """Implements ApiKeyRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, key: ApiKey, request_id: UUID | None = None) -> ApiKey:
        if key.site_id not in self._tables.sites:
            raise not_found("site", key.site_id)
        if request_id is not None:
            known = self._tables.api_keys.get(
                self._tables.key_requests.setdefault(request_id, key.api_key_id)
            )
            if known is not None:
                return known
        self._tables.api_keys[key.api_key_id] = key
        return key

    async def get(self, api_key_id: UUID) -> ApiKey | None:
        return self._tables.api_keys.get(api_key_id)

    async def list(self, *, site_id: UUID | None, after: TimeCursor | None, limit: int) -> Sequence[ApiKey]:
        newest_first = sorted(
            self._tables.api_keys.values(), key=lambda each: (each.created_at, each.api_key_id), reverse=True
        )
        return [
            each
            for each in newest_first
            if site_id in {None, each.site_id}
            and (after is None or (each.created_at, each.api_key_id) < (after.at, after.resource_id))
        ][:limit]

    async def of_site(self, site_id: UUID) -> Sequence[UUID]:
        return [each.api_key_id for each in self._tables.api_keys.values() if each.site_id == site_id]

    async def revoke(self, api_key_id: UUID, at: datetime) -> ApiKey | None:
        key = self._tables.api_keys.get(api_key_id)
        if key is None:
            return None
        self._tables.api_keys[api_key_id] = replace(key, revoked_at=key.revoked_at or at)
        return self._tables.api_keys[api_key_id]

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        if api_key_id in self._tables.api_keys:
            self._tables.api_keys[api_key_id] = replace(self._tables.api_keys[api_key_id], last_used_at=at)
