"""Whether the edge tells each person once: a scripted film with truth, through the real models and analyst.

    python tests/bench/accuracy_edge.py [--faces FOLDER] [--seeds N] [--fps 5 15]

The film (tests/edge_film) is made from the heads of real pictures on moving paths: people who cross, hide
each other and go behind a pillar, groups, somebody who runs by, who turns the back, who stands at a till;
and a poster on the wall. Each seed writes another script with other people. --faces names a folder with
labels.csv (file, identity); without it the demo's pictures are taken, which are few people.

The last line is one JSON object, and keys are those of each rate: events_per_visit (goal .98 to 1.05), mixed
(events whose shots show two people: 0), posters (events that tell the poster: 0), missed, doubled, phantoms.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import structlog
from edge_film.heads import Head, heads_of_folder, heads_of_pictures
from edge_film.judge import Verdict, play
from edge_film.script import draw_script
from edge_film.stage import Stage
from footfall_edge.face_vision import ModelVision
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.model_store import ModelStore

PEOPLE = 25
LOWEST, HIGHEST = 0.98, 1.05


def film_heads(faces: Path | None, store: ModelStore, seed: int) -> list[Head]:
    """The people of a film."""
    analyzer = FaceAnalyzer.load(store)
    if faces is not None:
        return heads_of_folder(faces, analyzer, PEOPLE, seed)
    pictures = pull_pictures(store.directory.parent / "packages")
    return heads_of_pictures(sorted(pictures.values()), analyzer, PEOPLE)


def report(verdicts: dict[float, Verdict], seeds: int) -> dict[str, Any]:
    """The JSON object of the last line."""
    told: dict[str, Any] = {"seeds": seeds}
    for fps, verdict in verdicts.items():
        told[f"fps_{fps:g}"] = {
            "visits": verdict.visits,
            "events_per_visit": round(verdict.events_per_visit, 4),
            "mixed": verdict.mixed,
            "posters": verdict.posters,
            "missed": len(verdict.missed),
            "doubled": len(verdict.doubled),
            "phantoms": verdict.phantoms,
            "splits": verdict.splits,
        }
    told["good"] = all(
        LOWEST <= verdict.events_per_visit <= HIGHEST and not verdict.mixed and not verdict.posters
        for verdict in verdicts.values()
    )
    return told


def main() -> None:
    """Play, judge, and print one JSON line."""
    parser = argparse.ArgumentParser(description="Whether the edge tells each person once")
    parser.add_argument("--faces", type=Path, help="folder of pictures with labels.csv (default: the demo's)")
    parser.add_argument("--seeds", type=int, default=3, help="films (default 3)")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--fps", type=float, nargs="+", default=[5.0, 15.0])
    parser.add_argument("--acts", nargs="+", default=[], help="only these acts")
    parser.add_argument("--detect-width", type=int, default=640)
    parser.add_argument("--models-dir", type=Path, default=None, help="default: as `footfall models pull`")
    parser.add_argument("--picture", type=Path, help="also write a frame of the first film into this PNG")
    parser.add_argument("--at", type=float, default=5.0, help="second of that frame")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
    cv2.setNumThreads(1)
    store = ModelStore(arguments.models_dir)
    vision = ModelVision.load(
        models_dir=store.directory,
        detect_width=arguments.detect_width,
        detection_threshold=0.6,
        gender=False,
    )
    verdicts: dict[float, Verdict] = {}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        heads = film_heads(arguments.faces, store, seed)
        script = draw_script(seed, people=len(heads), acts=arguments.acts)
        if arguments.picture and seed == arguments.first_seed:
            cv2.imwrite(str(arguments.picture), Stage(script, heads).frame(arguments.at))
        for fps in arguments.fps:
            verdict, faults = play(script, Stage(script, heads), vision, fps)
            verdicts[fps] = verdicts[fps] + verdict if fps in verdicts else verdict
            for fault in faults:
                sys.stderr.write(f"seed {seed}, {fps:g} fps: {fault}\n")
    sys.stdout.write(json.dumps(report(verdicts, arguments.seeds)) + "\n")


if __name__ == "__main__":
    main()
