"""Seals receivers' secrets in the database, by a key that lies in a file of its own.

Not by a signing key: those rotate and go, and what was sealed years ago has to be read. Whoever has the
database alone reads nothing; whoever loses the file gives every receiver a new secret.
"""

import secrets
from pathlib import Path
from uuid import UUID

import structlog

from footfall_server.auth.private_files import (
    ExposedFileError,
    require_unexposed,
    write_new_private_file,
)
from footfall_server.auth.sealing import opened_by, sealed_by
from footfall_server.errors import FootfallError, unavailable

KEY_FILE = "webhooks.key"
"""Its name beside the signing keys, which end in .pem."""

_KEY_BYTES = 32

_log = structlog.get_logger()


class FileSecretSeal:
    """SecretSeal. The key is made when something is sealed first: once for all replicas of a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key: bytes | None = None

    def seal(self, tenant_id: UUID, webhook_id: UUID, secret: bytes) -> bytes:
        """See SecretSeal.seal."""
        key = self._known_key() or self._new_key()
        return sealed_by(key, secret, bound_to=_bound_to(tenant_id, webhook_id))

    def open(self, tenant_id: UUID, webhook_id: UUID, sealed: bytes) -> bytes | None:
        """See SecretSeal.open. A file that cannot be used is as good as another key, and the log says so."""
        try:
            key = self._known_key()
        except FootfallError:
            return None
        if key is None:
            return None
        return opened_by(key, sealed, bound_to=_bound_to(tenant_id, webhook_id))

    def _known_key(self) -> bytes | None:
        """The key; None while there is no file. Raises UNAVAILABLE for a file that cannot be used."""
        if self._key is None:
            try:
                require_unexposed(self._file)
                key = self._file.read_bytes()
            except FileNotFoundError:
                return None
            except ExposedFileError:
                raise self._unusable("others may read or write it (chmod 600)") from None
            except OSError as error:
                raise self._unusable(type(error).__name__) from None
            if len(key) != _KEY_BYTES:
                raise self._unusable(f"it does not hold {_KEY_BYTES} bytes")
            self._key = key
        return self._key

    def _new_key(self) -> bytes:
        try:
            write_new_private_file(self._file, secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass  # another replica was faster: its key is the one
        except OSError as error:
            raise self._unusable(type(error).__name__) from None
        else:
            _log.info("webhook_key_made", file=str(self._file))
        key = self._known_key()
        if key is None:
            raise self._unusable("it is gone")
        return key

    def _unusable(self, why: str) -> FootfallError:
        _log.error("webhook_key_unusable", file=str(self._file), why=why)
        return unavailable("STORE_UNAVAILABLE", "the key that seals secrets of webhooks cannot be used")


def _bound_to(tenant_id: UUID, webhook_id: UUID) -> bytes:
    return tenant_id.bytes + webhook_id.bytes
