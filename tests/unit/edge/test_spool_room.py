"""What goes from a full spool, in which order, and how it is told."""

from pathlib import Path

import pytest
from fakes.spool_samples import event, open_file
from footfall_edge.at_rest.sealing import SEAL_BYTES
from footfall_edge.spool_file import Rejection, SpoolFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PLAIN = 100 - SEAL_BYTES
"""Bytes of a payload or an image that takes 100 sealed."""


@pytest.fixture
def spool(tmp_path: Path) -> SpoolFile:
    """One with room for ten things of 100 bytes."""
    return open_file(tmp_path / "spool.sqlite", max_bytes=1000)


def add(spool: SpoolFile, name: str, *, image: bool = False, track_id: str = "", final: bool = True) -> None:
    picture = (f"i-{name}", b"y" * PLAIN) if image else None
    spool.append(event(name, b"x" * PLAIN, picture, track_id=track_id, final=final))


def names(spool: SpoolFile) -> list[str]:
    return [one.event_id for one in spool.read_after(0, 1000)]


def test_nothing_goes_while_there_is_room(spool: SpoolFile) -> None:
    add(spool, "early", track_id="t", final=False)
    for index in range(8):
        add(spool, f"e{index}")
    add(spool, "final", track_id="t")
    depth = spool.depth()
    assert (depth.events, depth.stored_bytes) == (10, 1000)
    assert (depth.dropped, depth.dropped_images, depth.replaced) == (0, 0, 0)


def test_an_early_event_whose_track_is_told_whole_goes_first_and_is_no_loss(spool: SpoolFile) -> None:
    add(spool, "oldest", image=True)
    add(spool, "early", image=True, track_id="t", final=False)
    add(spool, "other early", track_id="other", final=False)
    add(spool, "final", image=True, track_id="t")
    for index in range(3):
        add(spool, f"e{index}")
    add(spool, "newest")
    depth = spool.depth()
    assert names(spool) == ["oldest", "other early", "final", "e0", "e1", "e2", "newest"]
    assert (depth.replaced, depth.dropped, depth.dropped_images) == (1, 0, 0)
    assert spool.read_image("i-early") is None, "its image goes with it"
    assert spool.read_image("i-oldest") is not None


def test_a_final_event_makes_room_for_itself(spool: SpoolFile) -> None:
    for index in range(9):
        add(spool, f"e{index}")
    add(spool, "early", track_id="t", final=False)
    add(spool, "final", track_id="t")
    assert names(spool) == [*(f"e{index}" for index in range(9)), "final"]


def test_then_refused_events_then_images_then_events_the_oldest_first(spool: SpoolFile) -> None:
    add(spool, "refused")
    add(spool, "taken", image=True)
    spool.acknowledge(2, [Rejection(sequence=1, reason="INVALID_FIELD", description="box")])
    for index in range(4):
        add(spool, f"e{index}", image=True)
    assert spool.depth().stored_bytes == 1000

    add(spool, "a")
    depth = spool.depth()
    assert (depth.rejected, depth.images, depth.dropped_images) == (0, 5, 0), "refused events go first"
    add(spool, "b")
    assert spool.read_image("i-taken") is None, "then images of events that the core has"
    add(spool, "c")
    assert spool.read_image("i-e0") is None, "then images of events that wait"
    assert spool.read_image("i-e1") is not None
    for index in range(4):
        add(spool, f"f{index}")
    depth = spool.depth()
    assert (depth.images, depth.dropped_images, depth.dropped) == (0, 5, 1)
    assert names(spool) == ["e1", "e2", "e3", "a", "b", "c", "f0", "f1", "f2", "f3"]


def test_counts_outlive_the_process(spool: SpoolFile, tmp_path: Path) -> None:
    for index in range(12):
        add(spool, f"e{index}")
    spool.close()
    assert open_file(tmp_path / "spool.sqlite", max_bytes=1000).depth().dropped == 2


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 300), st.integers(0, 400), st.integers(0, 3), st.booleans()),
        st.tuples(st.just("ack"), st.integers(0, 10)),
        st.tuples(st.just("delete"), st.integers(0, 10)),
        st.tuples(st.just("refuse"), st.integers(0, 10)),
        st.just(("reopen",)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_bound_holds_and_nothing_goes_uncounted(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    path = tmp_path_factory.mktemp("room") / "spool.sqlite"
    spool = open_file(path, max_bytes=1500)
    added = acknowledged = 0
    for step in steps:
        waiting = spool.read_after(0, 1000)
        match step:
            case ("add", int(size), int(image), int(track), bool(final)):
                added += 1
                picture = (f"i{added}", b"y" * image) if image else None
                spool.append(
                    event(
                        f"e{added}", b"x" * size, picture, track_id=f"t{track}" if track else "", final=final
                    )
                )
            case ("ack", int(index)) if waiting:
                taken = waiting[: index + 1]
                spool.acknowledge(taken[-1].sequence)
                acknowledged += len(taken)
            case ("refuse", int(index)) if waiting:
                taken = waiting[: index + 1]
                refused = Rejection(sequence=taken[-1].sequence, reason="INVALID_FIELD", description="box")
                spool.acknowledge(taken[-1].sequence, [refused])
                acknowledged += len(taken)
            case ("delete", int(count)):
                spool.delete_images(spool.images_to_upload(count))
            case ("reopen",):
                before = spool.depth().stored_bytes
                spool.close()
                spool = open_file(path, max_bytes=1500)
                assert spool.depth().stored_bytes == before, "the running count is the true one"
        depth = spool.depth()
        assert depth.stored_bytes <= 1500
        assert depth.events + depth.dropped + depth.replaced + acknowledged == added
        if depth.dropped:
            assert depth.events >= 1
    sequences = [one.sequence for one in spool.read_after(0, 1000)]
    assert sequences == sorted(sequences)
    spool.close()
