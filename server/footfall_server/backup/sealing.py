"""Files that are sealed as they are written: the STREAM construction over AES-256-GCM.

A file is a header (magic and 32 random bytes of salt) and chunks of 64 KiB, each sealed on its own. The key
is derived of the backup's key, the salt and what the file is, so that it is used for this file alone and a
file passes for no other. The nonce is the chunk's number (11 bytes) and whether it is the last one (1 byte):
chunks that were swapped, left out, repeated or cut off do not open.
"""

import secrets
from collections.abc import Iterator
from itertools import count
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from footfall_server.backup.errors import BackupError
from footfall_server.backup.keys import BackupKey

MAGIC: Final = b"footfall sealed file 1\n"
CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
_SALT_BYTES: Final = 32
HEADER_BYTES: Final = len(MAGIC) + _SALT_BYTES
_COUNTER_BYTES: Final = 11


class Sink(Protocol):
    """Takes bytes; an open file does."""

    def write(self, data: bytes, /) -> int: ...


class Source(Protocol):
    """Gives bytes, fewer than asked for only at the end; an open file does."""

    def read(self, size: int, /) -> bytes: ...


class SealedWriter:
    """Seals what is written into a file. Only `finish` makes the file whole."""

    def __init__(self, target: Sink, key: BackupKey, context: bytes) -> None:
        """`context` says what the file is; it opens with the same one alone."""
        salt = secrets.token_bytes(_SALT_BYTES)
        self._target = target
        self._cipher = _cipher(key, salt, context)
        self._waiting = bytearray()
        self._number = 0
        target.write(MAGIC + salt)

    def write(self, data: bytes) -> None:
        self._waiting += data
        # One chunk is held back: whether it is the last is known when there is more.
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seals the last chunk; nothing can be written after it."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


def unsealed(source: Source, key: BackupKey, context: bytes) -> Iterator[bytes]:
    """What was sealed, in chunks of 64 KiB at most.

    Each chunk is as it was written. Only who reads to the end knows that nothing is missing. Raises
    BackupError for what was not sealed with this key as this file, or was changed.
    """
    header = source.read(HEADER_BYTES)
    if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
        raise BackupError("not a sealed file")
    cipher = _cipher(key, header[len(MAGIC) :], context)
    sealed = source.read(CHUNK_BYTES + TAG_BYTES)
    for number in count():
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            chunk = cipher.decrypt(_nonce(number, last=not following), sealed, None)
        except (InvalidTag, ValueError):
            raise BackupError(f"was changed or cut at chunk {number}, or sealed with another key") from None
        yield chunk
        if not following:
            return
        sealed = following


def _cipher(key: BackupKey, salt: bytes, context: bytes) -> AESGCM:
    return AESGCM(key.derived(b"file\0" + context, salt=salt))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES) + bytes([last])
