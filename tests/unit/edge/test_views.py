"""What a camera shows leaves the shop only as it may."""

import cv2
import numpy as np
import pytest
from fakes.edge_samples import CAMERA_ID, NOON, face, quality
from footfall_edge.frame import Frame
from footfall_edge.view_pictures import (
    PREVIEW_MAX_BYTES,
    SNAPSHOT_MAX_BYTES,
    Picture,
    take_preview,
    take_snapshot,
)
from footfall_edge.views import SeenFace, View, ViewBoard
from footfall_vision.types import Image


def view(image: Image) -> View:
    return View(Frame(image=image, at=1.0, captured_at=NOON), (SeenFace(face(), quality()),))


def grey(height: int, width: int) -> Image:
    return np.full((height, width, 3), 128, dtype=np.uint8)


def decoded(picture: Picture | None) -> Image:
    assert picture is not None
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, dtype=np.uint8)


def test_the_board_has_the_newest_view_until_the_camera_is_let_go() -> None:
    board = ViewBoard()
    assert board.newest(CAMERA_ID) is None
    first, second = view(grey(4, 4)), view(grey(4, 4))
    board.show(CAMERA_ID, first)
    board.show(CAMERA_ID, second)
    assert board.newest(CAMERA_ID) is second
    board.show(CAMERA_ID, None)
    board.show(CAMERA_ID, None)
    assert board.newest(CAMERA_ID) is None


def test_a_snapshot_is_the_frame_without_what_is_masked() -> None:
    left_half = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    shown = view(grey(90, 160))
    image = decoded(take_snapshot(shown, [left_half]))
    assert image.shape == (90, 160, 3)
    assert image[:, :72].max() < 20
    assert image[:, 88:].min() > 100
    assert shown.frame.image.min() == 128, "the frame itself is not changed: it is still looked at"
    preview = decoded(take_preview(shown, [left_half], max_width=80))
    assert preview[:, :36].max() < 20


@pytest.mark.parametrize(("max_width", "expected"), [(320, (180, 320)), (1280, (360, 640))])
def test_a_preview_is_as_wide_as_asked_for_and_never_enlarged(
    max_width: int, expected: tuple[int, int]
) -> None:
    picture = take_preview(view(grey(360, 640)), [], max_width=max_width)
    assert decoded(picture).shape[:2] == expected
    assert picture is not None
    assert picture.scale == pytest.approx(expected[1] / 640)


def test_noise_is_made_small_enough() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1440, 2560, 3), dtype=np.uint8)
    snapshot, preview = take_snapshot(view(noise), []), take_preview(view(noise), [], max_width=2560)
    assert snapshot is not None
    assert len(snapshot.jpeg) <= SNAPSHOT_MAX_BYTES
    assert preview is not None
    assert len(preview.jpeg) <= PREVIEW_MAX_BYTES
    assert decoded(preview).shape[1] == round(2560 * preview.scale)


def test_a_picture_of_nothing_is_none() -> None:
    assert take_snapshot(view(grey(4, 4)), []) is None
