"""The staff gallery on the worker's disk: sealed, whole, and gone when it is to be gone."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from footfall_edge.at_rest.key_file import KeyFile, KeyFileError, KeyRing
from footfall_edge.at_rest.sealing import KEY_BYTES, Sealer, UnsealError, place_of
from footfall_edge.atomic_file import write_atomically
from footfall_edge.staff.gallery import BadGalleryError, GalleryDelta, GalleryFace, StaffGallery

_KEY_PLACE: Final = place_of("staff gallery", "key")
_PLACE: Final = place_of("staff gallery", "faces")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KeptGallery:
    """A gallery, and when the core was last heard of with it in force; by the worker's wall clock."""

    gallery: StaffGallery
    confirmed: datetime


class GalleryFile:
    """One file. Each writing has a key of its own, sealed by the key file that seals the spool, too."""

    def __init__(self, path: Path, key_file: KeyFile) -> None:
        """Nothing is read yet."""
        self._path = path
        self._key_file = key_file

    def load(self, *, model_id: str) -> KeptGallery | None:
        """What was kept; None when nothing was, when it cannot be opened, or is of another model."""
        try:
            wrapped, sealed = self._path.read_text(encoding="ascii").split()
            key, _ = self._ring().unwrap(base64.b64decode(wrapped, validate=True), place=_KEY_PLACE)
            text = Sealer(key).open(base64.b64decode(sealed, validate=True), place=_PLACE)
            return _from_plain(json.loads(text), model_id=model_id)
        except FileNotFoundError:
            return None
        except (
            OSError,
            binascii.Error,
            ValueError,
            KeyError,
            TypeError,
            KeyFileError,
            UnsealError,
            BadGalleryError,
        ) as error:
            # The core sends it again.
            _log.warning("staff_gallery_unreadable", error=type(error).__name__)
            self.remove()
            return None

    def save(self, kept: KeptGallery) -> None:
        """Keep it, for good when this returns. Without a key or room the gallery lives in memory only."""
        try:
            key = secrets.token_bytes(KEY_BYTES)
            wrapped = self._ring().wrap(key, place=_KEY_PLACE)
            sealed = Sealer(key).seal(json.dumps(_to_plain(kept)).encode(), place=_PLACE)
            text = f"{base64.b64encode(wrapped).decode()}\n{base64.b64encode(sealed).decode()}\n"
            write_atomically(self._path, text, mode=0o600, durable=True)
        except (OSError, KeyFileError) as error:
            # What lies there is of an earlier version, and may have faces that were revoked.
            _log.warning("staff_gallery_unwritable", error=type(error).__name__)
            self.remove()

    def remove(self) -> None:
        """Keep nothing."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("staff_gallery_unremovable", error=type(error).__name__)

    def _ring(self) -> KeyRing:
        return self._key_file.load() or self._key_file.make()


def _to_plain(kept: KeptGallery) -> dict[str, Any]:
    gallery = kept.gallery
    return {
        "confirmed": kept.confirmed.isoformat(),
        "version": gallery.version,
        "model_id": gallery.model_id,
        "threshold": gallery.threshold,
        "faces": [
            [face.face_id, face.staff_id, base64.b64encode(face.vector.astype("<f4").tobytes()).decode()]
            for face in gallery.faces.values()
        ],
    }


def _from_plain(plain: Mapping[str, Any], *, model_id: str) -> KeptGallery:
    """Checked as if it came from the core. Raises BadGalleryError and what Python does."""
    faces = tuple(
        GalleryFace(str(face_id), str(staff_id), np.frombuffer(base64.b64decode(vector), "<f4"))
        for face_id, staff_id, vector in plain["faces"]
    )
    delta = GalleryDelta(
        from_version=0,
        version=int(plain["version"]),
        model_id=str(plain["model_id"]),
        threshold=float(plain["threshold"]),
        faces=faces,
    )
    return KeptGallery(
        StaffGallery().apply(delta, model_id=model_id), datetime.fromisoformat(plain["confirmed"])
    )
