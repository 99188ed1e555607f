"""Where a camera's frames come from: the grammar of Camera.source_url."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

_SYNTHETIC = re.compile(r"synthetic:(?:(\d{2,4})x(\d{2,4}))?(?:@(\d{1,2}))?")
_USB = re.compile(r"usb:(\d{1,3})")
_SMALLEST_SIDE, _FASTEST = 64, 60
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*(?:@[^/\s@]*)*@")


class SourceError(ValueError):
    """The address of a camera's source cannot be understood. The text never holds its password."""


@dataclass(frozen=True, slots=True)
class RtspSource:
    """A camera on the network. url may hold its password: log redact(url) and never the url."""

    url: str

    def __repr__(self) -> str:
        """Show the source without its password, wherever it may be printed."""
        return f"RtspSource({redact(self.url)!r})"


@dataclass(frozen=True, slots=True)
class UsbSource:
    """A camera on this machine; index counts as the operating system does."""

    index: int


@dataclass(frozen=True, slots=True)
class FileSource:
    """A recorded video, played once and at its own speed."""

    path: str


@dataclass(frozen=True, slots=True)
class SyntheticSource:
    """A moving test picture without anybody in it, made by the worker itself. Sizes in pixels."""

    width: int = 640
    height: int = 360
    frames_per_second: int = 15


CameraSource = RtspSource | UsbSource | FileSource | SyntheticSource


def parse_source(url: str) -> CameraSource:
    """Read rtsp://…, rtsps://…, usb:N, file:PATH or synthetic:[WIDTHxHEIGHT][@FPS].

    Raises SourceError when it is none of them.
    """
    if matched := _USB.fullmatch(url):
        return UsbSource(int(matched[1]))
    if url.startswith("synthetic:"):
        return _parse_synthetic(url)
    if url.startswith("file:"):
        path = url.removeprefix("file:")
        # file:///srv/a.mp4 is the URL of RFC 8089 for what file:/srv/a.mp4 says shorter.
        path = path.removeprefix("//") if path.startswith("///") else path
        if not path:
            raise SourceError("file: must be followed by a path")
        return FileSource(path)
    if url.startswith(("rtsp://", "rtsps://")):
        try:
            host = urlsplit(url).hostname
        except ValueError:
            host = None
        if not host:
            raise SourceError("rtsp:// must be followed by a host")
        return RtspSource(url)
    raise SourceError("a camera's source must be rtsp://, rtsps://, usb:N, file:PATH or synthetic:")


def _parse_synthetic(url: str) -> SyntheticSource:
    matched = _SYNTHETIC.fullmatch(url)
    if matched is None:
        raise SourceError("a test picture must be synthetic: or synthetic:WIDTHxHEIGHT@FPS")
    width, height, rate = (int(text) if text else None for text in matched.groups())
    plain = SyntheticSource()
    source = SyntheticSource(
        width=width or plain.width,
        height=height or plain.height,
        frames_per_second=plain.frames_per_second if rate is None else rate,
    )
    if min(source.width, source.height) < _SMALLEST_SIDE or not 1 <= source.frames_per_second <= _FASTEST:
        raise SourceError(f"a test picture must be {_SMALLEST_SIDE} pixels or more, at 1 to {_FASTEST} fps")
    return source


def redact(url: str) -> str:
    """The address as it may be logged and shown: its password, and any query, replaced by ***."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
        shown = urlunsplit(parts._replace(query="***" if parts.query else "", fragment=""))
    except ValueError:
        shown = url.split("?", 1)[0]
    return _CREDENTIALS.sub("***@", shown)
