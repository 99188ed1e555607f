"""Addresses of cameras: read, and shown without their passwords."""

import pytest
from footfall_edge.camera_source import (
    FileSource,
    RtspSource,
    SourceError,
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
    "url", ["", "usb:", "usb:x", "usb:1000", "file:", "http://x/y", "rtsp://", "rtsp:///x"]
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
