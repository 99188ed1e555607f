"""A few megabytes of the disk, held for the moment in which it is full.

To delete from a database takes room on the disk as well, since the change is first written to its log. When
others have filled the disk, the reserve is given back, and what is deleted then makes room for what is new.
"""

import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_SIZE: Final = 4 * 1024 * 1024
_SPARE: Final = 4 * _SIZE
"""The reserve is only taken of a disk with so much free: it must not be what fills it."""
_PAUSE_S: Final = 60.0


class DiskReserve:
    """A file beside the spool."""

    def __init__(
        self,
        path: Path,
        *,
        size: int = _SIZE,
        spare: int = _SPARE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """size: of the file, in bytes; spare: what must be free for it to be made."""
        self._path = path
        self._size = size
        self._spare = spare
        self._clock = clock
        self._again_at: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether the file is there, whole."""
        try:
            return self._path.stat().st_size == self._size
        except OSError:
            return False

    def take(self) -> bool:
        """Hold it again if the disk has room; whether it is held."""
        if self.is_held:
            return True
        if free_bytes(self._path.parent) < self._spare:
            self._again_at = self._clock() + _PAUSE_S
            return False
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                # Random: a file system that compresses would hold nothing for zeros.
                file.write(secrets.token_bytes(self._size))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.release()
            return False
        return True

    def tend(self) -> bool:
        """Hold it again, a minute after it was released or found no room; whether that went well."""
        if self._again_at is None or self._clock() < self._again_at:
            return False
        taken = self.take()
        if taken:
            self._again_at = None
        return taken

    def release(self) -> None:
        """Give the room back."""
        self._again_at = self._clock() + _PAUSE_S
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # Whatever keeps it from going, the spool must try to do without.
            return


def free_bytes(folder: Path) -> int:
    """What is free where the folder lies; 0 when nobody can tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
