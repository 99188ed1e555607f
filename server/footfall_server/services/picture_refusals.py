"""Why a face picture is not taken, in words that people can act on."""

from collections.abc import Mapping
from uuid import UUID

from footfall_server.domain.face_examination import FaceRefusal, Refusal
from footfall_server.domain.staff import MOST_FACES_EACH
from footfall_server.errors import ErrorKind, FootfallError

_REASONS: Mapping[FaceRefusal, tuple[str, str]] = {
    FaceRefusal.NOT_AN_IMAGE: (
        "PICTURE_UNREADABLE",
        "this is no JPEG, PNG or WebP picture, or it is damaged",
    ),
    FaceRefusal.TOO_LARGE: ("PICTURE_TOO_LARGE", "the picture has too many pixels; send a smaller one"),
    FaceRefusal.NO_FACE: ("NO_FACE", "no face was found in the picture"),
    FaceRefusal.SEVERAL_FACES: ("SEVERAL_FACES", "the picture shows more than one face; crop it to one"),
    FaceRefusal.TOO_SMALL: ("FACE_TOO_SMALL", "the face is too small; come closer, or send a larger picture"),
    FaceRefusal.CUT_OFF: ("FACE_CUT_OFF", "the edge of the picture cuts the face"),
    FaceRefusal.TOO_TURNED: ("FACE_TOO_TURNED", "the head is turned too far; look towards the camera"),
    FaceRefusal.TOO_DARK: ("FACE_TOO_DARK", "the face is too dark"),
    FaceRefusal.TOO_BRIGHT: ("FACE_TOO_BRIGHT", "the face is too bright"),
    FaceRefusal.LOW_CONTRAST: ("FACE_LOW_CONTRAST", "the face has hardly any contrast"),
    FaceRefusal.BLURRED: ("FACE_BLURRED", "the face is not sharp"),
}


def refused(refusal: Refusal | None) -> FootfallError:
    """INVALID_ARGUMENT with the reason, and what was measured and needed where something was.

    None is an examination without a face that does not say why: there was none.
    """
    refusal = refusal or Refusal(FaceRefusal.NO_FACE)
    reason, message = _REASONS[refusal.reason]
    measures = {"measured": refusal.measured, "needed": refusal.bound}
    metadata = {name: f"{value:.3f}" for name, value in measures.items() if value is not None}
    return FootfallError(ErrorKind.INVALID_ARGUMENT, reason, message, metadata=metadata)


def looks_like_other_staff(staff_id: UUID | None, *, score: float, threshold: float) -> FootfallError:
    """FAILED_PRECONDITION; without the id for a caller who does not reach the other one."""
    metadata = {"score": f"{score:.3f}", "threshold": f"{threshold:.3f}"}
    if staff_id is not None:
        metadata["staff_id"] = str(staff_id)
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "LOOKS_LIKE_OTHER_STAFF",
        "another staff member is known by a face like this one",
        metadata=metadata,
    )


def duplicate(face_id: UUID) -> FootfallError:
    """ALREADY_EXISTS."""
    return FootfallError(
        ErrorKind.ALREADY_EXISTS,
        "DUPLICATE_FACE",
        "the person is enrolled with this picture already; another one tells more",
        metadata={"face_id": str(face_id)},
    )


def too_many_faces() -> FootfallError:
    """FAILED_PRECONDITION."""
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "TOO_MANY_FACES",
        f"a person has at most {MOST_FACES_EACH} enrolled faces; delete one first",
        metadata={"most": str(MOST_FACES_EACH)},
    )


def has_left(staff_id: UUID) -> FootfallError:
    """FAILED_PRECONDITION."""
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "STAFF_LEFT",
        f"the staff member {staff_id} left and is not to be recognised; change leave_time first",
        metadata={"staff_id": str(staff_id)},
    )
