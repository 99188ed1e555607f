"""The similarity that brings a face onto the template."""

import math

import cv2
import numpy as np
import pytest
from footfall_vision.alignment import ARCFACE_TEMPLATE, align, similarity_transform
from footfall_vision.errors import ImageError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

coordinates = st.floats(-1e4, 1e4, allow_nan=False)
point_sets = hnp.arrays(np.float64, (5, 2), elements=coordinates).filter(
    lambda points: float(np.ptp(points, axis=0).max()) > 1.0
)


def transformed(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


@given(
    points=point_sets,
    angle=st.floats(-math.pi, math.pi),
    scale=st.floats(0.05, 20),
    shift=st.tuples(coordinates, coordinates),
)
def test_recovers_any_similarity(
    points: np.ndarray, angle: float, scale: float, shift: tuple[float, float]
) -> None:
    rotation = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    target = points @ rotation.T + shift
    found = similarity_transform(points, target)
    tolerance = 1e-6 * max(1.0, float(np.abs(target).max()), float(np.abs(points).max()) * scale)
    np.testing.assert_allclose(transformed(points, found), target, atol=tolerance)


@given(source=point_sets, target=point_sets)
def test_is_a_rotation_with_one_scale_and_never_mirrors(source: np.ndarray, target: np.ndarray) -> None:
    linear = similarity_transform(source, target)[:, :2]
    scale = math.hypot(linear[0, 0], linear[1, 0])
    np.testing.assert_allclose(linear @ linear.T, scale**2 * np.eye(2), atol=1e-9 * max(1.0, scale**2))
    assert np.linalg.det(linear) >= 0, "a mirrored face would be another face"


@given(source=point_sets, target=point_sets, nudge=hnp.arrays(np.float64, 4, elements=st.floats(-0.1, 0.1)))
def test_no_neighbouring_similarity_fits_better(
    source: np.ndarray, target: np.ndarray, nudge: np.ndarray
) -> None:
    best = similarity_transform(source, target)
    other = best + np.array([[nudge[0], -nudge[1], nudge[2]], [nudge[1], nudge[0], nudge[3]]])

    def misfit(matrix: np.ndarray) -> float:
        return float(((transformed(source, matrix) - target) ** 2).sum())

    assert misfit(best) <= misfit(other) * (1 + 1e-9) + 1e-6


def test_agrees_with_umeyamas_singular_value_form() -> None:
    rng = np.random.default_rng(7)
    source = rng.normal(size=(5, 2)) * 30 + 100
    centred, wanted = source - source.mean(0), ARCFACE_TEMPLATE - ARCFACE_TEMPLATE.mean(0)
    left, singular, right = np.linalg.svd(wanted.T @ centred / 5)
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right))])
    linear = (singular * signs).sum() / ((centred**2).sum() / 5) * left @ np.diag(signs) @ right
    np.testing.assert_allclose(similarity_transform(source, ARCFACE_TEMPLATE)[:, :2], linear, atol=1e-12)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (np.full((5, 2), 3.0), "coincide"),
        (np.full((5, 2), np.nan), "finite"),
        (np.zeros((4, 2)), "equal"),
        (np.zeros((5, 3)), "equal"),
    ],
)
def test_says_what_is_wrong_with_the_points(source: np.ndarray, complaint: str) -> None:
    with pytest.raises(ImageError, match=complaint):
        similarity_transform(source, ARCFACE_TEMPLATE)


def test_a_crop_has_the_landmarks_on_the_template() -> None:
    landmarks = ARCFACE_TEMPLATE * 2.5 + (140, 90)
    image = np.zeros((480, 640, 3), np.uint8)
    for x, y in landmarks:
        cv2.circle(image, (round(x), round(y)), 6, (255, 255, 255), -1)
    crop = align(image, landmarks)
    assert crop.shape == (112, 112, 3)
    assert crop.dtype == np.uint8
    for x, y in ARCFACE_TEMPLATE:
        assert crop[round(y), round(x)].min() > 200, f"no landmark at {x},{y} of the crop"


def test_refuses_what_is_no_image() -> None:
    with pytest.raises(ImageError, match=r"height, width, 3"):
        align(np.zeros((10, 10), np.uint8), ARCFACE_TEMPLATE)
