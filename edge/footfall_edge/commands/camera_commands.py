"""What each command does with a camera."""

import asyncio
import time
from collections.abc import Callable, Mapping

from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_settings import ImagePolicy
from footfall_edge.commands.command import CommandFailedError, CommandKind, Done
from footfall_edge.commands.desk import Handler
from footfall_edge.leases import LeaseBook
from footfall_edge.supervisor import CameraSupervisor
from footfall_edge.view_pictures import take_snapshot
from footfall_edge.views import ViewBoard

_FRESH_S = 10.0
"""An older frame is no answer to the question how it looks now."""
_HANDOVER_S = 15.0


class CameraCommands:
    """Start, stop, restart, reconfigure, snapshot, assign and release."""

    def __init__(
        self,
        *,
        cameras: CameraSupervisor,
        views: ViewBoard,
        leases: LeaseBook,
        release: Callable[[str], bool],
        steady: Callable[[], float] = time.monotonic,
        handover_s: float = _HANDOVER_S,
    ) -> None:
        """release: gives a camera's lease back; whether there was one. steady: the frames' clock.

        handover_s: how long a camera may take to come from another worker.
        """
        self._cameras = cameras
        self._views = views
        self._leases = leases
        self._release = release
        self._steady = steady
        self._handover_s = handover_s

    def handlers(self) -> Mapping[CommandKind, Handler]:
        """What does what."""
        return {
            CommandKind.START: self.start,
            CommandKind.STOP: self.stop,
            CommandKind.RESTART: self.restart,
            CommandKind.RECONFIGURE: self.reconfigure,
            CommandKind.SNAPSHOT: self.snapshot,
            CommandKind.ASSIGN: self.assign,
            CommandKind.RELEASE: self.release,
        }

    async def start(self, camera_id: str) -> Done:
        """Read a camera again that was stopped."""
        self._own(camera_id)
        await self._cameras.start_camera(camera_id)
        return Done()

    async def stop(self, camera_id: str) -> Done:
        """Read it no more until it is started."""
        self._own(camera_id)
        await self._cameras.stop_camera(camera_id)
        return Done()

    async def restart(self, camera_id: str) -> Done:
        """Close it and open it anew."""
        self._own(camera_id)
        self._is_not_stopped(camera_id)
        await self._cameras.restart_camera(camera_id)
        return Done()

    async def reconfigure(self, camera_id: str) -> Done:
        """Begin anew with what the core wants now; a stopped camera does so when it is started."""
        self._own(camera_id)
        await self._cameras.restart_camera(camera_id)
        return Done()

    async def snapshot(self, camera_id: str) -> Done:
        """Its newest frame."""
        spec = self._own(camera_id)
        if spec.settings.images is ImagePolicy.NONE:
            raise CommandFailedError("the camera's settings let no picture leave the shop")
        self._is_not_stopped(camera_id)
        view = self._views.newest(camera_id)
        if view is None:
            raise CommandFailedError("the camera has given no frame yet")
        age_s = self._steady() - view.frame.at
        if age_s > _FRESH_S:
            raise CommandFailedError(f"the camera has given no frame for {age_s:.0f} s")
        picture = await asyncio.to_thread(take_snapshot, view, spec.settings.masks)
        if picture is None:
            raise CommandFailedError("the frame cannot be encoded")
        return Done(jpeg=picture.jpeg, captured=view.frame.captured_at)

    async def assign(self, camera_id: str) -> Done:
        """The core gives the lease, once who has it now has let go; here is said whether it came."""
        self._wanted(camera_id)
        try:
            async with asyncio.timeout(self._handover_s):
                while (lease := self._leases.of(camera_id)) is not None and not lease.token:
                    await self._leases.changed()
        except TimeoutError:
            self._own(camera_id)
            raise CommandFailedError("the core has not given this worker the camera") from None
        return Done()

    async def release(self, camera_id: str) -> Done:
        """Let it go, so that another worker may read it."""
        self._own(camera_id)
        if not self._release(camera_id):
            raise CommandFailedError("this worker holds no lease of the camera")
        return Done()

    def _is_not_stopped(self, camera_id: str) -> None:
        if self._cameras.is_stopped(camera_id):
            raise CommandFailedError("the camera is stopped: start it first")

    def _own(self, camera_id: str) -> CameraSpec:
        """The camera, if it is this worker's to read. Raises CommandFailedError."""
        spec = self._wanted(camera_id)
        lease = self._leases.of(camera_id)
        if lease is not None and not lease.token and lease.holder_worker_id:
            raise CommandFailedError(f"{lease.holder_name or 'another worker'} reads the camera")
        return spec

    def _wanted(self, camera_id: str) -> CameraSpec:
        spec = self._cameras.wanted(camera_id)
        if spec is None:
            raise CommandFailedError("this worker has no such camera")
        return spec
