"""The key that backups are sealed with: one line in a file that only its owner can read."""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from footfall_server.auth.private_files import ExposedFileError, require_unexposed, write_new_private_file
from footfall_server.backup.errors import BackupError

KEY_BYTES: Final = 32
_PREFIX: Final = "footfall-backup-key-1:"
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class BackupKey:
    """32 random bytes, of which every key in use is derived (HKDF with SHA-256, RFC 5869)."""

    secret: bytes = field(repr=False)

    def derived(self, purpose: bytes, *, salt: bytes | None = None) -> bytes:
        """32 bytes for one purpose alone."""
        return HKDF(SHA256(), KEY_BYTES, salt, b"footfall backup\0" + purpose).derive(self.secret)

    @property
    def key_id(self) -> str:
        """Tells keys apart and says nothing of them: 16 hexadecimal digits."""
        return self.derived(b"id")[:_ID_BYTES].hex()


def write_new_key(file: Path) -> BackupKey:
    """Makes a key file of mode 0600. Raises FileExistsError: a key that is overwritten costs its backups."""
    key = BackupKey(secrets.token_bytes(KEY_BYTES))
    write_new_private_file(file, f"{_PREFIX}{base64.b64encode(key.secret).decode()}\n".encode())
    return key


def load_key(file: Path) -> BackupKey:
    """Raises BackupError for a file that is none, or that others may read."""
    try:
        require_unexposed(file)
        line = file.read_text(encoding="ascii").strip()
        secret = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except ExposedFileError as error:
        raise BackupError(str(error)) from None
    except FileNotFoundError:
        raise BackupError(f"{file}: no such file (make one: footfall-server backup new-key)") from None
    except (OSError, UnicodeDecodeError, binascii.Error):
        raise BackupError(f"{file}: not a key of backups") from None
    if not line.startswith(_PREFIX) or len(secret) != KEY_BYTES:
        raise BackupError(f"{file}: not a key of backups")
    return BackupKey(secret)
