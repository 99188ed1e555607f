"""One face, one track, whatever people do in front of the camera."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes.edge_samples import face, unit_vector
from footfall_edge.geometry import distance, overlap, widen
from footfall_edge.motion import BoxMotion
from footfall_edge.tracker import FaceTracker, Track
from footfall_vision.types import Face, Floats

ANNA, BORIS = unit_vector(1), unit_vector(2)


class Scene:
    """Feeds a tracker; who is who is told to it only through looks."""

    def __init__(self) -> None:
        self.tracker = FaceTracker()
        self.asked = 0

    def show(self, at: float, faces: Sequence[tuple[Face, Floats]]) -> list[Track]:
        """Returns the track of each face, in order."""

        def appearance(index: int) -> Floats:
            self.asked += 1
            return faces[index][1]

        update = self.tracker.update([one for one, _ in faces], at, appearance)
        for track, index in update.seen:
            track.appearance = faces[index][1]
        return [track for track, _ in update.seen]


def test_a_walker_keeps_one_track_and_costs_no_embedding() -> None:
    scene = Scene()
    tracks = {scene.show(step / 10, [(face(x=20 * step), ANNA)])[0].track_id for step in range(40)}
    assert len(tracks) == 1
    assert scene.asked == 0, "boxes alone were enough"


def test_people_who_cross_are_not_swapped() -> None:
    scene = Scene()
    of_anna, of_boris = set(), set()
    for step in range(41):
        anna, boris = (face(x=10 * step), ANNA), (face(x=400 - 10 * step, y=84), BORIS)
        hidden = 19 <= step <= 21  # Anna walks in front of Boris
        tracks = scene.show(step / 10, [anna] if hidden else [anna, boris])
        of_anna.add(tracks[0].track_id)
        if not hidden:
            of_boris.add(tracks[1].track_id)
    assert len(of_anna) == 1, "Anna must keep her track through the crossing"
    assert len(of_boris) == 1, "Boris must get his track back behind her"
    assert scene.asked > 0, "looks must have decided"


def test_a_fast_walker_at_few_frames_is_joined_by_looks() -> None:
    scene = Scene()
    tracks = {scene.show(step / 4, [(face(x=160 * step), ANNA)])[0].track_id for step in range(6)}
    assert len(tracks) == 1, "the box leaves itself between two frames; the face stays the same"


def test_another_person_in_reach_is_a_new_track() -> None:
    scene = Scene()
    first = scene.show(0.0, [(face(x=0), ANNA)])[0]
    second = scene.show(0.2, [(face(x=160), BORIS)])[0]
    assert first is not second


def test_a_face_across_the_room_is_not_joined_even_when_it_looks_alike() -> None:
    scene = Scene()
    first = scene.show(0.0, [(face(x=0), ANNA)])[0]
    second = scene.show(0.1, [(face(x=1500), ANNA)])[0]
    assert first is not second, "nobody moves that far in a tenth of a second"


def test_a_track_survives_a_short_gap_and_ends_after_a_long_one() -> None:
    scene = Scene()
    first = scene.show(0.0, [(face(), ANNA)])[0]
    assert scene.show(0.9, [(face(), ANNA)])[0] is first
    assert scene.tracker.expire(1.8) == []
    assert scene.tracker.expire(2.0) == [first]
    assert scene.tracker.tracks == ()


def test_an_ended_track_is_told_once() -> None:
    scene = Scene()
    scene.show(0.0, [(face(), ANNA)])
    update = scene.tracker.update([], 5.0, lambda _index: ANNA)
    assert len(update.ended) == 1
    assert scene.tracker.close() == []


def test_the_filter_learns_a_steady_walk() -> None:
    motion = BoxMotion.start(np.array([0.0, 50.0, 90.0, 117.0]), 0.0)
    for step in range(1, 20):
        motion.correct(np.array([15.0 * step, 50.0, 90.0, 117.0]), step / 10)
    expected = motion.box_at(2.4)
    assert expected[0] == pytest.approx(15 * 24, abs=8), "the walk goes on"
    assert expected[1:] == pytest.approx([50, 90, 117], abs=2), "and nothing else changes"


def test_a_predicted_box_never_turns_inside_out() -> None:
    motion = BoxMotion.start(np.array([0.0, 0.0, 90.0, 90.0]), 0.0)
    motion.correct(np.array([0.0, 0.0, 20.0, 20.0]), 0.1)
    assert (motion.box_at(60.0)[2:] > 0).all()


def test_overlap_and_distance() -> None:
    first = np.array([[0.0, 0.0, 10.0, 10.0]])
    second = np.array([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 10.0, 10.0], [20.0, 0.0, 10.0, 10.0]])
    assert overlap(first, second)[0] == pytest.approx([1.0, 1 / 3, 0.0])
    assert distance(first, second)[0] == pytest.approx([0.0, 0.5, 2.0])


def test_a_widened_box_stays_inside_the_picture() -> None:
    assert widen(np.array([-20.0, -20.0, 50.0, 50.0]), 1.6, 640, 360) == (0, 0, 45, 50)
    left, top, right, bottom = widen(np.array([900.0, 900.0, 5.0, 5.0]), 1.6, 640, 360)
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 360
