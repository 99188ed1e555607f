"""The file that holds the key, or keys, of what is sealed on this disk."""

import base64
import binascii
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from footfall_edge.at_rest.sealing import KEY_BYTES, Sealer, UnsealError
from footfall_edge.atomic_file import write_atomically


class KeyFileError(Exception):
    """The key file cannot be used. The text names the file and quotes nothing of it."""


class KeyRing:
    """The key that seals, and older ones that only open. Wraps the keys that data is sealed with."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """keys: at least one, the present one first."""
        self._sealers = [Sealer(key) for key in keys]

    def wrap(self, data_key: bytes, *, place: bytes) -> bytes:
        """Seal a key with the present key."""
        return self._sealers[0].seal(data_key, place=place)

    def unwrap(self, wrapped: bytes, *, place: bytes) -> tuple[bytes, bool]:
        """The key, and whether the present key had sealed it. Raises UnsealError when none of them had."""
        for index, sealer in enumerate(self._sealers):
            try:
                return sealer.open(wrapped, place=place), index == 0
            except UnsealError:
                continue
        raise UnsealError("no key of the key file opens it")


class KeyFile:
    """One key a line, 32 bytes in base64, the present one first; lines that begin with # are passed over."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self.path = path

    def load(self) -> KeyRing | None:
        """None when there is no such file. Raises KeyFileError."""
        try:
            if stat.S_IMODE(self.path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(f"{self.path}: others may read or write this file (chmod 600)")
            lines = self.path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(f"{self.path}: cannot be read ({type(error).__name__})") from None
        keys = [_decode(line, self.path) for line in lines if line.strip() and not line.startswith("#")]
        if not keys:
            raise KeyFileError(f"{self.path}: holds no key")
        return KeyRing(keys)

    def make(self) -> KeyRing:
        """Write a file with a fresh key, on the disk for good before it is used. Raises KeyFileError."""
        key = secrets.token_bytes(KEY_BYTES)
        text = f"{base64.b64encode(key).decode()}\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path, text, mode=0o600, durable=True)
        except OSError as error:
            raise KeyFileError(f"{self.path}: cannot be written ({error.strerror})") from None
        return KeyRing([key])


def _decode(line: str, path: Path) -> bytes:
    try:
        key = base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path}: a line is no key (32 bytes in base64)")
    return key
