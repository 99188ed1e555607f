"""Addresses of cameras: read, and shown without their passwords."""

import protovalidate
import pytest
from fakes.edge_samples import CAMERA_ID
from footfall.v1 import camera_service_pb2
from footfall_edge.camera_source import (
    FileSource,
    RtspSource,
    SourceError,
    SyntheticSource,
    UsbSource,
    parse_source,
    redact,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("usb:0", UsbSource(0)),
        ("usb:12", UsbSource(12)),
        ("synthetic:", SyntheticSource(640, 360, 15)),
        ("synthetic:1280x720", SyntheticSource(1280, 720, 15)),
        ("synthetic:320x180@5", SyntheticSource(320, 180, 5)),
        ("synthetic:@30", SyntheticSource(640, 360, 30)),
        ("file:/srv/door.mp4", FileSource("/srv/door.mp4")),
        ("file:///srv/door.mp4", FileSource("/srv/door.mp4")),
        ("file:clips/door.mp4", FileSource("clips/door.mp4")),
        ("rtsp://10.0.0.7/live", RtspSource("rtsp://10.0.0.7/live")),
        ("rtsps://u:p@cam.example:322/live?x=1", RtspSource("rtsps://u:p@cam.example:322/live?x=1")),
    ],
)
def test_every_kind_of_source_is_read(url: str, source: object) -> None:
    assert parse_source(url) == source


@pytest.mark.parametrize(
    "url",
    [
        *("", "usb:", "usb:x", "usb:1000", "file:", "http://x/y", "rtsp://", "rtsp:///x", "synthetic"),
        *("synthetic:big", "synthetic:20x20", "synthetic:@0", "synthetic:@99", "synthetic:640x360@"),
    ],
)
def test_nonsense_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(SourceError, match=r"must|followed"):
        parse_source(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:hunter2@10.0.0.7:554/live", "rtsp://***@10.0.0.7:554/live"),
        ("rtsp://admin:p@ss@10.0.0.7/live", "rtsp://***@10.0.0.7/live"),
        ("rtsp://10.0.0.7/live?user=a&password=b", "rtsp://10.0.0.7/live?***"),
        ("rtsp://10.0.0.7/live", "rtsp://10.0.0.7/live"),
        ("usb:0", "usb:0"),
        ("file:/srv/door.mp4", "file:/srv/door.mp4"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert redact(url) == shown


@given(
    st.text(
        alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/@?#"), min_size=4
    )
)
def test_no_password_survives(password: str) -> None:
    marked = f"S3{password}3S"
    assert marked not in redact(f"rtsp://admin:{marked}@camera.example/live")
    assert marked not in redact(f"rtsp://camera.example/live?pwd={marked}")


def test_a_source_does_not_show_its_password_in_a_traceback() -> None:
    assert "hunter2" not in repr(RtspSource("rtsp://admin:hunter2@10.0.0.7/live"))


SAMPLES = (
    *("usb:0", "usb:x", "usb:1000", "rtsp://10.0.0.7/live", "rtsps://u:p@cam.example:322/live?x=1"),
    *("rtsp://", "http://x/y", "file:/srv/door.mp4", "file:", "synthetic:", "synthetic:1280x720"),
    *("synthetic:320x180@5", "synthetic:@30", "synthetic", "synthetic:big", "synthetic:640x360@"),
)


@pytest.mark.parametrize("url", SAMPLES)
def test_the_core_takes_what_a_worker_can_read(url: str) -> None:
    camera = camera_service_pb2.Camera(site_id=CAMERA_ID, display_name="Door", source_url=url)
    violations = protovalidate.Validator().collect_violations(camera)
    try:
        parse_source(url)
    except SourceError:
        assert violations
    else:
        assert not violations
