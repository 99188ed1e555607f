"""A scripted film with truth through the real models: each person is told once, and a poster never.

`make accuracy-edge` is the long form, with more people, more acts and faster frames.
"""

import pytest
from edge_film.heads import Head, heads_of_pictures
from edge_film.judge import play
from edge_film.script import draw_script
from edge_film.stage import Stage
from footfall_edge.face_vision import ModelVision
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.model_store import ModelStore

FPS = 5


@pytest.fixture(scope="module")
def heads(models: ModelStore) -> list[Head]:
    pictures = pull_pictures(models.directory.parent / "packages")
    return heads_of_pictures(sorted(pictures.values()), FaceAnalyzer.load(models), count=12)


@pytest.fixture(scope="module")
def vision(models: ModelStore) -> ModelVision:
    return ModelVision.load(
        models_dir=models.directory, detect_width=640, detection_threshold=0.6, gender=False
    )


@pytest.mark.parametrize("act", ["crossing", "pillar", "group", "back"])
def test_each_person_is_told_once_and_the_poster_never(
    act: str, heads: list[Head], vision: ModelVision
) -> None:
    script = draw_script(11, people=len(heads), acts=[act])
    verdict, faults = play(script, Stage(script, heads), vision, FPS)
    assert (verdict.events, verdict.missed, verdict.doubled) == (len(script.visits), [], []), faults
    assert (verdict.mixed, verdict.posters, verdict.phantoms) == (0, 0, 0), faults
