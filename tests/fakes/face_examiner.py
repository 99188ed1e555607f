"""Face pictures that are only text, and an examiner that reads them: who it is, and what is wrong with it."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from fakes.crop_embedder import JPEG_START, crop_of, embedding_of
from fakes.synthetic_faces import GOOD
from footfall_server.domain.face_examination import (
    Examination,
    ExaminedFace,
    FaceMeasures,
    FaceRefusal,
    Portrait,
    Refusal,
    fault,
)
from footfall_server.services.model_registry import model_unknown

_WHOLE = FaceMeasures(
    quality=GOOD,
    detection_score=0.93,
    visible=1.0,
    turned=8.0,
    turned_bound=30.0,
    exposure_fault=FaceRefusal.TOO_DARK,
)
_FACELESS: Mapping[FaceRefusal, Refusal] = {
    refusal.reason: refusal
    for refusal in (
        Refusal(FaceRefusal.NOT_AN_IMAGE),
        Refusal(FaceRefusal.TOO_LARGE, 2e8, 5e7),
        Refusal(FaceRefusal.NO_FACE, 0.0, 0.75),
        Refusal(FaceRefusal.SEVERAL_FACES, 2.0, 1.0),
    )
}
_POOR: Mapping[FaceRefusal, FaceMeasures] = {
    FaceRefusal.TOO_SMALL: replace(_WHOLE, quality=replace(GOOD, inter_ocular_px=12.0)),
    FaceRefusal.CUT_OFF: replace(_WHOLE, visible=0.5),
    FaceRefusal.TOO_TURNED: replace(_WHOLE, quality=replace(GOOD, pose=0.3), turned=45.0),
    FaceRefusal.BLURRED: replace(_WHOLE, quality=replace(GOOD, sharpness=0.1)),
    **{
        reason: replace(_WHOLE, quality=replace(GOOD, exposure=0.1), exposure_fault=reason)
        for reason in (FaceRefusal.TOO_DARK, FaceRefusal.TOO_BRIGHT, FaceRefusal.LOW_CONTRAST)
    },
}


_SHOWN = re.compile(
    JPEG_START + rb"picture (\d{1,9}) (\d{1,9}) (good|%s)" % "|".join(FaceRefusal).encode(),
)
"""What the functions below make."""


def picture_of(person: int, shot: int = 0) -> bytes:
    """A good picture of somebody."""
    return JPEG_START + f"picture {person} {shot} good".encode()


def poor_picture_of(person: int, reason: FaceRefusal, shot: int = 0) -> bytes:
    """A picture of somebody that is refused for this."""
    return JPEG_START + f"picture {person} {shot} {reason.value}".encode()


class FakeFaceExaminer:
    """Implements FaceExaminer. `dimensions` are those of the models that are on the machine.

    What was not made by the functions of this module is no picture. While `may_go_on` is clear, it waits.
    """

    def __init__(self, dimensions: Mapping[str, int]) -> None:
        self.dimensions = dict(dimensions)
        self.examined = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def examine(self, picture: bytes, model_ids: Collection[str]) -> Examination:
        for model_id in model_ids:
            if model_id not in self.dimensions:
                raise model_unknown(model_id, f"the file of model {model_id} is missing")
        await self.may_go_on.wait()
        self.examined += 1
        shown = _SHOWN.fullmatch(picture)
        if shown is None:
            return Examination(None, _FACELESS[FaceRefusal.NOT_AN_IMAGE])
        person, shot, word = int(shown[1]), int(shown[2]), shown[3].decode()
        reason = None if word == "good" else FaceRefusal(word)
        if reason in _FACELESS:
            return Examination(None, _FACELESS[reason])
        measures = _WHOLE if reason is None else _POOR[reason]
        face = ExaminedFace(
            width=640,
            height=480,
            box=(270.0, 170.0, 100.0, 130.0),
            landmarks=((290.0, 220.0), (350.0, 220.0), (320.0, 250.0), (300.0, 280.0), (340.0, 280.0)),
            detection_score=measures.detection_score,
            quality=measures.quality,
            aligned_jpeg=crop_of(person, shot),
            portrait=Portrait(
                jpeg=JPEG_START + f"portrait {person} {shot}".encode(),
                width=160,
                height=208,
                box=(30.0, 26.0, 100.0, 130.0),
                landmarks=((50.0, 76.0), (110.0, 76.0), (80.0, 106.0), (60.0, 136.0), (100.0, 136.0)),
            ),
            embeddings={
                model_id: embedding_of(model_id, self.dimensions[model_id], person, shot)
                for model_id in model_ids
            },
        )
        return Examination(face, fault(measures))
