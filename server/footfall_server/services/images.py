"""Images of faces: where workers put them, when they count as stored, and who may look at them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identity import Principal
from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.retention import Retention, RetentionLimits
from footfall_server.errors import not_found
from footfall_server.ports import Clock, ImageStore, StoredObject, Transaction, Transactions
from footfall_server.ports.images import LONGEST_GRANT
from footfall_server.services.scope import begin_exclusive_for, begin_for, tenant_of

log = structlog.get_logger()

MAX_IMAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """The right to put one image; `put_url` is a secret."""

    image_id: UUID
    put_url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UploadGrants:
    """`unwanted` need not be kept: nobody announced them, they may not leave the shop, or they are stored."""

    granted: Sequence[UploadGrant]
    unwanted: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class UploadReceipt:
    """`missing` were not found in the store, or not as they were announced."""

    stored: Sequence[UUID]
    missing: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ImageFile:
    """The bytes of an image."""

    data: bytes = field(repr=False)
    content_type: str


class ImageService:
    """Grants uploads, takes reports of them and reads images."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        images: ImageStore,
        limits: RetentionLimits,
        clock: Clock,
        grant_lifetime: timedelta = LONGEST_GRANT,
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._limits = limits
        self._clock = clock
        self._grant_lifetime = grant_lifetime

    async def grants(self, principal: Principal, image_ids: Sequence[UUID]) -> UploadGrants:
        """Says where to put images that recorded events announced at the caller's sites.

        Unwanted are also those of a camera that may let out no pictures any more, and those that are too old
        to be kept at their site; no address outlives the picture that it is for.
        """
        known = await self._known(principal, image_ids)
        waiting = [
            image
            for image in known.values()
            if image.state is ImageState.ANNOUNCED and 0 < image.size_bytes <= MAX_IMAGE_BYTES
        ]
        withheld = await self._withheld(principal, waiting)
        allowed = [image for image in waiting if image.track_id not in withheld]
        now = self._clock.now()
        lifetimes = await self._lifetimes(principal, allowed, now)
        granted = [
            UploadGrant(
                image.image_id,
                await self._images.presign_put(
                    image.object_key,
                    lifetimes[image.image_id],
                    StoredObject(size_bytes=image.size_bytes, content_type=image.content_type),
                ),
                now + lifetimes[image.image_id],
            )
            for image in allowed
            if image.image_id in lifetimes
        ]
        put = lifetimes.keys()
        return UploadGrants(granted, [image_id for image_id in image_ids if image_id not in put])

    async def report(self, principal: Principal, image_ids: Sequence[UUID]) -> UploadReceipt:
        """Looks for images that were put, and tells watchers of the visits that show them now."""
        known = await self._known(principal, image_ids)
        waiting = [image for image in known.values() if image.state is ImageState.ANNOUNCED]
        found = await asyncio.gather(*(self._is_as_announced(image) for image in waiting))
        arrived = [image.image_id for image, there in zip(waiting, found, strict=True) if there]
        if arrived:
            # Exclusive, since the sightings that are read are written back, and ingest writes them too.
            async with begin_exclusive_for(self._transactions, principal) as tx:
                await self._show(tx, arrived)
        stored = {image_id for image_id, image in known.items() if image.state is ImageState.STORED}
        stored.update(arrived)
        return UploadReceipt(
            stored=[image_id for image_id in image_ids if image_id in stored],
            missing=[image_id for image_id in image_ids if image_id not in stored],
        )

    async def get(self, principal: Principal, image_id: UUID) -> ImageFile:
        """Raises NOT_FOUND unless the image is stored, at a site that the caller may see.

        Every view is audited before the image is given: one that cannot be recorded does not happen.
        """
        image = (await self._known(principal, [image_id])).get(image_id)
        if image is None or image.state is not ImageState.STORED:
            raise not_found("image", image_id)
        data = await self._images.get(image.object_key)
        if data is None:
            raise not_found("image", image_id)
        await self._note_view(principal, image)
        return ImageFile(data, image.content_type)

    async def _note_view(self, principal: Principal, image: FaceImage) -> None:
        async with begin_for(self._transactions, principal) as tx:
            seen = (await tx.sightings.by_track([image.track_id])).get(image.track_id)
            detail = {
                "site_id": image.site_id,
                "visit_id": None if seen is None else seen.visit_id,
                "customer_id": None if seen is None else seen.customer_id,
            }
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.IMAGE_VIEW,
                    image.image_id,
                    at=self._clock.now(),
                    detail={name: value for name, value in detail.items() if value is not None},
                    resource="image",
                )
            )

    async def _known(self, principal: Principal, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]:
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.images.find(set(image_ids))
        return {image_id: image for image_id, image in found.items() if principal.may_see(image.site_id)}

    async def _withheld(self, principal: Principal, images: Sequence[FaceImage]) -> Collection[UUID]:
        """The tracks among the images' whose pictures may not leave the shop."""
        if not images:
            return ()
        async with begin_for(self._transactions, principal) as tx:
            tracks = await tx.sightings.by_track({image.track_id for image in images})
            cameras = {each.camera_id for each in tracks.values()}
            settings = await tx.cameras.confined(cameras, self._clock.now())
        return {
            track_id
            for track_id, sighting in tracks.items()
            if (camera := settings.get(sighting.camera_id)) and camera.face_pictures is ImagePolicy.NONE
        }

    async def _lifetimes(
        self, principal: Principal, images: Sequence[FaceImage], now: datetime
    ) -> Mapping[UUID, timedelta]:
        """For how long each image may be put, in whole seconds; none for images whose time is over."""
        if not images:
            return {}
        # Not confined to the caller's sites, to which the tenant's own rule does not belong.
        async with self._transactions.begin(tenant_of(principal)) as tx:
            before = Retention(self._limits, await tx.retention.rules()).image_cutoffs(now)
        left = {
            image.image_id: timedelta(
                seconds=(image.captured_at - before.of(image.site_id)) // timedelta(seconds=1)
            )
            for image in images
        }
        return {
            image_id: min(self._grant_lifetime, each)
            for image_id, each in left.items()
            if each > timedelta(0)
        }

    async def _is_as_announced(self, image: FaceImage) -> bool:
        """Whether the image is in the store. Something else in its place is taken out of it.

        The grant names size and type, so only a store that does not look at them holds anything else.
        """
        there = await self._images.stat(image.object_key)
        if there is None:
            return False
        as_announced = (
            0 < there.size_bytes <= min(image.size_bytes, MAX_IMAGE_BYTES)
            and there.content_type == image.content_type
        )
        if not as_announced:
            log.warning("image_not_as_announced", image_id=str(image.image_id), size_bytes=there.size_bytes)
            await self._images.delete(image.object_key)
        return as_announced

    async def _show(self, tx: Transaction, image_ids: Collection[UUID]) -> None:
        images = await tx.images.find(image_ids)
        fresh = [image for image in images.values() if image.state is ImageState.ANNOUNCED]
        if not fresh:
            return
        await tx.images.mark_stored([image.image_id for image in fresh], self._clock.now())
        sightings = dict(await tx.sightings.by_track({image.track_id for image in fresh}))
        shown_ids = {each.image_id for each in sightings.values() if each.image_id is not None}
        shown = dict(await tx.images.find(shown_ids))
        changed: set[UUID] = set()
        for image in sorted(fresh, key=lambda each: each.captured_at):
            sighting = sightings.get(image.track_id)
            if sighting is not None and _is_newer(image, shown.get(sighting.image_id or image.image_id)):
                sightings[image.track_id] = replace(sighting, image_id=image.image_id)
                changed.add(image.track_id)
                shown[image.image_id] = replace(image, state=ImageState.STORED)
        if changed:
            await tx.sightings.save([sightings[track_id] for track_id in changed])
        visits = await tx.visits.of_tracks({image.track_id for image in fresh})
        if visits:
            await tx.changes.append(
                [
                    NewChange(Topic.VISITS, ChangeKind.UPDATED, site_id, visit_id)
                    for visit_id, site_id in dict.fromkeys(visits.values())
                ]
            )


def _is_newer(image: FaceImage, shown: FaceImage | None) -> bool:
    """Whether an image that just arrived takes the place of the one that its track shows."""
    return (
        shown is None
        or (shown.image_id != image.image_id and shown.state is not ImageState.STORED)
        or (shown.image_id != image.image_id and image.captured_at >= shown.captured_at)
    )
