"""A backup on the disk: written beside its place and moved there whole, and read again."""

import fcntl
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self
from uuid import UUID

from footfall_server.backup.errors import BackupError
from footfall_server.backup.keys import BackupKey
from footfall_server.backup.manifest import Manifest, StoredFile, TableEntry, from_text, to_text
from footfall_server.backup.objects import SavedObject, from_records
from footfall_server.backup.sealing import SealedWriter, unsealed

MANIFEST: Final = "manifest.json"
OBJECTS: Final = "objects.sealed"
_PARTIAL: Final = ".partial"
_FAST: Final = 1
"""zlib's level: the rows' hexadecimal bytes shrink by half, and much more is not to be had."""
_AT_ONCE: Final = 1024 * 1024


class _HashedFile:
    """A new file of mode 0600 that knows its size and SHA-256."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._size += len(data)
        return self._file.write(data)

    def close(self) -> StoredFile:
        """On the disk, whatever happens to the machine."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return StoredFile(size=self._size, sha256=self._digest.hexdigest())

    def abandon(self) -> None:
        self._file.close()


class NewFile:
    """One sealed file of a backup that is being made. `close` makes it whole."""

    def __init__(self, path: Path, key: BackupKey, context: bytes, *, compressed: bool) -> None:
        self._file = _HashedFile(path)
        self._sealed = SealedWriter(self._file, key, context)
        self._compressor = zlib.compressobj(_FAST) if compressed else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.abandon()

    def write(self, data: bytes) -> None:
        self._sealed.write(data if self._compressor is None else self._compressor.compress(data))

    def close(self) -> StoredFile:
        if self._compressor is not None:
            self._sealed.write(self._compressor.flush())
        self._sealed.finish()
        return self._file.close()


class BackupWriter:
    """A backup that is being made, in FOLDER.partial. It is one when `finish` was called, and never before.

    What is not finished goes away again; what a killed process left is taken over by the next one.
    """

    def __init__(self, folder: Path, key: BackupKey, backup_id: UUID) -> None:
        self._folder = folder
        self._partial = folder.parent / f"{folder.name}{_PARTIAL}"
        self._key = key
        self.backup_id = backup_id
        self._lock = -1

    def __enter__(self) -> Self:
        """Raises BackupError when the folder is there, or another process makes it."""
        if self._folder.exists():
            raise BackupError(f"{self._folder} is there already")
        self._partial.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self._partial, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise BackupError(f"another backup is being made in {self._partial}") from None
        for left in self._partial.iterdir():
            left.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._partial.exists():
            shutil.rmtree(self._partial)
        os.close(self._lock)

    @property
    def scratch(self) -> Path:
        """For what is needed while the backup is made."""
        return self._partial

    def table(self, name: str) -> NewFile:
        """A file of rows, compressed."""
        return self._new(_table_file(name), compressed=True)

    def objects(self) -> NewFile:
        """The file of objects."""
        return self._new(OBJECTS, compressed=False)

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest and moves the folder to its place."""
        file = _HashedFile(self._partial / MANIFEST)
        file.write(to_text(manifest, self._key).encode())
        file.close()
        os.fsync(self._lock)
        self._partial.rename(self._folder)
        above = os.open(self._folder.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(above)
        finally:
            os.close(above)

    def _new(self, name: str, *, compressed: bool) -> NewFile:
        context = _context(self.backup_id, name)
        return NewFile(self._partial / name, self._key, context, compressed=compressed)


class BackupReader:
    """A backup that was made. What it gives is as it was written, or BackupError is raised."""

    def __init__(self, folder: Path, key: BackupKey) -> None:
        """Raises BackupError for a folder that is no backup, or was made with another key."""
        try:
            text = (folder / MANIFEST).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise BackupError(f"{folder} is no backup: it has no {MANIFEST}") from None
        self.manifest = from_text(text, key)
        self._folder = folder
        self._key = key

    def rows(self, table: TableEntry) -> Iterator[bytes]:
        """The rows as text of COPY, a MiB at most at a time."""
        name = _table_file(table.name)
        with _saying(name):
            count = 0
            for chunk in _decompressed(self._plain(name, table.file)):
                count += chunk.count(b"\n")  # line breaks in values are escaped
                yield chunk
            if count != table.rows:
                raise BackupError(f"has {count} rows where the manifest says {table.rows}")

    def objects(self) -> Iterator[SavedObject]:
        """All objects, one after the other."""
        entry = self.manifest.objects
        with _saying(OBJECTS):
            count = size = 0
            for each in from_records(self._plain(OBJECTS, entry.file)):
                count += 1
                size += len(each.data)
                yield each
            if (count, size) != (entry.count, entry.size):
                raise BackupError(f"has {count} objects where the manifest says {entry.count}")

    def _plain(self, name: str, stored: StoredFile) -> Iterator[bytes]:
        try:
            with (self._folder / name).open("rb") as file:
                source = _Hashing(file)
                yield from unsealed(source, self._key, _context(self.manifest.backup_id, name))
        except FileNotFoundError:
            raise BackupError("is missing") from None
        if (source.size, source.digest.hexdigest()) != (stored.size, stored.sha256):
            raise BackupError("is not the file that the manifest names")


class _Hashing:
    """A file that hashes what is read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


@contextmanager
def _saying(name: str) -> Iterator[None]:
    """Puts the file's name before what is wrong with it."""
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{name}: {error}") from None


def _decompressed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    for chunk in chunks:
        waiting = chunk
        while waiting:
            yield decompressor.decompress(waiting, _AT_ONCE)
            waiting = decompressor.unconsumed_tail
    yield decompressor.flush()
    if not decompressor.eof:
        raise BackupError("ends too early")


def _table_file(name: str) -> str:
    return f"{name}.rows.sealed"


def _context(backup_id: UUID, name: str) -> bytes:
    return backup_id.bytes + name.encode()
