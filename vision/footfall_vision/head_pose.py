"""Where a head looks, estimated from five landmarks."""

import math
from typing import Final

import numpy as np

from footfall_vision.types import Floats

# Nose tip before the plane of the eyes, in half distances of the eyes (mean adult head).
_NOSE_DEPTH: Final = 1.15
# Nose between eyes (0) and mouth (1) in a frontal face, and how far it moves per tangent of the pitch.
_FRONTAL_NOSE: Final = 0.555
_PITCH_GAIN: Final = 0.45


def head_angles(landmarks: Floats) -> tuple[float, float] | None:
    """Yaw and pitch in degrees, estimated from five landmarks [5, 2]; None for an impossible face.

    A weak-perspective model: the nose tip stands before the plane of eyes and mouth, so a turn moves
    it sideways (yaw) or along the line from eyes to mouth (pitch). Roll does not count: alignment
    undoes it. Positive yaw moves the nose to the right of the picture, positive pitch downwards.
    """
    points = landmarks.astype(np.float64)
    between_eyes = points[1] - points[0]
    distance = math.hypot(*between_eyes)
    if distance < 1.0:
        return None
    across = between_eyes / distance
    down = np.array([-across[1], across[0]])
    eyes, mouth = points[:2].mean(0), points[3:].mean(0)
    face_height = float((mouth - eyes) @ down)
    if face_height < distance / 4:
        return None
    sideways = float((points[2] - eyes) @ across) / (distance / 2)
    downwards = float((points[2] - eyes) @ down) / face_height
    yaw = math.degrees(math.atan(sideways / _NOSE_DEPTH))
    pitch = math.degrees(math.atan((downwards - _FRONTAL_NOSE) / _PITCH_GAIN))
    return yaw, pitch
