"""Files that people bring: what is read, what is refused, and before what."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from footfall_vision.errors import ImageError
from footfall_vision.picture_file import PictureKind, TooManyPixelsError, decode_picture, read_header
from hypothesis import given
from hypothesis import strategies as st

WIDE = np.zeros((40, 90, 3), np.uint8)
WIDE[:, :45] = (0, 0, 255)


def encoded(suffix: str, options: list[int] | None = None) -> bytes:
    return cv2.imencode(suffix, WIDE, options or [])[1].tobytes()


FILES = {
    "jpeg": encoded(".jpg"),
    "progressive": encoded(".jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
    "png": encoded(".png"),
    "lossy webp": encoded(".webp", [cv2.IMWRITE_WEBP_QUALITY, 80]),
    "lossless webp": encoded(".webp", [cv2.IMWRITE_WEBP_QUALITY, 101]),
}


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that says only this."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims these sides."""
    chunks = []
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ):
        chunks.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("name", FILES)
def test_each_format_is_read(name: str) -> None:
    header = read_header(FILES[name])
    assert (header.width, header.height) == (90, 40)
    assert header.kind is PictureKind(name.rsplit(maxsplit=1)[-1].replace("progressive", "jpeg"))
    picture = decode_picture(FILES[name])
    assert picture.shape == (40, 90, 3)
    assert picture[20, 10, 2] > 200
    assert picture[20, 80, 2] < 50


def test_an_extended_webp_says_its_canvas() -> None:
    plain = FILES["lossy webp"]
    extended = (
        b"VP8X" + struct.pack("<I", 10) + bytes(4) + (89).to_bytes(3, "little") + (39).to_bytes(3, "little")
    )
    content = b"WEBP" + extended + plain[12:]
    picture = b"RIFF" + struct.pack("<I", len(content)) + content
    assert (read_header(picture).width, read_header(picture).height) == (90, 40)
    assert decode_picture(picture).shape == (40, 90, 3)


def test_a_picture_is_turned_upright() -> None:
    """6: the camera was held turned; the first row of the file is the right side of the picture."""
    picture = decode_picture(with_orientation(FILES["jpeg"], 6))
    assert picture.shape == (90, 40, 3)
    assert picture[10, 20, 2] > 200, "what was left is on top"
    assert decode_picture(with_orientation(FILES["jpeg"], 1)).shape == (40, 90, 3)


def test_a_bomb_is_refused_by_what_it_says() -> None:
    bomb = png_that_says(30_000, 30_000)
    assert len(bomb) < 200
    with pytest.raises(TooManyPixelsError, match="900000000") as caught:
        decode_picture(bomb)
    assert (caught.value.pixels, caught.value.bound) == (900_000_000, 50_000_000)
    with pytest.raises(TooManyPixelsError):
        decode_picture(FILES["jpeg"], max_pixels=90 * 40 - 1)


def test_a_jpeg_of_very_many_passes_is_refused() -> None:
    jpeg = FILES["progressive"]
    scan = jpeg.rindex(b"\xff\xda")
    with pytest.raises(ImageError, match="passes"):
        decode_picture(jpeg[:-2] + jpeg[scan:-2] * 200 + jpeg[-2:])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"staff,picture\n", id="text"),
        pytest.param(b"GIF89a" + bytes(50), id="gif"),
        pytest.param(b"\0\0\0\x18ftypheic" + bytes(50), id="heic"),
        pytest.param(b"\xff\xd8\xff", id="start of a jpeg"),
        pytest.param(b"\xff\xd8\xff\xe0\0\0" * 5, id="jpeg segment without length"),
        pytest.param(FILES["png"][:20], id="start of a png"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(30), id="png without header"),
        pytest.param(png_that_says(0, 5), id="png without pixels"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP9 " + bytes(30), id="webp of another kind"),
        pytest.param(FILES["lossy webp"][:60], id="start of a webp"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError):
        decode_picture(content)


@given(name=st.sampled_from(sorted(FILES)), at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_damaged_file_is_a_picture_or_refused(name: str, at: int, byte: int) -> None:
    content = bytearray(FILES[name])
    content[at % len(content)] = byte
    try:
        picture = decode_picture(bytes(content), max_pixels=100_000)
    except ImageError:
        return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
