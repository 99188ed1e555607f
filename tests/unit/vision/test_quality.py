"""Parts and reasons of quality on faces drawn for the test."""

import cv2
import numpy as np
import pytest
from footfall.v1 import face_event_pb2
from footfall_vision.alignment import ARCFACE_TEMPLATE, align
from footfall_vision.head_pose import head_angles
from footfall_vision.quality import assess, pose_part
from footfall_vision.quality_gates import ENROLMENT_GATES, RECOGNITION_GATES, QualityGates
from footfall_vision.types import Face, Image, Quality, QualityReason
from hypothesis import given
from hypothesis import strategies as st

WIDTH, HEIGHT = 640, 480


def drawn_face(*, scale: float = 1.5, at: tuple[float, float] = (200.0, 120.0)) -> tuple[Image, Face]:
    """A textured oval with eyes, nose and mouth where the template has them, and its Face."""
    landmarks = (ARCFACE_TEMPLATE * scale + at).astype(np.float32)
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    centre = (ARCFACE_TEMPLATE.mean(0) * scale + at).round().astype(int)
    axes = (round(40 * scale), round(54 * scale))
    skin = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(skin, centre.tolist(), axes, 0, 0, 360, 255, -1)
    grain = np.random.default_rng(3).normal(0, 45, (HEIGHT, WIDTH, 1)).astype(np.float32)
    light = np.linspace(-50, 50, WIDTH)[:, None] + np.linspace(-50, 50, HEIGHT)[:, None, None]
    texture = (150 + light + cv2.GaussianBlur(grain, (0, 0), 1.5)[..., None]).clip(0, 255).astype(np.uint8)
    image[skin > 0] = texture[skin > 0]
    for x, y in landmarks.round().astype(int).tolist():
        cv2.circle(image, (x, y), max(2, round(5 * scale)), (40, 40, 60), -1)
    box = np.array([*(centre - axes), 2 * axes[0], 2 * axes[1]], np.float32)
    return image, Face(box=box, landmarks=landmarks, score=0.92)


def judge(image: Image, face: Face, gates: QualityGates = RECOGNITION_GATES) -> Quality:
    return assess(image, face, align(image, face.landmarks), gates=gates)


def turned(landmarks: np.ndarray, *, sideways: float = 0.0, downwards: float = 0.0) -> np.ndarray:
    moved = landmarks.copy()
    moved[2] += (sideways, downwards)
    return moved


def test_names_and_numbers_are_those_of_the_wire() -> None:
    wire = {
        name.removeprefix("QUALITY_REASON_"): number
        for name, number in face_event_pb2.QualityReason.items()
        if number
    }
    assert {reason.name: reason.value for reason in QualityReason} == wire


def test_a_good_face_passes_both_gates() -> None:
    image, face = drawn_face()
    quality = judge(image, face)
    assert quality.reasons == ()
    assert ENROLMENT_GATES.admits(quality)
    assert quality.score == min(
        quality.size, quality.pose, quality.sharpness, quality.exposure, quality.visible, quality.certainty
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda image: cv2.GaussianBlur(image, (0, 0), 10), QualityReason.BLURRED),
        (lambda image: cv2.GaussianBlur(image, (85, 1), 14), QualityReason.BLURRED),
        (lambda image: cv2.GaussianBlur(image, (1, 85), 14), QualityReason.BLURRED),
        (lambda image: (image * 0.15).astype(np.uint8), QualityReason.TOO_DARK),
        (lambda image: np.minimum(image * 2.0, 255).astype(np.uint8), QualityReason.TOO_BRIGHT),
        (lambda image: (image * 0.1 + 110).astype(np.uint8), QualityReason.LOW_CONTRAST),
    ],
)
def test_a_spoilt_image_is_named(spoil: object, reason: QualityReason) -> None:
    image, face = drawn_face()
    assert callable(spoil)
    quality = judge(spoil(image), face)
    assert reason in quality.reasons, f"{reason.name} expected, got {quality}"


def test_a_small_face_is_small_and_not_blurred() -> None:
    image, face = drawn_face(scale=0.5)
    assert judge(image, face).reasons == (QualityReason.TOO_SMALL,)


def test_a_face_between_the_gates_may_be_compared_but_founds_no_identity() -> None:
    image, face = drawn_face(scale=0.8)
    assert judge(image, face).reasons == ()
    assert judge(image, face, ENROLMENT_GATES).reasons == (QualityReason.TOO_SMALL,)


@pytest.mark.parametrize(("sideways", "downwards"), [(40.0, 0.0), (-40.0, 0.0), (0.0, 40.0), (0.0, -40.0)])
def test_a_turned_head_is_named(sideways: float, downwards: float) -> None:
    image, face = drawn_face()
    away = Face(
        box=face.box,
        landmarks=turned(face.landmarks, sideways=sideways, downwards=downwards),
        score=face.score,
    )
    assert QualityReason.TURNED_AWAY in judge(image, away).reasons


def test_a_face_cut_by_the_edge_is_truncated() -> None:
    image, face = drawn_face(at=(-50.0, 120.0))
    quality = judge(image, face)
    assert 0 < quality.visible < 0.9
    beyond = Face(box=face.box, landmarks=face.landmarks - np.float32(40.0), score=face.score)
    assert QualityReason.TRUNCATED in judge(image, beyond).reasons


def test_a_doubtful_face_is_unsure() -> None:
    image, face = drawn_face()
    doubtful = Face(box=face.box, landmarks=face.landmarks, score=0.61)
    assert judge(image, doubtful).reasons == (QualityReason.UNSURE,)


@given(st.floats(-0.7, 0.7), st.floats(0.3, 6.0), st.floats(-200, 200), st.floats(-200, 200))
def test_pose_does_not_depend_on_roll_size_or_place(roll: float, scale: float, x: float, y: float) -> None:
    face = turned(ARCFACE_TEMPLATE, sideways=9.0, downwards=3.0)
    rotation = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    moved = (face @ rotation.T * scale + (x, y)).astype(np.float32)
    assert pose_part(moved) == pytest.approx(pose_part(face.astype(np.float32)), abs=1e-2)


@given(st.floats(0.5, 60), st.floats(0.1, 20))
def test_pose_falls_as_the_head_turns(sideways: float, further: float) -> None:
    nearer = pose_part(turned(ARCFACE_TEMPLATE, sideways=sideways).astype(np.float32))
    farther = pose_part(turned(ARCFACE_TEMPLATE, sideways=sideways + further).astype(np.float32))
    assert farther <= nearer


def test_angles_have_the_sign_of_the_turn() -> None:
    to_the_right = head_angles(turned(ARCFACE_TEMPLATE, sideways=10).astype(np.float32))
    downwards = head_angles(turned(ARCFACE_TEMPLATE, downwards=10).astype(np.float32))
    assert to_the_right is not None
    assert downwards is not None
    assert to_the_right[0] > 10
    assert downwards[1] > 10


@pytest.mark.parametrize("landmarks", [np.zeros((5, 2)), ARCFACE_TEMPLATE[[0, 1, 2, 0, 1]]])
def test_impossible_landmarks_have_no_pose(landmarks: np.ndarray) -> None:
    assert head_angles(landmarks.astype(np.float32)) is None
    assert pose_part(landmarks.astype(np.float32)) == 0


@given(
    st.integers(0, 255),
    st.floats(0.3, 6),
    st.floats(0, 1),
    st.integers(-300, 700),
    st.integers(-300, 700),
)
def test_parts_stay_between_0_and_1_whatever_comes(
    shade: int, scale: float, score: float, x: int, y: int
) -> None:
    image = np.full((HEIGHT, WIDTH, 3), shade, np.uint8)
    landmarks = (ARCFACE_TEMPLATE * scale + (x, y)).astype(np.float32)
    face = Face(box=np.array([x, y, 112 * scale, 112 * scale], np.float32), landmarks=landmarks, score=score)
    quality = judge(image, face)
    parts = [quality.size, quality.pose, quality.sharpness, quality.exposure, quality.visible]
    for part in (*parts, quality.certainty, quality.score):
        assert 0 <= part <= 1
    assert quality.reasons, "a plain area must not pass for a face"
    assert len(set(quality.reasons)) == len(quality.reasons)
