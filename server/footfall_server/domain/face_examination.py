"""Whether a picture is good enough for somebody to be known by it, and if not, why. Pure.

The gates are those of a shot that founds a person (domain.quality_gates), and two more that a worker
applies by itself: the whole face has to be in the picture, and the detector has to be sure of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from footfall_server.domain.face_event import Embedding, FaceQuality
from footfall_server.domain.quality_gates import CREATE_GATES

Box = tuple[float, float, float, float]
"""Left, top, width, height, in pixels; may reach beyond the picture."""
Landmarks = tuple[tuple[float, float], ...]
"""x,y of right eye, left eye, nose tip, right and left mouth corner, as the person has them, in pixels."""

NEEDED_VISIBLE: Final = 0.95
"""Share of the face's box that has to be in the picture, as vision's ENROLMENT_GATES have it."""
NEEDED_DETECTION_SCORE: Final = 0.75
"""Of the detector, 0..1: where vision's ENROLMENT_GATES begin to be sure."""
NOTICED_DETECTION_SCORE: Final = 0.65
"""From here on another face is a face: where vision's RECOGNITION_GATES begin to be sure."""
BESIDE: Final = 0.5
"""A face of at least this part of the largest one's side stands beside it; a smaller one is background."""


class FaceRefusal(StrEnum):
    """Why a picture is refused, with what `measured` and `bound` are."""

    NOT_AN_IMAGE = "not_an_image"
    """It is no JPEG, PNG or WebP picture, or is damaged. Nothing was measured."""
    TOO_LARGE = "too_large"
    """It would take too much memory to decode: pixels."""
    NO_FACE = "no_face"
    """The detector's score of the likeliest face, 0..1; 0 without any."""
    SEVERAL_FACES = "several_faces"
    """How many faces stand side by side."""
    TOO_SMALL = "too_small"
    """Distance between the eyes, pixels."""
    CUT_OFF = "cut_off"
    """Share of the face that is in the picture, 0..1."""
    TOO_TURNED = "too_turned"
    """How far the head is turned, degrees; more than 60 is told as 60."""
    TOO_DARK = "too_dark"
    """Part of FaceQuality, 0..1: exposure."""
    TOO_BRIGHT = "too_bright"
    """Part of FaceQuality, 0..1: exposure."""
    LOW_CONTRAST = "low_contrast"
    """Part of FaceQuality, 0..1: exposure."""
    BLURRED = "blurred"
    """Part of FaceQuality, 0..1: sharpness."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, what was measured, and the bound that it had to keep; see FaceRefusal."""

    reason: FaceRefusal
    measured: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of a picture: side of its box in pixels, and the detector's score, 0..1."""

    side: float
    score: float


@dataclass(frozen=True, slots=True)
class FaceMeasures:
    """What was measured on the one face of a picture.

    `visible` is the share of its box inside the picture, `turned` how far the head is turned, in degrees,
    and `turned_bound` how far it may be. `exposure_fault` names what `quality.exposure` suffers from most.
    """

    quality: FaceQuality
    detection_score: float
    visible: float
    turned: float
    turned_bound: float
    exposure_fault: FaceRefusal


@dataclass(frozen=True, slots=True)
class Portrait:
    """Head and shoulders of the face: a JPEG without anything else that the picture showed or said.

    Sides, box and landmarks are in pixels of the portrait.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    box: Box
    landmarks: Landmarks


@dataclass(frozen=True, slots=True)
class ExaminedFace:
    """The one face of a picture, ready to be compared or enrolled.

    Box and landmarks are in pixels of the upright picture of `width` x `height`. `aligned_jpeg` is the face
    as embedders want it, 112x112. `embeddings` are by model.
    """

    width: int
    height: int
    box: Box
    landmarks: Landmarks
    detection_score: float
    quality: FaceQuality
    aligned_jpeg: bytes = field(repr=False)
    portrait: Portrait
    embeddings: Mapping[str, Embedding] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Examination:
    """What a picture came to. Accepted without a refusal, and then there is a face.

    A face that is refused for its quality is there, too: it may still be shown, and compared.
    """

    face: ExaminedFace | None
    refusal: Refusal | None = None


def subject(faces: Sequence[SeenFace]) -> int | Refusal:
    """Which face the picture is of: the largest, when no other stands beside it.

    Passers-by in the background, and what is hardly a face, do not matter.
    """
    sure = [index for index, face in enumerate(faces) if face.score >= NOTICED_DETECTION_SCORE]
    if not sure:
        likeliest = max((face.score for face in faces), default=0.0)
        return Refusal(FaceRefusal.NO_FACE, likeliest, NEEDED_DETECTION_SCORE)
    largest = max(sure, key=lambda index: faces[index].side)
    beside = sum(faces[index].side >= BESIDE * faces[largest].side for index in sure)
    if beside > 1:
        return Refusal(FaceRefusal.SEVERAL_FACES, float(beside), 1.0)
    return largest


def fault(measures: FaceMeasures) -> Refusal | None:
    """The first thing that keeps the face from being enrolled, in the order in which people can mend it."""
    quality, gates = measures.quality, CREATE_GATES
    checks = (
        (FaceRefusal.NO_FACE, measures.detection_score, NEEDED_DETECTION_SCORE),
        (FaceRefusal.TOO_SMALL, quality.inter_ocular_px, gates.inter_ocular_px),
        (FaceRefusal.CUT_OFF, measures.visible, NEEDED_VISIBLE),
    )
    for reason, measured, needed in checks:
        if measured < needed:
            return Refusal(reason, measured, needed)
    if quality.pose < gates.pose:
        return Refusal(FaceRefusal.TOO_TURNED, measures.turned, measures.turned_bound)
    if quality.exposure < gates.exposure:
        return Refusal(measures.exposure_fault, quality.exposure, gates.exposure)
    if quality.sharpness < gates.sharpness:
        return Refusal(FaceRefusal.BLURRED, quality.sharpness, gates.sharpness)
    return None
