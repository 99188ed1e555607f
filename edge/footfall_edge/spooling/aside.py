"""What becomes of a spool that cannot be used, and what the next one has from it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from footfall_edge.at_rest.key_file import KeyFile, KeyFileError
from footfall_edge.at_rest.sealing import Sealer
from footfall_edge.atomic_file import write_atomically
from footfall_edge.spooling.data_key import LostKeyError, unwrap, wrapped_key
from footfall_edge.spooling.errors import SpoolError
from footfall_edge.spooling.rows import EventRows, ImageRows
from footfall_edge.spooling.salvage import Salvage, Salvaged
from footfall_edge.spooling.schema import VERSION, user_version

WORKER_ID_FILE: Final = "worker_id"
_log = structlog.get_logger(__name__)


def set_aside(path: Path, *, kind: str, reason: str, now: datetime) -> Path:
    """Rename the spool, with its log, to a name that says why and when. Raises SpoolError."""
    aside = path.with_name(f"{path.name}.{kind}-{now:%Y%m%dT%H%M%S%fZ}")
    try:
        for suffix in ("-wal", "-shm", ""):
            part = path.with_name(f"{path.name}{suffix}")
            if part.exists():
                part.rename(aside.with_name(f"{aside.name}{suffix}"))
    except OSError as error:
        raise SpoolError(f"spool {path} cannot be set aside: {error.strerror}; {reason}") from error
    _log.critical("spool_set_aside", reason=reason, file=aside.name)
    return aside


def salvage(
    damaged: Path, key_file: KeyFile, *, into: sqlite3.Connection, sealer: Sealer, path: Path
) -> Salvaged:
    """Carry over what can be read of the damaged spool into the new one at `path`."""
    try:
        with closing(sqlite3.connect(damaged)) as source:
            source.execute("PRAGMA query_only = ON")
            ring, wrapped = key_file.load(), wrapped_key(source)
            if ring is None or wrapped is None or user_version(source) != VERSION:
                return Salvaged()
            work = Salvage(
                source,
                Sealer(unwrap(ring, wrapped)[0]),
                events=EventRows(into, sealer),
                images=ImageRows(into, sealer),
            )
            salvaged = work.carry_over(into, path)
    except (sqlite3.Error, KeyFileError, LostKeyError) as error:
        _log.warning("spool_not_salvaged", error=type(error).__name__)
        return Salvaged()
    _log.warning("spool_salvaged", events=salvaged.events, images=salvaged.images)
    return salvaged


def known_worker_id(folder: Path) -> str | None:
    """Whom this worker was when its spool could still be read."""
    try:
        return str(UUID((folder / WORKER_ID_FILE).read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        return None


def remember_worker_id(folder: Path, worker_id: str) -> None:
    """Note it beside the spool, so that a worker which loses its spool stays the same worker."""
    if known_worker_id(folder) == worker_id:
        return
    try:
        write_atomically(folder / WORKER_ID_FILE, f"{worker_id}\n", durable=True)
    except OSError as error:
        _log.warning("worker_id_not_noted", error=error.strerror)
