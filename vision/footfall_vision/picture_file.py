"""Picture files from people: what they are is read off their first bytes before a pixel is made of them.

A file of a few kilobytes can unfold to gigabytes of pixels, or to minutes of decoding; such files are
refused by what they say of themselves, before a decoder sees them.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from footfall_vision.errors import ImageError
from footfall_vision.types import Image

MOST_PIXELS: Final = 50_000_000
"""A phone's camera of 48 megapixels, and no more: 150 MB when decoded."""
_MOST_SCANS: Final = 100
"""Passes over the whole picture that a progressive JPEG may make (usual are ten; a thumbnail has its own)."""

_JPEG_START: Final = b"\xff\xd8\xff"
_JPEG_SCAN: Final = b"\xff\xda"
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_MARKER: Final = 0xFF
# Start of frame, in each way of coding: ITU-T T.81, table B.1.
_FRAME_MARKERS: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_STANDALONE_MARKERS: Final = frozenset({0x01, *range(0xD0, 0xD9)})


class PictureKind(StrEnum):
    """The formats that are read."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


class TooManyPixelsError(ImageError):
    """The picture would take too much memory or time to decode."""

    def __init__(self, pixels: int, bound: int) -> None:
        super().__init__(f"the picture has {pixels} pixels, more than {bound}")
        self.pixels = pixels
        self.bound = bound


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a file says of itself; sides in pixels as stored, before it is turned upright."""

    kind: PictureKind
    width: int
    height: int


def read_header(content: bytes) -> PictureHeader:
    """The header of a JPEG, PNG or WebP file. Raises ImageError for anything else."""
    try:
        if content.startswith(_JPEG_START):
            header = _jpeg(content)
        elif content.startswith(_PNG_START):
            header = _png(content)
        elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            header = _webp(content)
        else:
            raise ImageError("the file is no JPEG, PNG or WebP picture")
    except (struct.error, IndexError):
        raise ImageError("the picture's header is cut off") from None
    if not header.width or not header.height:
        raise ImageError("the picture has no pixels")
    return header


def decode_picture(content: bytes, *, max_pixels: int = MOST_PIXELS) -> Image:
    """The picture upright, as its EXIF orientation says: uint8 [h, w, 3] BGR.

    Transparency, colour profiles and further images of an animation are dropped. Raises TooManyPixelsError,
    and ImageError for a file that is no JPEG, PNG or WebP picture or is damaged.
    """
    header = read_header(content)
    if header.width * header.height > max_pixels:
        raise TooManyPixelsError(header.width * header.height, max_pixels)
    if header.kind is PictureKind.JPEG and content.count(_JPEG_SCAN) > _MOST_SCANS:
        raise ImageError("the picture is coded in too many passes")
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise ImageError("the picture is damaged")
    return np.asarray(decoded, dtype=np.uint8)


def _jpeg(content: bytes) -> PictureHeader:
    at = 2
    while True:
        if content[at] != _MARKER:
            raise ImageError("the picture's header is damaged")
        marker = content[at + 1]
        if marker == _MARKER:  # fill byte
            at += 1
        elif marker in _STANDALONE_MARKERS:
            at += 2
        elif marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return PictureHeader(PictureKind.JPEG, width, height)
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            at += 2 + length


def _png(content: bytes) -> PictureHeader:
    if content[12:16] != b"IHDR":
        raise ImageError("the picture's header is damaged")
    width, height = struct.unpack_from(">II", content, 16)
    return PictureHeader(PictureKind.PNG, width, height)


def _webp(content: bytes) -> PictureHeader:
    """After RFC 9649, sections 2.5 to 2.7."""
    match content[12:16]:
        case b"VP8X":
            width = int.from_bytes(content[24:27], "little") + 1
            height = int.from_bytes(content[27:30], "little") + 1
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
        case _:
            raise ImageError("the picture's header is damaged")
    return PictureHeader(PictureKind.WEBP, width, height)
