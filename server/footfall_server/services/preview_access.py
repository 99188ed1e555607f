"""Who may watch a camera, asked again while somebody does."""

from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Camera
from footfall_server.errors import not_found
from footfall_server.ports import CameraHolders, Clock, Transaction, Transactions
from footfall_server.services.camera_commands import require_images, worker_offline
from footfall_server.services.scope import begin_for


class PreviewAccess:
    """Says whether a camera may be watched, and has a worker that shows it."""

    def __init__(self, *, transactions: Transactions, clock: Clock, holders: CameraHolders) -> None:
        self._transactions = transactions
        self._clock = clock
        self._holders = holders

    async def begin(self, principal: Principal, camera_id: UUID) -> UUID:
        """The camera's site. That it is watched is in the audit log before a frame is shown.

        Raises NOT_FOUND, FAILED_PRECONDITION / IMAGES_NOT_ALLOWED and UNAVAILABLE / WORKER_OFFLINE.
        """
        async with begin_for(self._transactions, principal) as tx:
            camera = await self._watchable(tx, principal, camera_id)
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.CAMERA_PREVIEW,
                    camera_id,
                    at=self._clock.now(),
                    detail={"site_id": camera.site_id},
                    resource="camera",
                )
            )
            return camera.site_id

    async def check(self, principal: Principal, camera_id: UUID) -> None:
        """Raises as `begin` once the camera may be watched no more, or nobody shows it."""
        async with begin_for(self._transactions, principal) as tx:
            await self._watchable(tx, principal, camera_id)

    async def _watchable(self, tx: Transaction, principal: Principal, camera_id: UUID) -> Camera:
        camera = await tx.cameras.get(camera_id)
        if camera is None or not principal.may_see(camera.site_id):
            raise not_found("camera", camera_id)
        await require_images(tx, camera)
        if await self._holders.holder_of(tx, camera) is None:
            raise worker_offline(camera)
        return camera
