"""The script keeps what the demo promises: everyone is seen well, apart from the others, long enough."""

from itertools import combinations, pairwise

from footfall_local.demo_shop.pictures import PICTURES
from footfall_local.demo_shop.portraits import load_outlines
from footfall_local.demo_shop.script import DEMO_SCRIPT, FACE_WIDTH, FPS, FaceBox, face_box
from footfall_local.demo_shop.truth import truth_of
from hypothesis import given
from hypothesis import strategies as st

GAP_S = 10.0
TIMES = st.floats(0.0, DEMO_SCRIPT.duration_s, allow_nan=False)
TRUTH = truth_of(DEMO_SCRIPT)


def _apart(a: FaceBox, b: FaceBox, room: float) -> bool:
    return abs((a.x + a.w / 2) - (b.x + b.w / 2)) >= (a.w + b.w) / 2 + room


def test_the_cast_is_what_the_demo_promises() -> None:
    returning = [person for person in TRUTH.people if len(TRUTH.stays_of(person)) > 1]
    assert 8 <= len(TRUTH.people) <= 12
    assert len(returning) >= 3
    assert any(3 <= len(group) <= 5 for group in TRUTH.groups)
    assert 60 <= DEMO_SCRIPT.duration_s <= 90
    assert len(TRUTH.visits(GAP_S)) == len(TRUTH.stays), "every stay is a visit of its own"


def test_every_stay_outlasts_a_restart() -> None:
    short = [stay for stay in TRUTH.stays if stay.leave_s - stay.enter_s < 7.0]
    assert not short, f"too short to be seen after a restart of 5 s: {short}"


def test_who_returns_was_gone_for_longer_than_the_gap() -> None:
    for person in TRUTH.people:
        stays = TRUTH.stays_of(person)
        gaps = [later.enter_s - earlier.leave_s for earlier, later in pairwise(stays)]
        assert all(gap >= 15.0 for gap in gaps), f"{person}: {gaps}"


def test_the_group_is_in_one_frame() -> None:
    for group in DEMO_SCRIPT.groups:
        stays = [stay for stay in TRUTH.stays if stay.person in group]
        firsts = [min(stays, key=lambda s, p=p: (s.person != p, s.enter_s)) for p in group]
        together = min(s.leave_s for s in firsts) - max(s.enter_s for s in firsts)
        assert together >= 7.0, f"{group} share only {together:.1f} s"


def test_the_scene_is_empty_before_between_and_after() -> None:
    frames = [bool(DEMO_SCRIPT.on_stage(index / FPS)) for index in range(DEMO_SCRIPT.frame_count)]
    assert not frames[0]
    assert not frames[-1]
    changes = sum(a != b for a, b in pairwise(frames))
    assert changes >= 4, "nobody is there at least once between the visits"


@given(TIMES)
def test_faces_never_cover_each_other(at_s: float) -> None:
    boxes = [(stay.person, face_box(pose)) for stay, pose in DEMO_SCRIPT.on_stage(at_s)]
    for (one, a), (other, b) in combinations(boxes, 2):
        if a.is_whole and b.is_whole:
            assert _apart(a, b, room=30.0), f"{one} and {other} are too close at {at_s:.2f} s"


@given(TIMES)
def test_faces_are_large_enough_and_steady(at_s: float) -> None:
    later = {id(stay): pose for stay, pose in DEMO_SCRIPT.on_stage(at_s + 0.1)}
    for stay, pose in DEMO_SCRIPT.on_stage(at_s):
        assert face_box(pose).w >= 0.95 * FACE_WIDTH
        if (then := later.get(id(stay))) is not None:
            assert abs(then.x - pose.x) < 0.4 * FACE_WIDTH, "a face jumps between two analysed frames"
            assert abs(then.y - pose.y) < 0.1 * FACE_WIDTH


def test_a_person_is_never_there_twice() -> None:
    for index in range(DEMO_SCRIPT.frame_count):
        people = [stay.person for stay, _ in DEMO_SCRIPT.on_stage(index / FPS)]
        assert len(people) == len(set(people)), f"{people} at {index / FPS} s"


def test_every_portrait_has_an_outline_and_a_pinned_picture() -> None:
    outlines = load_outlines()
    pinned = {picture.name for picture in PICTURES}
    for stay in DEMO_SCRIPT.stays:
        assert outlines[stay.portrait].picture in pinned
    assert pinned == {outline.picture for outline in outlines.values()}, "nothing is pulled that is not shown"
