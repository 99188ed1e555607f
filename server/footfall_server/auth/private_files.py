"""Files that hold private keys: made so that nobody else could ever read them, and refused when exposed."""

import os
import stat
from pathlib import Path


class ExposedFileError(Exception):
    """Others may read or write the file."""


def write_new_private_file(file: Path, content: bytes) -> None:
    """Makes a file that only its owner can read. Raises FileExistsError when it is there already."""
    # The mode is given at creation: there is no moment in which others could read the key. A running core
    # looks for new keys, so the name appears when the file is whole.
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(content)
        os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def require_unexposed(file: Path) -> None:
    """Raises ExposedFileError, or OSError for a file that cannot be looked at."""
    # A group may read, as secrets that are mounted for a service's group ask for; nobody else may.
    if stat.S_IMODE(file.stat().st_mode) & (stat.S_IWGRP | stat.S_IRWXO):
        raise ExposedFileError(f"{file}: others may read or write this file (chmod 600)")


def replace_public_file(file: Path, content: bytes) -> None:
    """Puts a file that everybody may read in place of what was there, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.chmod(0o644)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
