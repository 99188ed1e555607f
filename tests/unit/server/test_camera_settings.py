"""Camera settings: what is stored is what was said, and the stricter policy counts."""

import json
from itertools import product

import pytest
from footfall_server.domain.camera_settings import CameraSettings, EntryLine, ImagePolicy, Point
from hypothesis import given
from hypothesis import strategies as st

parts = st.floats(0, 1, width=32)
points: st.SearchStrategy[Point] = st.tuples(parts, parts)
settings_of_cameras = st.builds(
    CameraSettings,
    detect_width=st.just(0) | st.integers(160, 3840),
    masks=st.lists(st.lists(points, min_size=3, max_size=5).map(tuple), max_size=3).map(tuple),
    entry_line=st.none() | st.builds(EntryLine, points, points),
    image_policy=st.sampled_from(ImagePolicy),
    idle_fps=st.floats(0, 30, width=32),
    anonymous=st.booleans(),
)


@given(settings_of_cameras)
def test_settings_survive_being_stored(settings: CameraSettings) -> None:
    assert CameraSettings.from_plain(json.loads(json.dumps(settings.as_plain()))) == settings


def test_what_nobody_said_takes_no_room() -> None:
    assert CameraSettings().as_plain() == {}


@pytest.mark.parametrize(("own", "ceiling"), [*product(ImagePolicy, ImagePolicy)])
def test_no_camera_lets_out_more_than_its_site(own: ImagePolicy, ceiling: ImagePolicy) -> None:
    strictness = ["none", "crops", "frames"]
    effective = CameraSettings(image_policy=own).within(ceiling, recognises=True)
    expected = min(strictness.index(own), strictness.index(ceiling))
    assert strictness.index(effective.image_policy) == expected
    assert effective.face_pictures is effective.image_policy


@pytest.mark.parametrize(("anonymous", "recognises"), [*product([False, True], [False, True])])
def test_nobody_is_recognised_when_the_camera_or_its_site_says_so(
    *, anonymous: bool, recognises: bool
) -> None:
    own = CameraSettings(image_policy=ImagePolicy.FRAMES, anonymous=anonymous)
    effective = own.within(ImagePolicy.FRAMES, recognises=recognises)
    assert effective.anonymous == (anonymous or not recognises)
    assert (effective.face_pictures is ImagePolicy.NONE) == effective.anonymous
    assert effective.image_policy is ImagePolicy.FRAMES, "the picture may be looked at, to set the camera up"
