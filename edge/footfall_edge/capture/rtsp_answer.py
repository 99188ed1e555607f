"""RTSP answers (RFC 2326, section 7) and the media that a description (SDP, RFC 4566) offers."""

import re
from dataclasses import dataclass

_STATUS = re.compile(rb"RTSP/\d\.\d (\d{3})[ \r]")
_MOST_BYTES = 256 * 1024
_VIDEO_BY_NUMBER = {"26": "JPEG", "31": "H261", "32": "MPV", "33": "MP2T", "34": "H263"}
"""Static payload types of RFC 3551."""
DECODABLE = frozenset(
    {
        "AV1",
        "H261",
        "H263",
        "H263-1998",
        "H263-2000",
        "H264",
        "H265",
        "HEVC",
        "JPEG",
        "MP2T",
        "MP4V-ES",
        "MPV",
    }
    | {"VP8", "VP9"}
)
_NAME = re.compile(r"[A-Za-z0-9.+_-]{1,24}")


class BadAnswerError(Exception):
    """What came is no answer of RTSP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. headers: name in lower case, value, in the order in which they came. size: in bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    size: int

    def all_of(self, name: str) -> list[str]:
        """The values of each header of that name, in lower case."""
        return [value for one, value in self.headers if one == name]


def parse_answer(data: bytes) -> Answer | None:
    """The answer that data begins with; None while it is not all there. Raises BadAnswerError."""
    if len(data) > _MOST_BYTES:
        raise BadAnswerError
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.split(b"\r\n")
    matched = _STATUS.match(first + b"\r")
    if matched is None:
        raise BadAnswerError
    headers = tuple(
        (name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
        for name, _, value in (line.partition(b":") for line in lines)
    )
    length = next((value for name, value in headers if name == "content-length"), "0")
    if not length.isascii() or not length.isdigit():
        raise BadAnswerError
    if len(rest) < int(length):
        return None
    body = rest[: int(length)]
    size = len(head) + 4 + len(body)
    return Answer(int(matched[1]), headers, body.decode("utf-8", "replace"), size)


def video_control(sdp: str) -> str:
    """Where the first video stream is asked for (a=control), as it is written; empty when it is not said."""
    _, _, video = sdp.replace("\r", "").partition("\nm=video ")
    section = video.partition("\nm=")[0]
    found = [line for line in section.split("\n") if line.startswith("a=control:")]
    return found[0].partition(":")[2].strip() if found else ""


def offered_video(sdp: str) -> list[str]:
    """The codecs of a description's video streams, in upper case; "?" for one that is not named."""
    found: list[str] = []
    numbers: list[str] = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            fields = line[2:].split()
            is_video = fields[:1] == ["video"]
            numbers = fields[3:4] if is_video else []
            if is_video:
                found.append(_VIDEO_BY_NUMBER.get((numbers or ["?"])[0], "?"))
        elif numbers and line.startswith(f"a=rtpmap:{numbers[0]} "):
            name = line.partition(" ")[2].partition("/")[0].strip().upper()
            found[-1] = name if _NAME.fullmatch(name) else "?"
    return found
