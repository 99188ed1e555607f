"""Who crosses the entry line, and which way."""

from collections.abc import Sequence

from fakes.edge_samples import face
from footfall_edge.camera_settings import EntryLine
from footfall_edge.entry_line import Crossing, LineWatch
from hypothesis import given
from hypothesis import strategies as st

WIDTH, HEIGHT = 640, 360
DOOR = EntryLine(start=(0.3, 0.5), end=(0.7, 0.5))
"""Who looks along it, to the right of the picture, has its upper half on the left."""


def path(points: Sequence[tuple[float, float]], line: EntryLine = DOOR) -> Crossing | None:
    watch = LineWatch(line)
    for x, y in points:
        watch.see(face(x=x - 20, y=y - 26, size=40), width=WIDTH, height=HEIGHT)
    return watch.crossing


def test_up_is_in_and_down_is_out() -> None:
    assert path([(320, 300), (320, 200), (320, 100)]) is Crossing.IN
    assert path([(320, 100), (320, 200), (320, 300)]) is Crossing.OUT


def test_who_comes_fast_is_seen_on_both_sides_only() -> None:
    assert path([(320, 330), (320, 30)]) is Crossing.IN


def test_round_the_end_of_the_line_is_not_through_the_door() -> None:
    assert path([(100, 300), (100, 100)]) is None
    assert path([(320, 300), (550, 300), (550, 100), (320, 100)]) is None


def test_who_stands_on_the_line_has_not_crossed() -> None:
    assert path([(320, 300), (320, 184), (320, 176), (320, 183), (320, 177)]) is None


def test_in_and_out_again_is_nothing_and_once_more_is_in() -> None:
    assert path([(320, 300), (320, 100), (320, 300)]) is None
    assert path([(320, 300), (320, 100), (320, 300), (320, 100)]) is Crossing.IN


POINTS = st.lists(st.tuples(st.floats(20, 620), st.floats(20, 340)), min_size=1, max_size=12)
OPPOSITE = {Crossing.IN: Crossing.OUT, Crossing.OUT: Crossing.IN, None: None}


@given(POINTS)
def test_the_way_back_undoes_it_and_a_line_turned_round_reverses_it(
    points: list[tuple[float, float]],
) -> None:
    way = path(points)
    assert path(points, EntryLine(start=DOOR.end, end=DOOR.start)) is OPPOSITE[way]
    assert path([*points, *reversed(points)]) is None


def test_a_standing_line_counts_as_well() -> None:
    upright = EntryLine(start=(0.5, 1.0), end=(0.5, 0.0))  # looking up: the left half is inside
    assert path([(500, 200), (100, 180)], upright) is Crossing.IN
