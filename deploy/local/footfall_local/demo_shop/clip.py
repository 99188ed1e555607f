"""An encoded clip in memory: what a camera needs to send it on without encoding anything."""

from dataclasses import dataclass
from pathlib import Path

import av
from aio_rtsp_toolkit.server_media import MediaSourceLoader as _Loader
from aio_rtsp_toolkit.server_media import MediaTrackInfo, extract_nalus


@dataclass(frozen=True, slots=True)
class CodedFrame:
    """One picture as H.264 NAL units."""

    nal_units: tuple[bytes, ...]
    is_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The frames of a file, all equally long, and the track's description for clients."""

    frames: tuple[CodedFrame, ...]
    fps: float
    track: MediaTrackInfo

    @property
    def duration_s(self) -> float:
        return len(self.frames) / self.fps


class ClipError(Exception):
    """A file cannot be sent as a live camera's picture."""


def load_clip(path: Path) -> Clip:
    """Reads a video file. Raises ClipError when it is no H.264 that begins with a key frame."""
    try:
        track = _Loader("clip").load(path).tracks[0]
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            fps = float(stream.average_rate or 0)
            frames = tuple(
                CodedFrame(
                    tuple(extract_nalus(track.codec_name, bytes(packet), track.nal_length_size)),
                    bool(packet.is_keyframe),
                )
                for packet in container.demux(stream)
                if packet.size
            )
    except (OSError, IndexError, av.FFmpegError) as error:
        raise ClipError(f"{path.name} cannot be read as video: {error}") from error
    if track.media_type != "video" or track.codec_name.lower() != "h264" or fps <= 0:
        raise ClipError(f"{path.name} is not H.264 video with a frame rate")
    if not frames or not frames[0].is_key:
        raise ClipError(f"{path.name} does not begin with a key frame")
    return Clip(frames=frames, fps=fps, track=track)
