"""Zip files from people: read in place, never unpacked to a disk, and within bounds whatever they say."""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, Final

from footfall_server.domain.staff_import import MOST_ITEMS, ImportProblem, UnreadableImportError

MOST_PICTURE_BYTES: Final = 20 * 1024 * 1024
_MOST_ENTRIES: Final = 20_000
_MOST_DIRECTORY_BYTES: Final = 8 * 1024 * 1024
"""Of the list of entries, which is read into memory as a whole: some 400 bytes for each entry."""
_MOST_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
_MOST_RATIO: Final = 50
_SMALL: Final = 1024 * 1024
"""What is not larger may be packed as well as it likes; text is."""
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_IS_ENCRYPTED: Final = 0x1
_IS_UTF8: Final = 0x800
# APPNOTE.TXT 4.3.14 to 4.3.16: the last records of a zip file.
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_BYTES: Final = 20
_END_64: Final = b"PK\x06\x06"
_LONGEST_COMMENT: Final = 0xFFFF


class ArchiveError(UnreadableImportError):
    """The file is no zip file that is taken."""


class EntryError(Exception):
    """One entry cannot be read."""


class ImportArchive:
    """Lists and reads the files of a zip file. For one thread at a time; everything blocks.

    Names are paths from the top, with slashes, of UTF-8 or of the characters of old DOS. What operating
    systems leave behind, hidden files, and whatever would lead out of the archive are left out.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Raises ArchiveError."""
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError):
            raise ArchiveError(ImportProblem.NOT_A_ZIP, "the file is no zip file, or it is damaged") from None
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise ArchiveError(
                ImportProblem.TOO_MANY_FILES, f"the zip file has more than {_MOST_ENTRIES} entries"
            )
        named = {path: entry for entry in entries if (path := _path(entry))}
        self._sheets = {path: each for path, each in named.items() if path.casefold().endswith(".csv")}
        self._files = {path: each for path, each in named.items() if path not in self._sheets}
        self._left = _MOST_UNPACKED_BYTES
        if len(self._files) > MOST_ITEMS:
            raise ArchiveError(ImportProblem.TOO_MANY_FILES, f"the zip file has more than {MOST_ITEMS} files")
        if len(self._sheets) > 1:
            raise ArchiveError(
                ImportProblem.SEVERAL_SHEETS,
                "the zip file has several CSV files; leave the one that says whose pictures these are",
            )

    @property
    def files(self) -> Sequence[str]:
        """The paths of all files but the CSV file."""
        return sorted(self._files)

    @property
    def sheet(self) -> str | None:
        """The path of the CSV file."""
        return next(iter(self._sheets), None)

    def read_sheet(self, most_bytes: int) -> bytes:
        """The CSV file. Raises ArchiveError for a larger one, or a damaged one."""
        try:
            return self._read(next(iter(self._sheets.values())), most_bytes)
        except EntryError as error:
            raise ArchiveError(
                ImportProblem.SHEET_UNREADABLE, f"the CSV file cannot be read: {error}"
            ) from None

    def read(self, path: str) -> bytes:
        """A file. Raises EntryError for one that is damaged, encrypted or too large."""
        return self._read(self._files[path], MOST_PICTURE_BYTES)

    def _read(self, entry: zipfile.ZipInfo, most_bytes: int) -> bytes:
        if entry.flag_bits & _IS_ENCRYPTED:
            raise EntryError("it is encrypted")
        if entry.compress_type not in _PACKINGS:
            raise EntryError("it is packed in a way that is not read")
        allowed = min(most_bytes, max(_SMALL, entry.compress_size * _MOST_RATIO), self._left)
        try:
            with self._zip.open(entry) as opened:
                # What an entry says of its size need not be true.
                content = opened.read(allowed + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            raise EntryError("it is damaged") from None
        if len(content) > allowed:
            raise EntryError("it is too large, or packed suspiciously well")
        self._left -= len(content)
        return content


def _path(entry: zipfile.ZipInfo) -> str:
    """Empty for what is left out."""
    name = entry.filename
    if not entry.flag_bits & _IS_UTF8:
        with suppress(UnicodeError):  # Macs write UTF-8 and do not say so
            name = name.encode("cp437").decode("utf-8")
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    is_safe = not name.startswith("/") and ".." not in parts and ":" not in name and name.isprintable()
    is_left_behind = any(
        part.startswith(".") or part in {"__MACOSX", "Thumbs.db", "desktop.ini"} for part in parts
    )
    return "/".join(parts) if parts and is_safe and not is_left_behind and not name.endswith("/") else ""


def _check_directory(file: BinaryIO) -> None:
    """Refuses a list of entries that is too long before it is read. Raises ArchiveError."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _LOCATOR_BYTES))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise ArchiveError(ImportProblem.NOT_A_ZIP, "the file is no zip file, or its end is missing")
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if at >= _LOCATOR_BYTES and tail[at - _LOCATOR_BYTES : at].startswith(_LOCATOR):
        (place,) = struct.unpack_from("<Q", tail, at - _LOCATOR_BYTES + 8)
        if place + 56 > size:
            raise ArchiveError(ImportProblem.NOT_A_ZIP, "the file is no zip file, or it is damaged")
        file.seek(place)
        record = file.read(56)
        if not record.startswith(_END_64):
            raise ArchiveError(ImportProblem.NOT_A_ZIP, "the file is no zip file, or it is damaged")
        (directory_bytes,) = struct.unpack_from("<Q", record, 40)
    if directory_bytes > _MOST_DIRECTORY_BYTES:
        raise ArchiveError(ImportProblem.TOO_MANY_FILES, "the zip file has too many entries")
