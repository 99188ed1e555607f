"""Portraits, and crops of faces that are larger than the crop."""

import cv2
import numpy as np
import pytest
from footfall_vision.alignment import ARCFACE_TEMPLATE, align
from footfall_vision.close_up import align_close_up
from footfall_vision.portrait import portrait_of, widen
from footfall_vision.types import Face, Image


def face_of(scale: float, left: float = 0.0, top: float = 0.0) -> Face:
    """A face whose eyes are 35 px apart at scale 1."""
    landmarks = (ARCFACE_TEMPLATE * scale + (left, top)).astype(np.float32)
    return Face(
        box=np.array([left + 16 * scale, top + 12 * scale, 80 * scale, 96 * scale], np.float32),
        landmarks=landmarks,
        score=0.9,
    )


def pores(side: int) -> Image:
    """A grey ramp under noise as fine as pixels."""
    ramp = np.tile(np.linspace(60, 200, side), (side, 1))
    noise = np.random.default_rng(0).normal(0, 40, (side, side))
    return np.repeat(np.clip(ramp + noise, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_a_face_as_a_camera_sees_it_is_aligned_bit_for_bit() -> None:
    image, face = pores(224), face_of(1.9)
    np.testing.assert_array_equal(align_close_up(image, face), align(image, face.landmarks))


def test_pores_of_a_close_up_do_not_become_features() -> None:
    side = 112 * 12
    image, face = pores(side), face_of(12.0)
    close_up, plain = align_close_up(image, face), align(image, face.landmarks)
    smooth = align(cv2.blur(image, (12, 12)).astype(np.uint8), face.landmarks)
    inside = np.s_[12:100, 12:100]

    def apart(crop: Image) -> float:
        return float(np.abs(crop[inside].astype(float) - smooth[inside].astype(float)).mean())

    assert apart(close_up) < apart(plain) / 3


def test_landmarks_of_a_close_up_lie_on_the_template() -> None:
    image = np.zeros((1600, 1600, 3), np.uint8)
    face = face_of(10.0, left=300, top=250)
    for x, y in face.landmarks:
        cv2.circle(image, (round(float(x)), round(float(y))), 15, (255, 255, 255), -1)
    crop = align_close_up(image, face)
    for x, y in ARCFACE_TEMPLATE:
        assert crop[round(y), round(x)].min() > 200


def test_a_widened_box_stays_inside_the_picture() -> None:
    assert widen(np.array([-20.0, -20.0, 50.0, 50.0]), 1.6, 640, 360) == (0, 0, 45, 50)
    left, top, right, bottom = widen(np.array([900.0, 900.0, 5.0, 5.0]), 1.6, 640, 360)
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 360


@pytest.mark.parametrize("scale", [0.5, 4.0])
def test_points_move_with_the_portrait(scale: float) -> None:
    image = np.zeros((800, 800, 3), np.uint8)
    face = face_of(scale, left=200, top=150)
    x, y = (round(float(value)) for value in face.landmarks[2])
    cv2.circle(image, (x, y), 4, (255, 255, 255), -1)
    portrait = portrait_of(image, face, max_side=320)
    assert max(portrait.image.shape[:2]) <= 320
    [[nose_x, nose_y]] = portrait.moved(np.array([[x, y]], np.float32))
    assert portrait.image[round(float(nose_y)), round(float(nose_x))].min() > 200
