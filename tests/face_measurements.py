"""What the models say of the demo pictures, in figures that hold no face: the golden file and its maker.

Of the vectors only the cosines between pictures are kept; no template of anybody can be had from them.
`python tests/face_measurements.py` writes the golden file anew after a deliberate change of a model.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.types import EmbeddedFace, Image

GOLDEN = Path(__file__).parent / "integration" / "vision" / "golden_faces.json"


def measure(analyzer: FaceAnalyzer, pictures: Mapping[str, Image]) -> dict[str, Any]:
    """Faces of each picture from left to right, and the cosines of all pairs in that order."""
    found = {name: _from_left(analyzer.analyze(picture)) for name, picture in pictures.items()}
    vectors = np.array([face.embedding for faces in found.values() for face in faces])
    upper = np.triu_indices(len(vectors), k=1)
    return {
        "detector": analyzer.detector.model_id,
        "embedder": analyzer.embedder.model_id,
        "pictures": {name: [_figures(face) for face in faces] for name, faces in found.items()},
        "cosines": [round(float(cosine), 4) for cosine in (vectors @ vectors.T)[upper]],
    }


def _from_left(faces: list[EmbeddedFace]) -> list[EmbeddedFace]:
    return sorted(faces, key=lambda face: float(face.face.box[0]))


def _figures(embedded: EmbeddedFace) -> dict[str, Any]:
    quality = embedded.quality
    assert embedded.female_probability is not None
    return {
        "box": [round(float(value), 2) for value in embedded.face.box],
        "landmarks": [[round(float(x), 2), round(float(y), 2)] for x, y in embedded.face.landmarks],
        "score": round(embedded.face.score, 4),
        "size": round(quality.size, 3),
        "pose": round(quality.pose, 3),
        "sharpness": round(quality.sharpness, 3),
        "exposure": round(quality.exposure, 3),
        "reasons": [reason.name for reason in quality.reasons],
        "female_probability": round(embedded.female_probability, 3),
    }


def _write() -> None:
    from footfall_vision.model_store import ModelStore  # noqa: PLC0415 (only when run as a script)
    from model_fixtures import read_group_pictures  # noqa: PLC0415

    store = ModelStore()
    pictures = read_group_pictures(store.directory.absolute().parent / "packages")
    content = json.dumps(measure(FaceAnalyzer.load(store, with_gender=True), pictures), indent=1)
    GOLDEN.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
