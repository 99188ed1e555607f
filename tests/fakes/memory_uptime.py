"""Fake of when cameras were to be read, and when they were."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.camera_uptime import PATIENCE, UptimeKind, UptimeSpan


class MemoryUptime:
    """Implements UptimeRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def want(self, camera_id: UUID, site_id: UUID, at: datetime, *, wanted: bool) -> None:
        going_on = [each for each in self._of(camera_id, UptimeKind.WANTED) if each.end is None]
        if wanted and not going_on:
            self._save(UptimeSpan(camera_id, site_id, UptimeKind.WANTED, at))
        if not wanted:
            for each in going_on:
                self._save(replace(each, end=at))

    async def saw(self, site_id: UUID, camera_ids: Collection[UUID], at: datetime) -> None:
        for camera_id in camera_ids:
            camera = self._tables.cameras.get(camera_id)
            if camera is None or camera.site_id != site_id:
                continue
            carried_on = [
                each
                for each in self._of(camera_id, UptimeKind.UP)
                if each.end is not None and at - PATIENCE <= each.end and each.start <= at
            ]
            for each in carried_on:
                self._save(replace(each, end=max(at, each.end or at)))
            if not carried_on:
                self._save(UptimeSpan(camera_id, site_id, UptimeKind.UP, at, at))

    async def between(
        self, site_ids: Collection[UUID], start: datetime, end: datetime
    ) -> Sequence[UptimeSpan]:
        return [
            each
            for each in self._tables.uptime.values()
            if each.site_id in site_ids and each.start < end and (each.end is None or each.end > start)
        ]

    async def purge(self, before: datetime) -> int:
        gone = [
            key for key, each in self._tables.uptime.items() if each.end is not None and each.end < before
        ]
        for key in gone:
            del self._tables.uptime[key]
        return len(gone)

    def _of(self, camera_id: UUID, kind: UptimeKind) -> Sequence[UptimeSpan]:
        found = self._tables.uptime.values()
        return [each for each in found if each.camera_id == camera_id and each.kind is kind]

    def _save(self, span: UptimeSpan) -> None:
        self._tables.uptime[span.camera_id, span.kind.value, span.start] = span
