"""Examines face pictures that people bring."""

from collections.abc import Collection
from typing import Protocol

from footfall_server.domain.face_examination import Examination


class FaceExaminer(Protocol):
    """Finds the one face of a picture with the code and the measures of an edge worker."""

    async def examine(self, picture: bytes, model_ids: Collection[str]) -> Examination:
        """Examines a JPEG, PNG or WebP file, and embeds its face with each of the models.

        Bad pictures are refusals and no errors. Raises FAILED_PRECONDITION / MODEL_UNKNOWN when the detector
        or one of the models cannot be used here.
        """
        ...
