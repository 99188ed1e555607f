"""What lies in a mask is nobody's business."""

import cv2
import numpy as np
from fakes.edge_samples import face
from footfall_edge.camera_settings import ImagePolicy, Polygon
from footfall_edge.frame_mask import FrameMask
from footfall_edge.pictures import PictureTaker
from footfall_vision.jpeg import encode_aligned

LEFT: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
TOP: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
IMAGE = np.full((360, 640, 3), 200, dtype=np.uint8)


def test_a_face_belongs_to_where_its_middle_is() -> None:
    mask = FrameMask([LEFT])
    assert mask.hides(face(x=200, size=90), IMAGE)
    assert not mask.hides(face(x=300, size=90), IMAGE), "its middle is at 345 of 640"
    assert not FrameMask([]).hides(face(), IMAGE)


def test_masks_that_overlap_cover_all_of_both_and_leave_the_frame_alone() -> None:
    covered = FrameMask([LEFT, TOP]).cover(IMAGE)
    assert not covered[:, :320].any()
    assert not covered[:180].any()
    assert (covered[182:, 322:] == 200).all()
    assert (IMAGE == 200).all()


def test_no_mask_costs_no_copy() -> None:
    assert FrameMask([]).cover(IMAGE) is IMAGE


def test_a_picture_shows_nothing_of_a_mask() -> None:

    for policy in (ImagePolicy.CROPS, ImagePolicy.FRAMES):
        jpeg = PictureTaker(policy=policy, mask=FrameMask([LEFT])).take(IMAGE, face(x=300))
        shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown[:, :10].max() < 20
        assert shown[:, -10:].min() > 180


def test_an_aligned_crop_always_has_room_in_an_event() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    assert 0 < len(encode_aligned(noise)) <= 32 * 1024
    larger = np.random.default_rng(1).integers(0, 256, (240, 240, 3), dtype=np.uint8)
    assert 0 < len(encode_aligned(larger)) <= 32 * 1024, "a coarser file where the best has no room"
    assert encode_aligned(np.random.default_rng(1).integers(0, 256, (900, 900, 3), dtype=np.uint8)) == b""
