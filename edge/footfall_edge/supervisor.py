"""Makes the running cameras match the wanted ones, as far as this worker may read them."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState, DesiredCameras
from footfall_edge.camera_keeper import CameraKeeper, MakePipeline, Target
from footfall_edge.desired_cache import CachedCameras, DesiredCache
from footfall_edge.leases import LeaseBook

_log = structlog.get_logger(__name__)


class CameraSupervisor:
    """Has a keeper for every wanted camera, and tells it what wanted set, leases and commands make of it."""

    def __init__(
        self,
        *,
        make_pipeline: MakePipeline,
        cache: DesiredCache,
        leases: LeaseBook,
        make_backoff: Callable[[], Backoff] = lambda: Backoff(first=1.0, limit=30.0),
    ) -> None:
        self._make_pipeline = make_pipeline
        self._cache = cache
        self._leases = leases
        self._make_backoff = make_backoff
        self._desired = DesiredCameras(revision=-1, cameras=())
        self._stopped: frozenset[str] = frozenset()
        self._editions: dict[str, int] = {}
        self._keepers: dict[str, tuple[CameraKeeper, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._is_over = False
        leases.on_change = self._leases_changed

    def desire(self, desired: DesiredCameras, *, authoritative: bool) -> None:
        """Take a wanted set; run() makes it real.

        One with an older revision is ignored, but for the one that a Welcome brings (authoritative):
        that is the core's present truth, even after it was restored from a backup.
        """
        if not authoritative and desired.revision < self._desired.revision:
            return
        self._desired = desired
        self._stopped &= {camera.camera_id for camera in desired.cameras}
        self._leases.replace(desired.leases)
        self._save()
        self._changed.set()

    def wanted(self, camera_id: str) -> CameraSpec | None:
        """The camera as it is wanted; None when it is not."""
        return next((one for one in self._desired.cameras if one.camera_id == camera_id), None)

    def is_stopped(self, camera_id: str) -> bool:
        """Whether a command stopped it."""
        return camera_id in self._stopped

    def health(self) -> Sequence[CameraHealth]:
        """How each wanted camera does."""
        wanted = {camera.camera_id for camera in self._desired.cameras}
        return [keeper.health() for one, (keeper, _) in self._keepers.items() if one in wanted]

    async def stop_camera(self, camera_id: str) -> None:
        """Read a wanted camera no more until start_camera, also after a restart; return when it is closed."""
        self._stopped |= {camera_id}
        self._save()
        await self._settle(camera_id)

    async def start_camera(self, camera_id: str) -> None:
        """Take stop_camera back; return when the camera is being opened."""
        self._stopped -= {camera_id}
        self._save()
        await self._settle(camera_id)

    async def restart_camera(self, camera_id: str) -> None:
        """Close a wanted camera and open it anew; return when it is being opened."""
        self._editions[camera_id] = self._editions.get(camera_id, 0) + 1
        await self._settle(camera_id)

    async def run(self) -> None:
        """Work until cancelled; then close all cameras, so that what they saw is told."""
        cached = self._cache.load()
        if cached is not None and self._desired.revision < 0:
            self._desired, self._stopped = cached.desired, cached.stopped
            self._leases.restore(cached.desired.leases)
            self._changed.set()
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                self._aim()
        finally:
            self._is_over = True
            tasks = [task for _, task in self._keepers.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._keepers.clear()

    async def _settle(self, camera_id: str) -> None:
        self._aim()
        if (kept := self._keepers.get(camera_id)) is not None:
            await kept[0].settled()

    def _leases_changed(self) -> None:
        # At once, not when run() has its turn: a camera that is lost must not be read a moment longer.
        self._aim()
        self._save()

    def _save(self) -> None:
        desired = DesiredCameras(
            revision=self._desired.revision,
            cameras=self._desired.cameras,
            leases=tuple(self._leases.all()),
        )
        self._cache.save(CachedCameras(desired=desired, stopped=self._stopped))

    def _aim(self) -> None:
        if self._is_over:
            return
        wanted = {camera.camera_id: camera for camera in self._desired.cameras}
        for camera_id, (keeper, task) in list(self._keepers.items()):
            if camera_id in wanted:
                continue
            # It stays until it is closed: were it wanted again meanwhile, two would read one camera.
            keeper.aim(Target(spec=keeper.target.spec, is_read=False))
            if keeper.is_settled:
                task.cancel()
                del self._keepers[camera_id]
        for spec in wanted.values():
            target = self._target(spec)
            if spec.camera_id in self._keepers:
                self._keepers[spec.camera_id][0].aim(target)
            else:
                self._keep(target)

    def _keep(self, target: Target) -> None:
        keeper = CameraKeeper(
            target,
            make_pipeline=self._make_pipeline,
            make_backoff=self._make_backoff,
            on_settled=self._changed.set,
        )
        task = asyncio.create_task(keeper.run(), name=f"keeper-{target.spec.camera_id}")
        self._keepers[target.spec.camera_id] = (keeper, task)

    def _target(self, spec: CameraSpec) -> Target:
        lease = self._leases.of(spec.camera_id)
        edition = self._editions.get(spec.camera_id, 0)
        if lease is not None and not lease.token:
            if lease.holder_worker_id:
                return Target(
                    spec=spec,
                    is_read=False,
                    state=CameraState.HELD_ELSEWHERE,
                    detail=f"{lease.holder_name or 'another worker'} reads it",
                    holder_worker_id=lease.holder_worker_id,
                    edition=edition,
                )
            return Target(
                spec=spec, is_read=False, detail="waits for the core to say who reads it", edition=edition
            )
        if spec.camera_id in self._stopped:
            return Target(
                spec=spec,
                is_read=False,
                state=CameraState.STOPPED,
                detail="stopped by a command",
                edition=edition,
            )
        return Target(spec=spec, is_read=True, lease_token=lease.token if lease else 0, edition=edition)
