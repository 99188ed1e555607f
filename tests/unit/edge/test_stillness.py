"""Pictures of faces are told from people by what moves."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.edge_samples import NOON, face
from footfall_edge.still_place_file import StillPlaceFile
from footfall_edge.still_places import StillPlaces
from footfall_edge.stillness import Life, Stillness
from footfall_vision.types import Image

FPS = 5
FACE = face(x=200, y=100, size=90)
_RNG = np.random.default_rng(3)
WALL: Image = np.asarray(
    cv2.GaussianBlur(_RNG.integers(0, 256, (360, 640, 3), dtype=np.uint8), (0, 0), 5), dtype=np.uint8
)
WALL = np.asarray(cv2.normalize(WALL, np.empty(0), 20, 230, cv2.NORM_MINMAX), dtype=np.uint8)


def seen(image: Image, *, shift: float = 0.0, gain: float = 1.0, noise: float = 4.0) -> Image:
    """As a camera shows it: moved by so many pixels, in another light, with noise of its own."""
    moved = cv2.warpAffine(image, np.array([[1.0, 0.0, shift], [0.0, 1.0, 0.0]]), (640, 360))
    grainy = moved * gain + _RNG.normal(0, noise, moved.shape)
    return np.clip(grainy, 0, 255).astype(np.uint8)


def life_of(images: Iterable[Image]) -> Life:
    images = iter(images)
    watch = Stillness(next(images), FACE, 0.0)
    for step, image in enumerate(images, start=1):
        watch.see(image, FACE, step / FPS)
    return watch.life


def test_a_poster_is_still_in_noise_and_changing_light() -> None:
    light = [1.0 - 0.3 * abs(np.sin(step / 10)) for step in range(11 * FPS)]
    assert life_of(seen(WALL, gain=gain, noise=6) for gain in light) is Life.STILL


def test_somebody_who_sways_as_people_do_is_alive_within_seconds() -> None:
    # Five per cent of the face's width to both sides, in six seconds: a person who waits.
    sway = [4.5 * np.sin(step / FPS) for step in range(6 * FPS)]
    assert life_of(seen(WALL, shift=shift) for shift in sway) is Life.ALIVE


def test_somebody_who_hardly_moves_is_no_picture() -> None:
    sway = [1.8 * np.sin(step / FPS) for step in range(60 * FPS)]  # two per cent
    assert life_of(seen(WALL, shift=shift) for shift in sway) is not Life.STILL


def test_who_walks_is_alive_at_once() -> None:
    watch = Stillness(WALL, FACE, 0.0)
    assert watch.see(WALL, face(x=240, y=100, size=90), 0.2) is Life.UNKNOWN
    assert watch.see(WALL, face(x=240, y=100, size=90), 0.4) is Life.ALIVE
    assert watch.still_s == 0


def test_who_took_over_the_track_of_a_poster_does_not_make_it_alive() -> None:
    watch = Stillness(WALL, FACE, 0.0)
    for step in range(1, 20):
        watch.see(WALL, FACE, step / FPS)
    for step in range(20, 24):
        watch.see(WALL, face(x=300, y=100, size=90), step / FPS)
    assert watch.life is Life.ALIVE
    watch.take_back(20 / FPS)
    assert watch.life is Life.UNKNOWN
    assert watch.is_suspect
    assert watch.longest_still_s > 3


def test_who_walks_by_does_not_make_a_poster_alive() -> None:
    other = np.ascontiguousarray(WALL[::-1])
    frames = [seen(other if step % 25 < 2 else WALL) for step in range(1, 20 * FPS)]
    assert life_of(frames) is not Life.ALIVE
    assert life_of([seen(WALL), *frames]) is Life.STILL


def test_a_place_that_shows_no_pattern_proves_nothing() -> None:
    flat = np.full((360, 640, 3), 90, dtype=np.uint8)
    assert life_of([flat] * (20 * FPS)) is not Life.STILL
    outside = Stillness(WALL, face(x=-500), 0.0)
    assert outside.see(WALL, face(x=-500), 20.0) is not Life.STILL


BOX = FACE.box.astype(np.float64)
BESIDE = BOX + np.array([300.0, 0.0, 0.0, 0.0])


@pytest.fixture
def file(tmp_path: Path) -> StillPlaceFile:
    return StillPlaceFile(tmp_path / "still_places.json")


def suspects(places: StillPlaces, shift: float = 0.0) -> bool:
    return places.suspects(BOX + np.array([shift, 0, 0, 0]), width=640, height=360)


def hang(places: StillPlaces, still_s: float, after: timedelta = timedelta(0)) -> None:
    places.add(BOX, width=640, height=360, still_s=still_s, at=NOON + after)


def test_a_place_is_known_by_all_that_hung_there_together(file: StillPlaceFile) -> None:
    places = StillPlaces(camera_id="door", store=file)
    hang(places, 3.0)
    assert not suspects(places)
    hang(places, 3.0)
    assert suspects(places, shift=10)
    assert not suspects(places, shift=60), "beside it hangs nothing"


def test_places_survive_a_restart_each_camera_its_own(file: StillPlaceFile) -> None:
    hang(StillPlaces(camera_id="door", store=file), 12.0)
    hang(StillPlaces(camera_id="till", store=file), 1.0)
    assert suspects(StillPlaces(camera_id="door", store=file))
    assert not suspects(StillPlaces(camera_id="till", store=file))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"door": [{"box": [1, 2]}]}', '{"door": 7}', "\x00"])
def test_a_file_that_cannot_be_read_costs_what_it_held(file: StillPlaceFile, content: str) -> None:
    file._path.write_text(content)
    places = StillPlaces(camera_id="door", store=file)
    assert not suspects(places)
    hang(places, 12.0)
    assert suspects(StillPlaces(camera_id="door", store=file))


def test_a_poster_that_was_taken_down_is_forgotten_after_a_week(file: StillPlaceFile) -> None:
    places = StillPlaces(camera_id="door", store=file)
    hang(places, 12.0)
    places.add(BESIDE, width=640, height=360, still_s=1.0, at=NOON + timedelta(days=6))
    assert suspects(places)
    places.add(BESIDE, width=640, height=360, still_s=1.0, at=NOON + timedelta(days=8))
    assert not suspects(places)


def test_who_waited_for_a_moment_is_forgotten_after_an_hour() -> None:
    places = StillPlaces(camera_id="door")
    for hours in range(5):
        hang(places, 2.0, timedelta(hours=hours * 2))
    assert not suspects(places)
