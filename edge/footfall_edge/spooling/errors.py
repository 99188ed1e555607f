"""What goes wrong with a spool, by what helps."""

import sqlite3
from pathlib import Path
from typing import Final

_NO_ROOM: Final = {
    sqlite3.SQLITE_FULL,  # the disk, or the file's own bound
    sqlite3.SQLITE_IOERR_WRITE,  # a quota, or a bound on the size of files
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SpoolError(Exception):
    """The spool could not be read or written; the text says which file and why."""


class SpoolFullError(SpoolError):
    """There is no room on the disk."""


class SpoolDamagedError(SpoolError):
    """The file is no sound database any more; opening it again sets it aside."""


def spool_error(path: Path, error: sqlite3.Error) -> SpoolError:
    """An error of SQLite in the spool's words."""
    code = getattr(error, "sqlite_errorcode", None)
    if code in _NO_ROOM:
        return SpoolFullError(f"spool {path} cannot be written: {error}")
    if code is not None and code & 0xFF in _DAMAGED:
        return SpoolDamagedError(f"spool {path} is damaged: {error}")
    return SpoolError(f"spool {path} cannot be written: {error}")
