"""Measure, and print one JSON line."""

import argparse
import json
import logging
import sys
from pathlib import Path

import structlog
from bench_edge import THRESHOLD, load_vision, portraits, scene
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_vision.detector import FaceDetector
from footfall_vision.model_store import ModelStore

from edge_cameras.measure import HEIGHT, WIDTH, measure

DETECT_WIDTH = 640


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--models-dir", type=Path, required=True)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    store = ModelStore(options.models_dir)
    pictures = pull_pictures(store.directory.parent / "packages")
    heads = portraits(pictures, FaceDetector.load(store, score_threshold=THRESHOLD))
    found = measure(
        vision=load_vision(store, detect_width=DETECT_WIDTH),
        scene=lambda index: scene(heads, WIDTH, HEIGHT, 1, index),
        cameras=options.cameras,
        cores=options.cores,
        seconds=options.seconds,
    )
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
