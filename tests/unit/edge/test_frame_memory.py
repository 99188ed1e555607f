"""Frames cross from one process to another whole, and slots come back."""

from collections.abc import Iterator

import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.capture.frame_memory import FrameCopies, FrameWriter
from footfall_edge.capture.messages import FrameReady, FromReader, Release, SegmentReady


class Crossing:
    """Both sides in one process."""

    def __init__(self) -> None:
        self.sent: list[FromReader] = []
        self.writer = FrameWriter(self.sent.append)
        self.copies = FrameCopies()

    def write(self, value: int, shape: tuple[int, int, int] = (6, 8, 3)) -> None:
        self.writer.write(np.full(shape, value, np.uint8), at=1.0, captured_at=NOON)

    def take(self) -> FrameReady:
        message = self.sent.pop(0)
        while isinstance(message, SegmentReady):
            self.copies.open(message)
            message = self.sent.pop(0)
        assert isinstance(message, FrameReady)
        return message


@pytest.fixture
def crossing() -> Iterator[Crossing]:
    crossing = Crossing()
    yield crossing
    crossing.copies.close()


def test_a_frame_arrives_as_it_was(crossing: Crossing) -> None:
    image = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)
    crossing.writer.write(image, at=2.5, captured_at=NOON)
    message = crossing.take()
    assert (message.at, message.captured_at, message.skipped) == (2.5, NOON, 0)
    assert (crossing.copies.copy(message) == image).all()


def test_a_copy_stays_what_it_was_when_the_slot_is_written_again(crossing: Crossing) -> None:
    crossing.write(1)
    message = crossing.take()
    copy = crossing.copies.copy(message)
    crossing.writer.release(Release(message.segment, message.slot))
    for value in (2, 3, 4):
        crossing.write(value)
    assert (copy == 1).all()


def test_without_a_free_slot_frames_are_skipped_and_counted(crossing: Crossing) -> None:
    for value in range(5):
        crossing.write(value)
    told = [crossing.take() for _ in range(3)]
    assert not crossing.sent, "what was told is not written over"
    assert [int(crossing.copies.copy(message)[0, 0, 0]) for message in told] == [0, 1, 2]
    crossing.writer.release(Release(told[0].segment, told[0].slot))
    crossing.write(9)
    after = crossing.take()
    assert (after.slot, after.skipped) == (told[0].slot, 2)


def test_a_camera_that_changes_its_size_gets_new_memory(crossing: Crossing) -> None:
    crossing.write(1)
    old = crossing.take()
    crossing.write(2, (20, 30, 3))
    new = crossing.take()
    assert new.segment != old.segment
    crossing.writer.release(Release(old.segment, old.slot))
    assert (crossing.copies.copy(new) == 2).all()
    assert crossing.copies.copy(new).shape == (20, 30, 3)
    crossing.write(3, (5, 5, 3))
    small = crossing.take()
    assert small.segment == new.segment, "a smaller frame fits in"
    assert (crossing.copies.copy(small) == 3).all()
