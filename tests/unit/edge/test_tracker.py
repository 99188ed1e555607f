"""One face, one track, whatever people do in front of the camera."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes.edge_samples import face, unit_vector
from footfall_edge.association import Look
from footfall_edge.geometry import distance, overlap
from footfall_edge.motion import BoxMotion
from footfall_edge.tracker import FaceTracker, Track
from footfall_vision.types import Face, Floats

ANNA, BORIS = unit_vector(1), unit_vector(2)


class Scene:
    """Feeds a tracker; who is who is told to it only through looks."""

    def __init__(self) -> None:
        self.tracker = FaceTracker()
        self.asked = 0

    def show(self, at: float, faces: Sequence[tuple[Face, Floats]], *, is_clear: bool = True) -> list[Track]:
        """Returns the track of each face, in order. What is not clear teaches nobody's look."""

        def look(index: int) -> Look:
            self.asked += 1
            return Look(embedding=faces[index][1], is_clear=is_clear)

        update = self.tracker.update([one for one, _ in faces], at, look)
        for track, index in update.seen:
            if is_clear:
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
    assert scene.tracker.expire(5.8) == []
    assert scene.tracker.expire(6.0) == [first]
    assert scene.tracker.tracks == ()


def test_who_has_no_look_is_not_waited_for() -> None:
    scene = Scene()
    first = scene.show(0.0, [(face(), ANNA)], is_clear=False)[0]
    assert scene.tracker.expire(0.9) == []
    assert scene.tracker.expire(1.1) == [first]


def test_who_turns_round_and_back_keeps_the_track_and_a_stranger_there_does_not_get_it() -> None:
    scene = Scene()
    anna = scene.show(0.0, [(face(), ANNA)])[0]
    boris = scene.show(2.0, [(face(x=110), BORIS)])[0]
    assert boris is not anna
    assert scene.show(4.0, [(face(x=180), ANNA)])[0] is anna


def test_who_follows_through_the_door_does_not_take_over_the_first_ones_track() -> None:
    scene = Scene()
    anna = scene.show(0.0, [(face(x=0), ANNA)])[0]
    # A fifth of a second later Anna has left her box, and Boris stands in it.
    there = scene.show(0.2, [(face(x=5), BORIS), (face(x=85), ANNA)])
    assert there[1] is anna
    assert there[0] is not anna


def test_who_turns_away_on_the_way_keeps_the_track_though_the_look_is_lost() -> None:
    scene = Scene()
    anna = scene.show(0.0, [(face(x=0), ANNA)])[0]
    scene.show(0.2, [(face(x=40), ANNA)])
    assert scene.show(0.4, [(face(x=140), BORIS)], is_clear=False)[0] is anna, "it need not be another one"
    assert scene.show(0.6, [(face(x=420), unit_vector(3))])[0] is not anna, "it cannot be the same one"


def test_an_ended_track_is_told_once() -> None:
    scene = Scene()
    scene.show(0.0, [(face(), ANNA)])
    update = scene.tracker.update([], 6.0, lambda _index: Look(embedding=ANNA, is_clear=True))
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
