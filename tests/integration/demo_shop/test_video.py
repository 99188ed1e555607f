"""The demo's video from the pinned pictures: pulled by hash, drawn, encoded so that a camera can send it."""

import os
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from footfall_local.demo_shop.clip import load_clip
from footfall_local.demo_shop.interior import COUNTER_TOP, draw_interior
from footfall_local.demo_shop.pictures import PICTURES, pull_pictures
from footfall_local.demo_shop.portraits import PortraitError, cut_out, load_outlines
from footfall_local.demo_shop.script import DEMO_SCRIPT, FPS, HEIGHT, WIDTH, Script, Stay, face_box
from footfall_local.demo_shop.truth import Truth, truth_of
from footfall_local.demo_shop.video import draw_frame, render_demo

SHORT = Script(
    stays=(
        Stay(
            person="astronaut",
            portrait="astronaut",
            begin_s=0.5,
            end_s=2.5,
            come_x=300.0,
            stand_x=480.0,
            go_x=660.0,
        ),
    ),
    groups=(),
    duration_s=3.0,
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages that the machine has already, or a folder of this run."""
    models = os.environ.get("FOOTFALL_MODELS_DIR")
    return Path(models).parent / "packages" if models else tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="module")
def pictures(packages: Path) -> Mapping[str, Path]:
    return pull_pictures(packages)


def test_the_pinned_pictures_are_had_and_kept(pictures: Mapping[str, Path], packages: Path) -> None:
    assert set(pictures) == {picture.name for picture in PICTURES}

    def refuse(*_: object) -> None:
        pytest.fail("a kept picture was fetched again")

    assert pull_pictures(packages, run=refuse) == pictures


def test_a_play_is_rendered_once_and_complete(pictures: Mapping[str, Path], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    files = render_demo(SHORT, pictures, tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (SHORT.frame_count, SHORT.frame_count)
    assert Truth.load(files.truth) == truth_of(SHORT)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert render_demo(SHORT, pictures, tmp_path) == files
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before, "it was rendered again"
    files.truth.unlink()
    assert render_demo(SHORT, pictures, tmp_path) == files
    assert files.truth.is_file(), "what is missing is made again"
    assert not list(tmp_path.glob("*.part"))


def test_the_encoding_lets_a_camera_send_it(pictures: Mapping[str, Path], tmp_path: Path) -> None:
    files = render_demo(SHORT, pictures, tmp_path)
    play, empty = load_clip(files.play), load_clip(files.empty)
    assert play.track.parameter_sets == empty.track.parameter_sets, "one decoder reads both"
    assert [i for i, frame in enumerate(play.frames) if frame.is_key] == list(
        range(0, SHORT.frame_count, FPS)
    )
    with av.open(str(files.play)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.pix_fmt) == (WIDTH, HEIGHT, "yuv420p")
        times = [(packet.pts, packet.dts) for packet in container.demux(stream) if packet.size]
    assert all(pts == dts for pts, dts in times), "there are B-frames"


def test_the_person_is_drawn_where_the_script_says(pictures: Mapping[str, Path]) -> None:
    interior = draw_interior()
    cut_outs = {"astronaut": cut_out("astronaut", load_outlines()["astronaut"], pictures)}
    at_s = 1.5
    frame = draw_frame(SHORT, interior, cut_outs, at_s)
    changed = np.abs(frame.astype(np.int16) - interior.scene).max(axis=2) > 12
    box = face_box(SHORT.on_stage(at_s)[0][1])
    face = changed[int(box.y) : int(box.y + box.h), int(box.x + 8) : int(box.x + box.w - 8)]
    assert face.mean() > 0.95, "the face is not where the script has it"
    assert not changed[COUNTER_TOP:].any(), "the counter stands in front"
    assert not changed[:, : int(box.x - 2 * box.w)].any(), "nothing else changes"
    assert np.array_equal(draw_frame(SHORT, interior, cut_outs, at_s), frame), "the same frame every time"
    assert np.array_equal(draw_frame(SHORT, interior, cut_outs, 0.0), interior.scene)


def test_every_portrait_of_the_play_can_be_cut_out(pictures: Mapping[str, Path]) -> None:
    outlines = load_outlines()
    for key in {stay.portrait for stay in DEMO_SCRIPT.stays}:
        person = cut_out(key, outlines[key], pictures)
        assert person.opacity.shape == person.colour.shape[:2]
        x, y = (int(part) for part in person.anchor)
        assert person.opacity[y, x] > 0.99, f"{key}: the face lies outside the outline"


def test_a_missing_picture_is_named() -> None:
    with pytest.raises(PortraitError, match=r"portrait astronaut: the picture astronaut\.png cannot be read"):
        cut_out("astronaut", load_outlines()["astronaut"], {})
