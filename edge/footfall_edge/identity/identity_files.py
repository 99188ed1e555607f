"""The worker's identity on its disk: readable by its account alone, and whole whatever happens."""

import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from footfall_edge.atomic_file import write_atomically
from footfall_edge.identity.worker_identity import (
    BadIdentityError,
    WorkerIdentity,
    key_from_pem,
    key_to_pem,
    new_private_key,
)

IDENTITY_FILE = "identity.json"
NEXT_KEY_FILE = "next_key.pem"


class IdentityFiles:
    """`identity.json`, and the key that the next certificate is asked for with."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made yet; `folder` is the worker's data folder."""
        self._identity = folder / IDENTITY_FILE
        self._next_key = folder / NEXT_KEY_FILE
        self._folder = folder

    def load(self) -> WorkerIdentity | None:
        """None when the worker never joined. Raises BadIdentityError, which names the file."""
        text = self._read(self._identity)
        if text is None:
            return None
        try:
            return WorkerIdentity.from_json(text)
        except BadIdentityError as error:
            raise BadIdentityError(f"{self._identity}: {error}") from None

    def save(self, identity: WorkerIdentity) -> None:
        """Puts the identity in place of the one before; the next certificate gets a key of its own."""
        write_atomically(self._identity, identity.to_json(), mode=0o600, durable=True)
        self._next_key.unlink(missing_ok=True)

    def next_key(self) -> ec.EllipticCurvePrivateKey:
        """The key to ask for a certificate with. On disk first: a lost answer is asked for again with it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = self._read(self._next_key)
        if text is not None:
            try:
                return key_from_pem(text)
            except BadIdentityError:
                # Nobody has a certificate for a key that cannot be read: a new one does no harm.
                pass
        key = new_private_key()
        write_atomically(self._next_key, key_to_pem(key), mode=0o600, durable=True)
        return key

    def _read(self, path: Path) -> str | None:
        try:
            if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise BadIdentityError(f"{path}: others may read or write this file (chmod 600)")
            return path.read_text()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise BadIdentityError(f"{path}: cannot be read ({type(error).__name__})") from None
