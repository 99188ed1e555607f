"""Renders the demo's play and its empty scene as H.264, once per script and set of pictures.

Both files are encoded alike, begin with a key frame, have one every second and no B-frames: a camera can
pass their packets through and change from one to the other at any frame.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from footfall_vision.model_packages import file_sha256
from footfall_vision.model_pull import write_atomically
from numpy.typing import NDArray

from footfall_local.demo_shop.interior import Frame, Interior, draw_interior
from footfall_local.demo_shop.portraits import CutOut, Pixels, cut_out, load_outlines
from footfall_local.demo_shop.script import FPS, HEIGHT, SCRIPT_VERSION, WIDTH, Pose, Script
from footfall_local.demo_shop.truth import truth_of

RenderProgress = Callable[[int, int], None]
"""Called with (frames drawn, frames in all)."""

EMPTY_SCENE_S = 4
_KEY_LENGTH = 16
_ENCODER_OPTIONS = {
    "preset": "veryfast",
    "crf": "20",
    # One slice and a fixed thread count give the same bytes on every machine.
    "x264-params": f"keyint={FPS}:min-keyint={FPS}:scenecut=0:bframes=0:repeat-headers=1:threads=2:slices=1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFiles:
    """What the camera plays, and what the people in it are judged by."""

    play: Path
    empty: Path
    truth: Path


def render_demo(
    script: Script,
    pictures: Mapping[str, Path],
    cache: Path,
    *,
    progress: RenderProgress | None = None,
) -> DemoFiles:
    """Returns the rendered files in `cache`, rendering them only when this very play is not there yet.

    The key covers the script, its version, the outlines and the pictures' digests. Files appear under their
    names only when they are complete, the truth last.
    """
    key = _render_key(script, pictures)
    files = DemoFiles(
        play=cache / f"demo-{key}.mp4",
        empty=cache / f"demo-{key}-empty.mp4",
        truth=cache / f"demo-{key}.json",
    )
    if all(path.is_file() for path in (files.play, files.empty, files.truth)):
        return files
    cache.mkdir(parents=True, exist_ok=True)
    interior = draw_interior()
    outlines = load_outlines()
    used = sorted({stay.portrait for stay in script.stays})
    cut_outs = {name: cut_out(name, outlines[name], pictures) for name in used}
    encode(files.empty, (interior.scene for _ in range(EMPTY_SCENE_S * FPS)), fps=FPS)
    encode(files.play, _frames(script, interior, cut_outs, progress), fps=FPS)
    write_atomically(files.truth, truth_of(script).to_json().encode())
    return files


def draw_frame(script: Script, interior: Interior, cut_outs: Mapping[str, CutOut], at_s: float) -> Frame:
    """The picture at a time of the play: people between the back wall and the counter."""
    frame = interior.scene.copy()
    for stay, pose in script.on_stage(at_s):
        _place(frame, cut_outs[stay.portrait], pose)
    frame[interior.foreground] = interior.scene[interior.foreground]
    return frame


def encode(path: Path, frames: Iterable[NDArray[np.uint8]], *, fps: int) -> None:
    """Writes BGR frames of one size as H.264 in MP4. The file appears only when it is complete."""
    # A name of its own: whoever renders the same film at the same time writes another file.
    scratch = path.with_suffix(f".{os.getpid()}.part")
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(scratch.unlink, missing_ok=True)
        _write_film(scratch, frames, fps)
        scratch.replace(path)


def _write_film(path: Path, frames: Iterable[NDArray[np.uint8]], fps: int) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = None
        for index, pixels in enumerate(frames):
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options=dict(_ENCODER_OPTIONS))
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.time_base = Fraction(1, fps)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts = index
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def _frames(
    script: Script, interior: Interior, cut_outs: Mapping[str, CutOut], progress: RenderProgress | None
) -> Iterator[Frame]:
    for index in range(script.frame_count):
        yield draw_frame(script, interior, cut_outs, index / FPS)
        if progress is not None:
            progress(index + 1, script.frame_count)


def _place(frame: Frame, person: CutOut, pose: Pose) -> None:
    """Blends a person into the frame with the face's centre at the pose, to a fraction of a pixel."""
    scale = person.scale * pose.scale
    height, width = person.opacity.shape
    left, top = pose.x - person.anchor[0] * scale, pose.y - person.anchor[1] * scale
    x0, y0 = max(0, int(left) - 1), max(0, int(top) - 1)
    x1, y1 = min(WIDTH, int(left + width * scale) + 2), min(HEIGHT, int(top + height * scale) + 2)
    if x0 >= x1 or y0 >= y1:
        return
    warp = np.array([[scale, 0.0, left - x0], [0.0, scale, top - y0]])
    size = (x1 - x0, y1 - y0)
    opacity: Pixels = cv2.warpAffine(person.opacity, warp, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    colour: Pixels = cv2.warpAffine(person.colour, warp, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    under = frame[y0:y1, x0:x1]
    blended = under * (1.0 - opacity[..., None]) + colour
    frame[y0:y1, x0:x1] = np.clip(blended + 0.5, 0, 255).astype(np.uint8)


def _render_key(script: Script, pictures: Mapping[str, Path]) -> str:
    outlines = load_outlines()
    parts = {
        "version": SCRIPT_VERSION,
        "script": repr(script),
        "encoder": _ENCODER_OPTIONS,
        "outlines": {key: [o.picture, o.face, o.silhouette.tolist()] for key, o in outlines.items()},
        "pictures": {name: file_sha256(path) for name, path in sorted(pictures.items())},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_KEY_LENGTH]
