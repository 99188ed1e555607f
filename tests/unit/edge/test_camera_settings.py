"""What may be set for one camera, and that nothing of it is lost on disk."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.edge_samples import CAMERA_ID
from footfall.v1 import camera_settings_pb2, ingest_service_pb2
from footfall_edge.camera_health import CameraSpec, DesiredCameras
from footfall_edge.camera_settings import CameraSettings, EntryLine, ImagePolicy, from_plain, to_plain
from footfall_edge.convert import from_desired_cameras
from footfall_edge.desired_cache import CachedCameras, DesiredCache
from hypothesis import given
from hypothesis import strategies as st

TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))
SHARE = st.floats(0, 1)
POINT = st.tuples(SHARE, SHARE)

SETTINGS = st.builds(
    CameraSettings,
    detect_width=st.none() | st.integers(160, 3840),
    masks=st.lists(st.lists(POINT, min_size=3, max_size=6).map(tuple), max_size=4).map(tuple),
    entry_line=st.none()
    | st.lists(POINT, min_size=2, max_size=2, unique=True).map(
        lambda ends: EntryLine(start=ends[0], end=ends[1])
    ),
    images=st.sampled_from(ImagePolicy),
    idle_fps=st.none() | st.floats(0.1, 30),
    anonymous=st.booleans(),
)


@given(SETTINGS)
def test_settings_survive_the_disk(settings: CameraSettings) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(settings)))) == settings


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: CameraSettings(detect_width=100), "detect_width must be 160 to 3840"),
        (lambda: CameraSettings(idle_fps=31), "idle_fps must be above 0 and at most 30"),
        (lambda: CameraSettings(idle_fps=math.nan), "idle_fps"),
        (lambda: CameraSettings(masks=(TRIANGLE[:2],)), "3 to 32 corners, not 2"),
        (lambda: CameraSettings(masks=(TRIANGLE,) * 17), "at most 16 masks"),
        (lambda: CameraSettings(masks=(((0.0, 0.0), (1.2, 0.0), (0.5, 1.0)),)), "outside the picture"),
        (lambda: EntryLine(start=(0.0, math.nan), end=(1.0, 1.0)), "outside the picture"),
        (lambda: EntryLine(start=(0.5, 0.5), end=(0.5, 0.5)), "must have a length"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_site_that_starts_without_the_core_has_its_masks(tmp_path: Path) -> None:
    settings = CameraSettings(masks=(TRIANGLE,), images=ImagePolicy.NONE, idle_fps=3.0)
    spec = CameraSpec(camera_id=CAMERA_ID, source_url="usb:0", display_name="Door", settings=settings)
    DesiredCache(tmp_path / "desired.json").save(
        CachedCameras(desired=DesiredCameras(revision=7, cameras=(spec,)))
    )
    loaded = DesiredCache(tmp_path / "desired.json").load()
    assert loaded is not None
    assert loaded.desired.cameras == (spec,)


def test_a_cache_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "desired.json"
    camera = {"camera_id": CAMERA_ID, "source_url": "usb:0", "display_name": "Door"}
    path.write_text(json.dumps({"revision": 3, "cameras": [camera]}))
    loaded = DesiredCache(path).load()
    assert loaded is not None
    assert loaded.desired.cameras[0].settings == CameraSettings()


def _wanted(settings: camera_settings_pb2.CameraSettings | None) -> CameraSettings:
    camera = ingest_service_pb2.CameraSpec(
        camera_id=CAMERA_ID, source_url="usb:0", display_name="Door", settings=settings
    )
    message = ingest_service_pb2.DesiredCameras(revision=1, cameras=[camera])
    return from_desired_cameras(message).cameras[0].settings


def test_the_core_says_how_to_look() -> None:
    point = camera_settings_pb2.RelativePoint
    settings = _wanted(
        camera_settings_pb2.CameraSettings(
            detect_width=320,
            masks=[camera_settings_pb2.Polygon(corners=[point(x=x, y=y) for x, y in TRIANGLE])],
            entry_line=camera_settings_pb2.EntryLine(start=point(x=0, y=0.5), end=point(x=1, y=0.5)),
            image_policy=camera_settings_pb2.IMAGE_POLICY_NONE,
            idle_fps=2,
            anonymous=True,
        )
    )
    assert settings == CameraSettings(
        detect_width=320,
        masks=(TRIANGLE,),
        entry_line=EntryLine(start=(0.0, 0.5), end=(1.0, 0.5)),
        images=ImagePolicy.NONE,
        idle_fps=2.0,
        anonymous=True,
    )


def test_what_the_core_leaves_open_is_the_workers_own_setting() -> None:
    assert _wanted(None) == CameraSettings()
    assert _wanted(camera_settings_pb2.CameraSettings()) == CameraSettings()


def test_settings_of_an_earlier_version_are_read() -> None:
    plain = to_plain(CameraSettings(detect_width=640))
    del plain["anonymous"]
    assert from_plain(plain) == CameraSettings(detect_width=640)


@pytest.mark.parametrize("policy", list(ImagePolicy))
def test_where_nobody_is_recognised_no_face_leaves_the_shop(policy: ImagePolicy) -> None:
    assert CameraSettings(images=policy).face_pictures is policy
    assert CameraSettings(images=policy, anonymous=True).face_pictures is ImagePolicy.NONE


def test_a_policy_that_this_worker_does_not_know_keeps_pictures_in_the_shop() -> None:
    message = camera_settings_pb2.CameraSettings.FromString(b"\x20\x63")  # field 4, value 99
    assert _wanted(message).images is ImagePolicy.NONE
