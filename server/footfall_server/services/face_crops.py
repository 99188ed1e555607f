"""Crops that came inside events: put into the object store before anything is recorded."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import object_key
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.services.submission import Submission

CROP_TYPE = "image/jpeg"

_log = structlog.get_logger()


class FaceCrops:
    """Stores crops. One that cannot be stored costs the image, never the event; `lost` counts those."""

    def __init__(self, *, transactions: Transactions, images: ImageStore, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock
        self._images = images
        self.lost = 0

    async def store(
        self, tenant_id: UUID, submissions: Sequence[Submission]
    ) -> Mapping[UUID, AnnouncedImage]:
        """The images that are in the store now, by the event that brought each.

        Crops of events that were recorded before, or that come from a camera that is not the sender's or
        may send no pictures, are left alone. An image whose event is not recorded afterwards goes by the
        bucket's life cycle.
        """
        brought = [each for each in submissions if each.event.crop_jpeg]
        if not brought:
            return {}
        async with self._transactions.begin(tenant_id) as tx:
            recorded = await tx.events.recorded({each.event.event_id for each in brought})
            cameras = {each.event.camera_id for each in brought}
            sites = await tx.cameras.sites_of(cameras)
            settings = await tx.cameras.confined(cameras, self._clock.now())
        fresh = {
            each.event.event_id: (each.event, sites[each.event.camera_id].site_id)
            for each in brought
            if each.event.event_id not in recorded
            and each.event.camera_id in sites
            and settings[each.event.camera_id].face_pictures is not ImagePolicy.NONE
            and each.principal.may_see(sites[each.event.camera_id].site_id)
        }
        images = await asyncio.gather(
            *(self._put(tenant_id, site_id, event) for event, site_id in fresh.values())
        )
        return {event_id: image for event_id, image in zip(fresh, images, strict=True) if image is not None}

    async def discard(self, keys: Sequence[str]) -> None:
        """Deletes crops that were stored for nothing, of somebody who was erased. Raises UNAVAILABLE."""
        await self._images.erase(keys)

    async def _put(self, tenant_id: UUID, site_id: UUID, event: FaceEvent) -> AnnouncedImage | None:
        image = AnnouncedImage(new_id(), len(event.crop_jpeg), CROP_TYPE)
        try:
            await self._images.put(object_key(tenant_id, site_id, image.image_id), event.crop_jpeg, CROP_TYPE)
        except FootfallError as error:
            if error.kind is not ErrorKind.UNAVAILABLE:
                raise
            self.lost += 1
            _log.warning("crop_not_stored", event_id=str(event.event_id), lost=self.lost)
            return None
        return image
