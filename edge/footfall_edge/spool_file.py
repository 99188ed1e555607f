"""The spool on disk: what was seen and is not yet safe with the core. Blocking; see spool.py.

SQLite with a write-ahead log and synchronous=FULL, so that a statement that has returned survives a
kill and a power cut. An event is deleted only when the core has it (the rule of the OpenTelemetry
Collector's persistent queue); an image only when the core found it in the object store. Contents are sealed,
each for its own row.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.at_rest.sealing import UnsealError
from footfall_edge.spooling.depth import SpoolDepth, measure
from footfall_edge.spooling.errors import SpoolError, SpoolFullError, spool_error
from footfall_edge.spooling.opening import SpoolKey, open_spool
from footfall_edge.spooling.reserve import DiskReserve, free_bytes
from footfall_edge.spooling.room import held_bytes, make_room
from footfall_edge.spooling.rows import EventRows, ImageRows, NewEvent, Rejection, SpooledEvent
from footfall_edge.spooling.schema import (
    PAGE_BYTES,
    add_to_count,
    read_count,
    read_fact,
    write_fact,
)
from footfall_edge.spooling.transaction import Transaction

__all__ = ["Rejection", "SpoolDepth", "SpoolError", "SpoolFile", "SpooledEvent"]

_SPARE_PAGES: Final = 16
"""Free in a file that may not grow, beyond what an event takes."""
_STEP: Final = 16
"""Events that are released at once on a full disk."""
_log = structlog.get_logger(__name__)


class SpoolFile:
    """One SQLite file. One thread at a time."""

    def __init__(
        self, path: Path, *, max_bytes: int, key: SpoolKey | None = None, reserve: DiskReserve | None = None
    ) -> None:
        """key, reserve: spool.key and spool.reserve beside the file when None. Raises SpoolError."""
        self._path = path
        self._max_bytes = max_bytes
        self._reserve = reserve or DiskReserve(path.with_name("spool.reserve"))
        self._may_grow = True
        key = key or SpoolKey(KeyFile(path.with_name("spool.key")))
        try:
            opened = open_spool(path, key, max_bytes=max_bytes)
        except SpoolFullError:
            # To open it writes a little, too: an index of its log at least.
            self._may_grow = False
            self._reserve.release()
            opened = open_spool(path, key, max_bytes=max_bytes)
        self._database = opened.database
        self._events = EventRows(opened.database, opened.sealer)
        self._images = ImageRows(opened.database, opened.sealer)
        self._bytes = held_bytes(self._database)
        if self._may_grow:
            self._reserve.take()

    @property
    def worker_id(self) -> str:
        """Names this worker for as long as its disk lives."""
        return read_fact(self._database, "worker_id")

    @property
    def spool_id(self) -> str:
        """Names the line that the sequences count in."""
        return read_fact(self._database, "spool_id")

    def append(self, event: NewEvent) -> int:
        """Put an event, and the image that it announces, at the end; returns its sequence.

        What makes room when the spool is full, or the disk, is said in spooling/room.py. Raises
        SpoolFullError when nothing helps; the spool is then as it was before.
        """
        try:
            return self._append(event)
        except SpoolFullError:
            # What the reserve gives is for the log: until it is held again, the file does not grow.
            self._may_grow = False
            self._use_reserve()
            return self._append(event)

    def _append(self, event: NewEvent) -> int:
        added = event.sealed_size
        pages = 0 if self._may_grow else added // PAGE_BYTES * 2 + _SPARE_PAGES
        with self._transaction():
            if event.track_id and event.final:
                self._events.replace_early(event.track_id)
            # First: what is new goes where the old was.
            freed = make_room(self._database, self._bytes + added - self._max_bytes, pages=pages)
            sequence = self._events.add(event)
            if event.image is not None:
                self._images.add(sequence, event.camera_id, *event.image)
        self._changed(added - freed)
        return sequence

    def read_after(self, sequence: int, limit: int) -> Sequence[SpooledEvent]:
        """The next events behind that sequence, oldest first; what cannot be opened is kept apart."""
        while True:
            with self._reading():
                events, unreadable = self._events.read_after(sequence, limit)
            if unreadable:
                self._set_aside(unreadable)
            if events or not unreadable:
                return events
            sequence = unreadable[-1]

    def acknowledge(self, through: int, rejections: Iterable[Rejection] = ()) -> None:
        """Delete the events up to and including that sequence; keep rejected ones as dead letters.

        Their images, but for those of rejected events, may be uploaded from now on.
        """
        refused = tuple(rejections)
        try:
            self._acknowledge(through, refused)
        except SpoolFullError:
            self._use_reserve()
            # In steps whose log is short enough for a disk without any room, see _write_log_back.
            for step in self._events.steps(through, _STEP):
                self._acknowledge(step, [one for one in refused if one.sequence <= step])
                self._write_log_back()

    def _acknowledge(self, through: int, refused: Sequence[Rejection]) -> None:
        with self._transaction():
            freed = sum(self._events.refuse(rejection) for rejection in refused)
            freed += self._events.release(through)
            self._images.release(through)
            if through > read_count(self._database, "acked_through"):
                write_fact(self._database, "acked_through", str(through))
        self._changed(-freed)

    def images_to_upload(self, limit: int, skip: Iterable[str] = ()) -> Sequence[str]:
        """Ids of images whose events are acknowledged, oldest first, without those to skip."""
        with self._reading():
            return self._images.released(limit, skip)

    def read_image(self, image_id: str) -> bytes | None:
        """The file of an image; None when it is not here any more, or was changed on the disk."""
        try:
            with self._reading():
                return self._images.read(image_id)
        except UnsealError as error:
            _log.error("spooled_image_unreadable", image_id=image_id, detail=str(error))
            self.delete_images([image_id])
            return None

    def delete_images(self, image_ids: Iterable[str]) -> None:
        """Forget images; ids that are not here are passed over."""
        doomed = tuple(image_ids)

        def delete() -> int:
            with self._transaction():
                return self._images.delete(doomed)

        self._shrink(delete)

    def forget_images(self, camera_id: str, limit: int) -> int:
        """Forget images of a camera that may give none any more, so many at once; how many there were."""
        sizes: list[int] = []

        def delete() -> int:
            with self._transaction():
                sizes[:] = self._images.delete_of(camera_id, limit)
            return sum(sizes)

        self._shrink(delete)
        return len(sizes)

    def renew(self) -> None:
        """Begin a new line with the events that are here: the core knows another history of this one."""

        def begin() -> int:
            with self._transaction():
                write_fact(self._database, "spool_id", str(uuid4()))
                write_fact(self._database, "acked_through", "0")
            return 0

        self._shrink(begin)

    def depth(self) -> SpoolDepth:
        """How full the spool is."""
        with self._reading():
            return replace(
                measure(self._database),
                stored_bytes=self._bytes,
                max_bytes=self._max_bytes,
                free_disk_bytes=free_bytes(self._path.parent),
                disk_full=not self._reserve.is_held,
            )

    def close(self) -> None:
        """Close the file; nothing is pending in it."""
        self._database.close()

    def _set_aside(self, sequences: Sequence[int]) -> None:
        def bury() -> int:
            with self._transaction():
                freed = sum(self._events.set_aside(sequence) for sequence in sequences)
                add_to_count(self._database, "unreadable", len(sequences))
            return freed

        self._shrink(bury)

    def _shrink(self, change: Callable[[], int]) -> None:
        """Make a change that frees bytes, and returns how many: a full disk need not prevent it."""
        try:
            freed = change()
        except SpoolFullError:
            self._use_reserve()
            freed = change()
        self._changed(-freed)

    def _changed(self, by: int) -> None:
        self._bytes += by
        if self._reserve.tend():
            self._may_grow = True

    def _use_reserve(self) -> None:
        _log.error("spool_disk_full", stored_bytes=self._bytes, free_bytes=free_bytes(self._path.parent))
        self._reserve.release()
        self._write_log_back()

    def _write_log_back(self) -> None:
        """Have the log written over from its beginning: what is written next needs no more room."""
        try:
            self._database.execute("PRAGMA wal_checkpoint(RESTART)")
        except sqlite3.Error as error:
            _log.warning("spool_log_kept", error=error.sqlite_errorname)

    def _transaction(self) -> Transaction:
        return Transaction(self._database, self._path)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise spool_error(self._path, error) from error
