"""What one camera costs the edge: milliseconds per frame on one thread, beside OpenCV in the same run.

    python tests/bench/bench_edge.py [--rounds N] [--plot FILE] [--cameras 4] [--minutes 1] [--cores 1]
                                     [--plot-cameras FILE]

Scenes of one and of six faces are cut from pinned pictures, at 640x360 and 1280x720. For each,
what `footfall-edge run` does per frame is timed as it runs in production: detection, tracking,
alignment and quality of every face, and embedding of the shots that improve their tracks (FaceAnalyst,
fed with frames at the default 10 per second of a scene in which people sway, so that few shots need
embedding and each track is told early, as in a shop). Beside it, interleaved in the same rounds so
that a busy machine hits all alike: detection alone on onnxruntime as shipped, cv2.FaceDetectorYN with
the same network and threshold, and, where its model loads, detection and cv2.FaceRecognizerSF for
every face of the frame.

The last line is one JSON object. Headline keys, medians over rounds:
  ms_per_frame_640x360, ms_per_frame_1280x720   whole path, scene of one face; faces are searched in the
                                                full picture (at 1280x720 the default DETECT_WIDTH of 640
                                                would search a quarter of it; that is the key
                                                ms_per_frame_1280x720_detect_width_640)
  ratio_to_opencv                               cv2.FaceDetectorYN's ms / ours, detection alone, 640x360,
                                                six faces: above 1 means that ours is faster
  ratio_to_opencv_recognition                   cv2.FaceDetectorYN's and cv2.FaceRecognizerSF's ms for every
                                                frame / our whole path's, one face, 640x360; null where the
                                                recogniser does not load; goal 3
  cpu_*                                         the same in processor time, which a machine that is busy
                                                with other things does not blow up
  cameras, cpu_cores, delay_ms, ...   so many cameras of 1280x720 on so many cores (--cores; held to them on
                                      Linux), all of it: reading, decoding, looking at 5 frames a second of
                                      each (tests/bench/edge_cameras)
  delay_ms, delay_p95_ms              from the camera to the end of the analysis
  delay_growth_ms                     the last third's median less the first's
  cpu_used                            cores, of all processes
  memory_mb_per_hour                  the slope over the second half (a long run: --minutes 30)
--plot-cameras draws cost and delay against 1, 2, 4, 6 and 8 cameras.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from edge_cameras import measure_apart
from edge_cameras.plot import plot as plot_cameras
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_vision import ModelVision
from footfall_edge.frame import Frame
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.model_cards import DEFAULT_DETECTOR
from footfall_vision.model_store import ModelState, ModelStore
from footfall_vision.types import Image

SIZES = ((640, 360), (1280, 720))
FRAMES = 30
FRAMES_OF_SLOW = 6
FPS = 10.0
THRESHOLD = 0.6
FACES_BY_SCENE = {"1_face": 1, "6_faces": 6}
NARROW = 640
"""The default DETECT_WIDTH."""
OPENCV_RECOGNISER = "sface-2021dec-128"


def portraits(pictures: Mapping[str, Path], detector: FaceDetector) -> list[Image]:
    """Six heads of different pictures with what is around them, each cut from a picture: uint8 [h, w, 3]."""
    heads: list[Image] = []
    for name in ("obama.jpg", "biden.jpg", "astronaut.png", "sample3.jpg", "sample6.jpg", "obama3.jpg"):
        image = cv2.imread(str(pictures[name]))
        if image is None:
            raise SystemExit(f"{pictures[name]} cannot be read")
        picture = np.asarray(image, dtype=np.uint8)
        found = detector.detect(picture, max_side=960)
        left, top, width, height = (float(value) for value in max(found, key=lambda one: one.box[2]).box)
        x0, y0 = max(int(left - width * 0.4), 0), max(int(top - height * 0.4), 0)
        heads.append(picture[y0 : int(top + height * 1.4), x0 : int(left + width * 1.4)].copy())
    return heads


def scene(heads: Sequence[Image], width: int, height: int, count: int, index: int) -> Image:
    """One frame: heads side by side over a plain wall, each swaying a little."""
    frame = np.full((height, width, 3), (188, 196, 202), dtype=np.uint8)
    frame[int(height * 0.7) :] = (110, 128, 140)
    cell = width // max(count, 1)
    for place in range(count):
        head = heads[place % len(heads)]
        factor = min(height * 0.55 / head.shape[0], cell * 0.9 / head.shape[1])
        small = cv2.resize(head, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        sway = np.sin(index / 6 + place)
        x = round(cell * (place + 0.5) - small.shape[1] / 2 + sway * cell * 0.03)
        y = round(height * 0.15 + sway * height * 0.02)
        frame[y : y + small.shape[0], x : x + small.shape[1]] = small
    return frame


class Spent(NamedTuple):
    """Mean milliseconds per frame: by the clock, and of processor time in all threads."""

    wall: float
    cpu: float


def timed(run: Callable[[Image], object], frames: Sequence[Image]) -> Spent:
    """Run over all frames."""
    began, cpu_began = time.perf_counter(), time.process_time()
    for frame in frames:
        run(frame)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    return Spent(wall / len(frames) * 1000, cpu / len(frames) * 1000)


def whole_path(vision: ModelVision, frames: Sequence[Image]) -> Spent:
    """Mean milliseconds per frame of a fresh camera's FaceAnalyst."""
    analyst = FaceAnalyst(camera_id="bench", vision=vision)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    count = 0

    def observe(image: Image) -> None:
        nonlocal count
        at = count / FPS
        count += 1
        analyst.observe(Frame(image=image, at=at, captured_at=began + timedelta(seconds=at)))

    return timed(observe, frames)


def opencv_detector(model: Path, width: int, height: int) -> Any:
    """cv2.FaceDetectorYN with the weights that we ship, at our threshold."""
    return cv2.FaceDetectorYN.create(str(model), "", (width, height), THRESHOLD, 0.3, 5000)


def opencv_recogniser(store: ModelStore) -> Any | None:
    """cv2.FaceRecognizerSF, when its model was pulled and this OpenCV loads it; else None."""
    if store.state(OPENCV_RECOGNISER) is not ModelState.READY:
        return None
    try:
        recogniser = cv2.FaceRecognizerSF.create(str(store.path(OPENCV_RECOGNISER)), "")
        recogniser.feature(np.zeros((112, 112, 3), dtype=np.uint8))
    except cv2.error:
        return None
    return recogniser


def opencv_path(detector: Any, recogniser: Any, image: Image) -> None:
    """Detect, and embed every face of the frame: OpenCV keeps no tracks."""
    _, found = detector.detect(image)
    for row in found if found is not None else ():
        recogniser.feature(recogniser.alignCrop(image, row))


def contenders(store: ModelStore, heads: Sequence[Image]) -> dict[str, Callable[[], Spent]]:
    """What is timed, by name; each returns its mean milliseconds per frame."""
    detector = FaceDetector.load(store, score_threshold=THRESHOLD)
    embedder = FaceEmbedder.load(store)
    full, narrow = load_vision(store, detect_width=0), load_vision(store, detect_width=NARROW)
    recogniser = opencv_recogniser(store)
    runs: dict[str, Callable[[], Spent]] = {}
    for width, height in SIZES:
        rival = opencv_detector(store.path(DEFAULT_DETECTOR), width, height)
        for name, count in FACES_BY_SCENE.items():
            frames = [scene(heads, width, height, count, index) for index in range(FRAMES)]
            found = statistics.median(len(detector.detect(frame)) for frame in frames)
            if found != count:
                raise SystemExit(f"{width}x{height}: {count} faces were drawn, {found:.0f} are found")
            key = f"{width}x{height}_{name}"
            runs[f"pipeline_{key}"] = partial(whole_path, full, frames)
            runs[f"detect_{key}"] = partial(timed, detector.detect, frames)
            runs[f"opencv_detect_{key}"] = partial(timed, rival.detect, frames)
            if width > NARROW:
                runs[f"pipeline_{key}_detect_width_{NARROW}"] = partial(whole_path, narrow, frames)
            if recogniser is not None:
                both = partial(opencv_path, rival, recogniser)
                runs[f"opencv_detect_and_recognise_{key}"] = partial(timed, both, frames[:FRAMES_OF_SLOW])
    crop = np.asarray(cv2.resize(heads[0], (112, 112)), dtype=np.uint8)[None]
    runs["embed_face"] = partial(timed, embedder.embed, [crop] * FRAMES)
    return runs


def load_vision(store: ModelStore, *, detect_width: int) -> ModelVision:
    """The models as the worker loads them."""
    return ModelVision.load(
        models_dir=store.directory, detect_width=detect_width, detection_threshold=THRESHOLD, gender=False
    )


def measure(runs: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, Spent]:
    """Median milliseconds per frame over the rounds; all contenders run in every round."""
    timings: dict[str, list[Spent]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            spent = run()
            if number:  # the first round warms caches up
                timings[name].append(spent)
        sys.stderr.write(f"round {number} of {rounds}\n")
    return {name: Spent(*map(statistics.median, zip(*spent, strict=True))) for name, spent in timings.items()}


def report(spent: Mapping[str, Spent], rounds: int) -> dict[str, Any]:
    """The JSON object of the last line."""
    medians = {name: one.wall for name, one in spent.items()}
    cpu = {name: one.cpu for name, one in spent.items()}
    rival, ours = medians["opencv_detect_640x360_6_faces"], medians["detect_640x360_6_faces"]
    key, ours_of_one = "opencv_detect_and_recognise_640x360_1_face", "pipeline_640x360_1_face"
    recognition = round(medians[key] / medians[ours_of_one], 2) if key in medians else None
    cpu_recognition = round(cpu[key] / cpu[ours_of_one], 2) if key in cpu else None
    wide_rival, wide_ours = medians["opencv_detect_1280x720_6_faces"], medians["detect_1280x720_6_faces"]
    return {
        "ms_per_frame_640x360": round(medians["pipeline_640x360_1_face"], 2),
        "ms_per_frame_1280x720": round(medians["pipeline_1280x720_1_face"], 2),
        "ratio_to_opencv": round(rival / ours, 2),
        "ratio_to_opencv_1280x720": round(wide_rival / wide_ours, 2),
        f"ms_per_frame_1280x720_detect_width_{NARROW}": round(
            medians[f"pipeline_1280x720_1_face_detect_width_{NARROW}"], 2
        ),
        "cpu_ms_per_frame_640x360": round(cpu["pipeline_640x360_1_face"], 2),
        "cpu_ms_per_frame_1280x720": round(cpu["pipeline_1280x720_1_face"], 2),
        "ratio_to_opencv_recognition": recognition,
        "cpu_ratio_to_opencv_recognition": cpu_recognition,
        "cpu_ratio_to_opencv": round(cpu["opencv_detect_640x360_6_faces"] / cpu["detect_640x360_6_faces"], 2),
        "threads": 1,
        "rounds": rounds,
        "frames_per_round": FRAMES,
        "opencv_version": cv2.__version__,
        "onnxruntime_version": version("onnxruntime"),
        "medians_ms": {name: round(value, 2) for name, value in medians.items()},
        "cpu_medians_ms": {name: round(value, 2) for name, value in cpu.items()},
    }


def plot(spent: Mapping[str, Spent], path: Path) -> None:
    """Bars of the whole path and of detection alone, beside OpenCV's."""
    import matplotlib as mpl  # noqa: PLC0415 (slow to load, and only wanted for the picture)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 (as above)

    scenes = [f"{width}x{height}_{name}" for width, height in SIZES for name in FACES_BY_SCENE]
    bars = {
        "cv2.FaceDetectorYN (detection alone)": "opencv_detect_",
        "Footfall, detection alone": "detect_",
        "Footfall, whole path": "pipeline_",
    }
    figure, axes = plt.subplots(figsize=(9, 4.2))
    for index, (label, prefix) in enumerate(bars.items()):
        places = [place + (index - 1) * 0.27 for place in range(len(scenes))]
        drawn = axes.bar(places, [spent[prefix + key].wall for key in scenes], width=0.26, label=label)
        axes.bar_label(drawn, fmt="%.1f", fontsize=8)
    axes.set_xticks(range(len(scenes)), [key.replace("_", " ") for key in scenes])
    axes.set_ylabel("ms per frame, one thread (less is better)")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def main() -> None:
    """Measure, draw when asked to, and print one JSON line."""
    parser = argparse.ArgumentParser(description="Edge cost per frame on one thread, beside OpenCV")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all contenders (default 5)")
    parser.add_argument("--models-dir", type=Path, default=None, help="default: as `footfall models pull`")
    parser.add_argument("--plot", type=Path, help="also draw the medians into this PNG")
    parser.add_argument("--cameras", type=int, default=4, help="streams read at once; 0 leaves them out")
    parser.add_argument("--cores", type=int, default=1, help="that all cameras may use")
    parser.add_argument("--minutes", type=float, default=1.0, help="that the cameras are read for")
    parser.add_argument("--plot-cameras", type=Path, help="also draw cost against the number of cameras")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    store = ModelStore(arguments.models_dir)
    packages = store.directory.parent / "packages"
    heads = portraits(pull_pictures(packages), FaceDetector.load(store, score_threshold=THRESHOLD))
    spent = measure(contenders(store, heads), arguments.rounds)
    if arguments.plot:
        plot(spent, arguments.plot)
    told = report(spent, arguments.rounds)
    read = partial(measure_apart, cores=arguments.cores, models_dir=store.directory)
    if arguments.cameras:
        told |= read(cameras=arguments.cameras, seconds=arguments.minutes * 60)
    if arguments.plot_cameras:
        told["by_cameras"] = [read(cameras=count, seconds=30.0) for count in (1, 2, 4, 6, 8)]
        plot_cameras(told["by_cameras"], arguments.plot_cameras)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
