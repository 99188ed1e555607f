"""Fakes of the repositories of events, gallery faces and sightings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import numpy as np
from fakes.memory_tables import TenantStore, TenantTables
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import Clock, FacePage, FaceStanding, IndexRemoval, TimeCursor


class MemoryEvents:
    """Implements EventRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def recorded(self, event_ids: Collection[UUID]) -> Mapping[UUID, Recorded]:
        known = self._tables.recorded
        return {each: replace(known[each], duplicate=True) for each in event_ids if each in known}


class MemoryGallery:
    """Implements GalleryRepository. `close` gives the locks back."""

    def __init__(self, tables: TenantTables, store: TenantStore, clock: Clock) -> None:
        self._tables = tables
        self._store = store
        self._clock = clock
        self._taken: set[UUID] = set()

    async def take_unindexed(self, limit: int) -> Sequence[GalleryFace]:
        # As SKIP LOCKED does, this looks at what is committed by now and not at the copy.
        now = self._clock.now()
        due = [
            row.face
            for face_id, row in self._store.tables.gallery.items()
            if row.indexed_at is None
            and face_id not in self._store.taken_faces
            and (row.retry_at is None or row.retry_at <= now)
        ][:limit]
        mine = {face.face_id for face in due}
        self._taken |= mine
        self._store.taken_faces |= mine
        for face_id in mine:
            self._tables.gallery[face_id] = self._store.tables.gallery[face_id]
        return due

    async def confirm_indexed(self, face_ids: Collection[UUID], at: datetime) -> None:
        for face_id in face_ids:
            self._tables.gallery[face_id] = replace(self._tables.gallery[face_id], indexed_at=at)

    async def postpone(self, face_ids: Collection[UUID], until: datetime) -> None:
        for face_id in face_ids:
            row = self._tables.gallery[face_id]
            self._tables.gallery[face_id] = replace(row, retry_at=until, attempts=row.attempts + 1)

    async def requeue(self, model_id: str) -> int:
        rows = [row for row in self._tables.gallery.values() if row.face.model_id == model_id]
        for row in rows:
            self._tables.gallery[row.face.face_id] = replace(row, indexed_at=None, retry_at=None)
        return len(rows)

    async def waiting(self, model_id: str, created_before: datetime) -> int:
        return sum(
            row.indexed_at is None and row.face.model_id == model_id and row.face.created_at < created_before
            for row in self._tables.gallery.values()
        )

    async def count_indexed(self, model_id: str) -> int:
        rows = self._tables.gallery.values()
        return sum(row.indexed_at is not None and row.face.model_id == model_id for row in rows)

    async def indexed(
        self, model_id: str, *, since: datetime | None, after: UUID | None, limit: int
    ) -> FacePage:
        faces = [
            row.face
            for row in self._tables.gallery.values()
            if row.face.model_id == model_id
            and row.indexed_at is not None
            and (since is None or row.indexed_at >= since)
            and (after is None or row.face.face_id > after)
        ]
        found = sorted(faces, key=lambda face: face.face_id)[:limit]
        embeddings = np.array([face.embedding for face in found], np.float32)
        return FacePage([face.face_id for face in found], embeddings.reshape(len(found), -1 if found else 0))

    async def standing(self, model_id: str, after: UUID | None, limit: int) -> Sequence[FaceStanding]:
        rows = sorted(
            (row for row in self._tables.gallery.values() if row.face.model_id == model_id),
            key=lambda row: row.face.face_id,
        )
        found = [FaceStanding(row.face.face_id, row.indexed_at) for row in rows]
        return [each for each in found if after is None or each.face_id > after][:limit]

    async def requeue_faces(self, face_ids: Collection[UUID]) -> None:
        for face_id in face_ids:
            if face_id in self._tables.gallery:
                row = self._tables.gallery[face_id]
                self._tables.gallery[face_id] = replace(row, indexed_at=None, retry_at=None)

    async def forget_track_faces(self, before: datetime) -> int:
        old = [each.track_id for each in self._tables.track_faces.values() if each.seen_at < before]
        for track_id in old:
            del self._tables.track_faces[track_id]
        return len(old)

    async def being_removed(self, face_ids: Collection[UUID]) -> frozenset[UUID]:
        return frozenset(face_ids) & self._tables.removals.keys()

    async def take_removals(self, limit: int) -> Sequence[IndexRemoval]:
        now = self._clock.now()
        due = [
            IndexRemoval(face_id, model_id)
            for face_id, model_id in self._tables.removals.items()
            if self._tables.removal_retries.get(face_id, now) <= now
        ]
        return due[:limit]

    async def confirm_removed(self, face_ids: Collection[UUID]) -> None:
        for face_id in face_ids:
            self._tables.removals.pop(face_id, None)
            self._tables.removal_retries.pop(face_id, None)

    async def postpone_removals(self, face_ids: Collection[UUID], until: datetime) -> None:
        self._tables.removal_retries.update(dict.fromkeys(face_ids, until))

    def close(self) -> None:
        self._store.taken_faces -= self._taken


class MemoryDecisions:
    """Implements DecisionRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def of_event(self, event_id: UUID) -> DecisionRecord | None:
        return self._tables.decisions.get(event_id)

    async def of_tracks(self, track_ids: Collection[UUID], limit: int) -> Sequence[DecisionRecord]:
        found = [each for each in self._tables.decisions.values() if each.track_id in track_ids]
        return sorted(found, key=lambda each: (each.decided_at, each.event_id), reverse=True)[:limit]

    async def leave_out(self, customer_ids: Collection[UUID]) -> int:
        told = [
            each
            for each in self._tables.decisions.values()
            if set(customer_ids) & {*each.excluded, *(found.customer_id for found in each.candidates)}
        ]
        for each in told:
            self._tables.decisions[each.event_id] = replace(
                each,
                candidates=tuple(one for one in each.candidates if one.customer_id not in customer_ids),
                excluded=tuple(one for one in each.excluded if one not in customer_ids),
            )
        return len(told)

    async def forget(self, before: datetime) -> int:
        old = [each.event_id for each in self._tables.decisions.values() if each.decided_at < before]
        for event_id in old:
            del self._tables.decisions[event_id]
        return len(old)


class MemoryJobs:
    """Implements JobRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def claim(self, run: JobRun) -> JobRun | None:
        runs = self._tables.job_runs
        known = next((each for each in runs.values() if (each.job, each.tick) == (run.job, run.tick)), None)
        if known is None:
            runs[run.run_id] = run
            return run
        if not known.may_be_taken(run.started_at):
            return None
        taken = replace(
            known, attempt=known.attempt + 1, started_at=run.started_at, lease_until=run.lease_until
        )
        runs[known.run_id] = taken
        return taken

    async def extend(self, run: JobRun, until: datetime) -> bool:
        if not self._is_mine(run):
            return False
        self._tables.job_runs[run.run_id] = replace(self._tables.job_runs[run.run_id], lease_until=until)
        return True

    async def finish(self, run: JobRun) -> bool:
        if not self._is_mine(run):
            return False
        lease_until = self._tables.job_runs[run.run_id].lease_until
        self._tables.job_runs[run.run_id] = replace(run, lease_until=lease_until)
        return True

    async def latest(self) -> Mapping[str, JobRun]:
        return {each.job: each for each in reversed(self._newest_first())}

    async def list(self, job: str, *, before: TimeCursor | None, limit: int) -> Sequence[JobRun]:
        found = [each for each in self._newest_first() if job in {"", each.job}]
        if before is not None:
            found = [
                each for each in found if (each.started_at, each.run_id) < (before.at, before.resource_id)
            ]
        return found[:limit]

    async def forget(self, before: datetime) -> int:
        old = [
            each.run_id
            for each in self._tables.job_runs.values()
            if each.finished_at is not None and each.finished_at < before
        ]
        for run_id in old:
            del self._tables.job_runs[run_id]
        return len(old)

    def _is_mine(self, run: JobRun) -> bool:
        known = self._tables.job_runs.get(run.run_id)
        return known is not None and (known.state, known.attempt) == (RunState.RUNNING, run.attempt)

    def _newest_first(self) -> Sequence[JobRun]:
        runs = self._tables.job_runs.values()
        return sorted(runs, key=lambda each: (each.started_at, each.run_id), reverse=True)


class MemorySightings:
    """Implements SightingRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def by_track(self, track_ids: Collection[UUID]) -> Mapping[UUID, Sighting]:
        known = self._tables.sightings
        return {each: known[each] for each in track_ids if each in known}

    async def save(self, sightings: Sequence[Sighting]) -> None:
        for sighting in sightings:
            if sighting.visit_id is not None and sighting.visit_id not in self._tables.visits:
                raise AssertionError(f"sighting {sighting.track_id} belongs to a visit that is not there")
            self._tables.sightings[sighting.track_id] = sighting

    async def move(self, *, from_visits: Collection[UUID], to_visit: UUID) -> None:
        for track_id, sighting in tuple(self._tables.sightings.items()):
            if sighting.visit_id in from_visits:
                self._tables.sightings[track_id] = replace(sighting, visit_id=to_visit)

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Sighting]:
        visits = {each.visit_id for each in self._tables.visits.values() if each.customer_id in customer_ids}
        return [
            each
            for each in self._tables.sightings.values()
            if each.customer_id in customer_ids or each.visit_id in visits
        ]

    async def assign(self, visit_of: Mapping[UUID, UUID | None]) -> None:
        known = self._tables.sightings
        await self.save(
            [replace(known[track], visit_id=visit) for track, visit in visit_of.items() if track in known]
        )
