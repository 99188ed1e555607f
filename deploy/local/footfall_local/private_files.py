"""Files that only their owner may read, written whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

PRIVATE_FOLDER = 0o700


def make_private_folder(folder: Path) -> Path:
    """Make the folder (and those above it) when it is missing; it is for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    folder.chmod(PRIVATE_FOLDER)
    return folder


def write_private(path: Path, text: str) -> None:
    """Replace the file's content at once; mode 600 from the first byte on."""
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp makes it 600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def write_private_json(path: Path, document: Any) -> None:
    write_private(path, json.dumps(document, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """The document, or None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
