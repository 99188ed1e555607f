"""The gallery that is in force, for as long as it may be believed."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from footfall_vision.types import Floats

from footfall_edge.staff.gallery import (
    BadGalleryError,
    GalleryDelta,
    GalleryGapError,
    StaffGallery,
    StaffMatch,
)
from footfall_edge.staff.gallery_file import GalleryFile, KeptGallery

TRUSTED_S: Final = 24 * 3600.0
"""How long a gallery is used without a word from the core, which may have revoked faces of it meanwhile."""
_NOTE_EVERY_S = 3600.0
_LOOK_S = 60.0
_log = structlog.get_logger(__name__)


class StaffKeeper:
    """Applies deltas, answers whose a face is, and forgets all faces after a day without the core.

    apply() and confirm() are called by one task at a time; match() from anywhere.
    """

    def __init__(
        self,
        *,
        model_id: str,
        file: GalleryFile,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """model_id: what this worker embeds with. What lies on the disk is in force if it is young."""
        self._model_id = model_id
        self._file = file
        self._steady = steady
        self._wall = wall
        self._lock = threading.Lock()
        self._gallery = StaffGallery()
        self._confirmed = self._noted = steady()
        kept = file.load(model_id=model_id)
        if kept is not None:
            # A clock that was set back must not lengthen the day.
            self._confirmed -= max((wall() - kept.confirmed).total_seconds(), 0.0)
            self._gallery = kept.gallery
            self.forget_if_old()

    async def run(self) -> None:
        """See to it that old faces go, also while nobody comes by; until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            self.forget_if_old()

    @property
    def model_id(self) -> str:
        """What the worker can compare."""
        return self._model_id

    @property
    def version(self) -> int:
        """Of the gallery in force; 0 when there is none."""
        return self._gallery.version

    def match(self, model_id: str, embedding: Floats) -> StaffMatch | None:
        """Whose face it is, if a member of staff's."""
        self.forget_if_old()
        return self._gallery.match(model_id, embedding)

    def apply(self, delta: GalleryDelta) -> bool:
        """Take a delta; whether the core is to be told which version is held now.

        One that must not be believed leaves no gallery: it may have held a revocation.
        """
        with self._lock:
            try:
                gallery = self._gallery.apply(delta, model_id=self._model_id)
            except GalleryGapError:
                return True
            except BadGalleryError as error:
                _log.error("staff_gallery_refused", version=delta.version, detail=str(error))
                had_one = self._gallery.version != 0
                self._forget()
                # Only once: a core that has no better one would send it for ever.
                return had_one
            self._gallery = gallery
            self._confirmed = self._noted = self._steady()
            self._keep()
        _log.info("staff_gallery_taken", version=gallery.version, faces=len(gallery.faces))
        return False

    def confirm(self) -> None:
        """The core was heard, and would have said what changed."""
        with self._lock:
            self._confirmed = self._steady()
            if self._gallery.version and self._confirmed - self._noted >= _NOTE_EVERY_S:
                self._noted = self._confirmed
                self._keep()

    def forget_if_old(self) -> None:
        """Forget all faces when the core has not been heard for too long."""
        if self._gallery.version and self._steady() - self._confirmed >= TRUSTED_S:
            with self._lock:
                _log.warning("staff_gallery_forgotten", unheard_h=round(TRUSTED_S / 3600))
                self._forget()

    def _keep(self) -> None:
        if self._gallery.faces:
            self._file.save(KeptGallery(self._gallery, self._wall()))
        else:
            self._file.remove()

    def _forget(self) -> None:
        self._gallery = StaffGallery()
        self._file.remove()
