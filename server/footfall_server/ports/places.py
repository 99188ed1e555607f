"""A tenant's shops and cameras."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.places import Camera, DesiredCameras, Site
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.ports.paging import NameCursor


class SiteRepository(Protocol):
    """The tenant's shops."""

    async def add(self, site: Site, request_id: UUID | None) -> Site:
        """Adds the site with its first rule, or answers the one that the same request_id made before.

        Raises ALREADY_EXISTS for a name that is taken.
        """
        ...

    async def get(self, site_id: UUID) -> Site | None: ...

    async def list(
        self, *, only: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Site]: ...

    async def save(self, site: Site) -> None:
        """Overwrites a site that exists. Raises ALREADY_EXISTS for a name that is taken."""
        ...

    async def remove(self, site_id: UUID) -> bool:
        """Removes the site; False when there is none. Raises FAILED_PRECONDITION / NOT_EMPTY with cameras.

        Its rules stay, as its visits do.
        """
        ...

    async def rules(self, site_ids: Collection[UUID]) -> Mapping[UUID, SiteRules]:
        """The rules of each site that is asked for; FORGOTTEN_SITE for one that nothing is known of."""
        ...

    async def save_rules(self, site_id: UUID, rules: SiteRules) -> None:
        """Replaces all versions that the site has."""
        ...


class TenantSettingsRepository(Protocol):
    """What the tenant has settled for all of its sites."""

    async def get(self) -> TenantSettings:
        """The defaults where nothing was settled."""
        ...

    async def save(self, settings: TenantSettings) -> None:
        """Overwrites them. In an exclusive transaction."""
        ...


class CameraRepository(Protocol):
    """The tenant's cameras."""

    async def add(self, camera: Camera, request_id: UUID | None) -> Camera:
        """As SiteRepository.add. Raises NOT_FOUND (site) when the site is not the tenant's."""
        ...

    async def get(self, camera_id: UUID) -> Camera | None: ...

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Camera]: ...

    async def save(self, camera: Camera) -> None: ...

    async def assign(self, camera_id: UUID, worker_id: UUID | None) -> None:
        """Says which worker is to read the camera; None: any of its site."""
        ...

    async def unassign(self, worker_id: UUID) -> Sequence[UUID]:
        """Lets any worker of the site read the cameras that were this worker's to read; returns them."""
        ...

    async def remove(self, camera_id: UUID) -> bool:
        """Removes the camera with its leases."""
        ...

    async def sites_of(self, camera_ids: Collection[UUID]) -> Mapping[UUID, Site]:
        """The site of each camera that the tenant has, by camera id."""
        ...

    async def find(self, camera_ids: Collection[UUID]) -> Sequence[Camera]:
        """Those that are there."""
        ...

    async def confined(self, camera_ids: Collection[UUID], at: datetime) -> Mapping[UUID, CameraSettings]:
        """The settings of cameras, confined to what their sites allow at a moment."""
        ...

    async def desired(self, site_id: UUID, at: datetime) -> DesiredCameras:
        """The enabled cameras of a site and the tenant's revision as of now.

        Their settings are confined to what the site allows at a moment.
        """
        ...
