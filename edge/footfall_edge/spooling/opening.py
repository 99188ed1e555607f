"""Opens the spool's file, whatever state a shop's disk has left it in.

A file that is damaged, or that no key opens, is set aside under a name that says so, never deleted; the
worker goes on with a new one, whose line has a new id: the core does not take its sequences for known ones.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from footfall_edge.at_rest.key_file import KeyFile, KeyFileError
from footfall_edge.at_rest.sealing import Sealer
from footfall_edge.spooling.aside import known_worker_id, remember_worker_id, salvage, set_aside
from footfall_edge.spooling.data_key import LostKeyError, make_data_key, open_data_key, wrapped_key
from footfall_edge.spooling.errors import SpoolDamagedError, SpoolError, SpoolFullError, spool_error
from footfall_edge.spooling.migration import seal_plain_spool
from footfall_edge.spooling.schema import (
    FACT_TABLE,
    PAGE_BYTES,
    TABLES,
    VERSION,
    is_plain,
    read_fact,
    user_version,
)

_LOG_PAGES: Final = 256
"""The write-ahead log is written back from so many pages on. On a full disk it has to fit into the reserve
(reserve.py) twice: to be written back may make the database longer by as much."""
_SPARE_PAGES: Final = 4096
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpoolKey:
    """Where the key is. configured: somebody chose the place, so that a missing file is no lost one."""

    file: KeyFile
    configured: bool = False


@dataclass(frozen=True, slots=True)
class OpenSpool:
    """A sound database, and what its contents are sealed with."""

    database: sqlite3.Connection
    sealer: Sealer


def open_spool(
    path: Path,
    key: SpoolKey,
    *,
    max_bytes: int,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> OpenSpool:
    """Open or make the spool.

    Raises SpoolError when the folder, or the key file, cannot be used; SpoolFullError when the disk is full.
    """
    worker_id = known_worker_id(path.parent) or str(uuid4())
    try:
        opened = _open(path, key, max_bytes=max_bytes, worker_id=worker_id)
    except SpoolDamagedError as error:
        aside = set_aside(path, kind="damaged", reason=str(error), now=now())
        opened = _open_new(path, key, max_bytes=max_bytes, worker_id=worker_id)
        salvage(aside, key.file, into=opened.database, sealer=opened.sealer, path=path)
    except LostKeyError as error:
        set_aside(path, kind="unreadable", reason=str(error), now=now())
        opened = _open_new(path, key, max_bytes=max_bytes, worker_id=worker_id)
    remember_worker_id(path.parent, read_fact(opened.database, "worker_id"))
    return opened


def _open_new(path: Path, key: SpoolKey, *, max_bytes: int, worker_id: str) -> OpenSpool:
    try:
        return _open(path, key, max_bytes=max_bytes, worker_id=worker_id)
    except LostKeyError as error:
        raise SpoolError(str(error)) from error


def _open(path: Path, key: SpoolKey, *, max_bytes: int, worker_id: str) -> OpenSpool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise SpoolError(f"spool {path} cannot be opened: {error}") from error
    try:
        return OpenSpool(database, _prepare(database, path, key, max_bytes=max_bytes, worker_id=worker_id))
    except sqlite3.Error as error:
        database.close()
        failure = spool_error(path, error)
        if isinstance(failure, SpoolDamagedError | SpoolFullError):
            raise failure from error
        raise SpoolError(f"spool {path} cannot be opened: {error}") from error
    except KeyFileError as error:
        database.close()
        raise SpoolError(f"spool {path} cannot be opened: {error}") from error
    except BaseException:
        database.close()
        raise


def _prepare(
    database: sqlite3.Connection, path: Path, key: SpoolKey, *, max_bytes: int, worker_id: str
) -> Sealer:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    # What was acknowledged is gone: its bytes do not linger in free pages.
    database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    # The second bound, behind the count of bytes: rows fill their pages to two thirds at worst.
    database.execute(f"PRAGMA max_page_count = {max_bytes * 3 // 2 // PAGE_BYTES + _SPARE_PAGES}")
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise SpoolDamagedError(f"spool {path} is damaged")
    if user_version(database) > VERSION:
        raise SpoolError(f"spool {path} was written by a newer worker")
    wrapped = wrapped_key(database)
    ring = key.file.load()
    if ring is None and wrapped is not None:
        if key.configured:
            raise SpoolError(
                f"spool {path} cannot be opened: its key is not there: {key.file.path}; to do without what"
                " waits in the spool, move the spool away"
            )
        raise LostKeyError(f"its key is gone: {key.file.path}")
    ring = ring or key.file.make()
    plain = is_plain(database)
    sealer = Sealer(
        make_data_key(database, ring) if wrapped is None else open_data_key(database, ring, wrapped)
    )
    if plain:
        events = seal_plain_spool(database, path, sealer)
        _log.info("spool_sealed", events=events)
    _make_tables(database, worker_id)
    return sealer


def _make_tables(database: sqlite3.Connection, worker_id: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    for statement in (FACT_TABLE, *TABLES):
        database.execute(statement)
    for name, value in (("worker_id", worker_id), ("spool_id", str(uuid4()))):
        database.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT DO NOTHING", (name, value))
    database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")
