"""Fake of the leases of cameras."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.camera_lease import Fence, Lease, LeasedCamera, SiteWorker, Standing
from footfall_server.ports import Clock


class MemoryLeases:
    """Implements LeaseRepository. The database's clock is the test's."""

    def __init__(self, tables: TenantTables, clock: Clock, *, exclusive: bool) -> None:
        self._tables = tables
        self._clock = clock
        self._exclusive = exclusive

    async def standing(self, site_id: UUID) -> Standing:
        now = self._clock.now()
        cameras = [each for each in self._tables.cameras.values() if each.site_id == site_id and each.enabled]
        workers = [each for each in self._tables.workers.values() if each.site_id == site_id]
        return Standing(
            site_id=site_id,
            now=now,
            cameras=[
                LeasedCamera(
                    each.camera_id, each.assigned_worker_id, next(self._newest_first(each.camera_id), None)
                )
                for each in sorted(cameras, key=lambda each: each.camera_id)
            ],
            workers={
                each.worker_id: SiteWorker(
                    each.worker_id,
                    each.display_name,
                    each.connected_at,
                    each.last_seen_at,
                    each.link_expires_at > now,
                )
                for each in workers
            },
        )

    async def settled(self, site_id: UUID) -> Standing:
        if not self._exclusive:
            raise AssertionError("leases are settled only inside an exclusive transaction")
        return await self.standing(site_id)

    async def renew(self, leases: Sequence[Lease]) -> bool:
        renewed = 0
        for lease in leases:
            known = self._tables.camera_leases.get((lease.camera_id, lease.token))
            if known is None or known.worker_id != lease.worker_id or not known.is_held(self._clock.now()):
                continue
            self._put(replace(known, expires_at=lease.expires_at, clock_offset=lease.clock_offset))
            renewed += 1
        return renewed == len(leases)

    async def save(self, leases: Sequence[Lease]) -> None:
        if leases and not self._exclusive:
            raise AssertionError("leases are granted only inside an exclusive transaction")
        for lease in leases:
            self._put(lease)

    async def release(self, worker_id: UUID, tokens: Mapping[UUID, int]) -> Sequence[UUID]:
        released = []
        for camera_id, token in tokens.items():
            newest = next(self._newest_first(camera_id), None)
            if newest is None or (newest.token, newest.worker_id) != (token, worker_id):
                continue
            if newest.released_at is None:
                self._put(replace(newest, released_at=self._clock.now()))
                released.append(camera_id)
        return sorted(released)

    async def holders(self, camera_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        newest = (next(self._newest_first(each), None) for each in camera_ids)
        now = self._clock.now()
        return {each.camera_id: each.worker_id for each in newest if each is not None and each.is_held(now)}

    async def purge(self, before: datetime) -> int:
        old = [
            key
            for key, lease in self._tables.camera_leases.items()
            if any(
                each.granted_at < before and each.token > lease.token
                for each in self._newest_first(lease.camera_id)
            )
        ]
        for key in old:
            del self._tables.camera_leases[key]
        return len(old)

    def fences(self, tokens: Collection[tuple[UUID, int]]) -> Mapping[tuple[UUID, int], Fence]:
        """As batches look them up."""
        return {(camera_id, token): self._fence(camera_id, token) for camera_id, token in tokens}

    def _fence(self, camera_id: UUID, token: int) -> Fence:
        own = self._tables.camera_leases.get((camera_id, token))
        later = [each for each in self._newest_first(camera_id) if each.token > token]
        return Fence(
            worker_id=None if own is None else own.worker_id,
            passed_at=later[-1].granted_at if later else None,
            clock_offset=None if own is None else own.clock_offset,
        )

    def _newest_first(self, camera_id: UUID) -> Iterator[Lease]:
        leases = [each for each in self._tables.camera_leases.values() if each.camera_id == camera_id]
        return iter(sorted(leases, key=lambda each: each.token, reverse=True))

    def _put(self, lease: Lease) -> None:
        self._tables.camera_leases[lease.camera_id, lease.token] = lease
