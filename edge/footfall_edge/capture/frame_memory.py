"""Frames on their way from a reader process to the worker, in shared memory.

A slot belongs to the reader until it is told with FrameReady, and to the worker until Release: what goes
over the pipe orders what is in memory, so no frame is ever half of another. The memory has no name any
more once the worker has it, so nothing is left behind by whoever is killed.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from footfall_vision.types import Image

from footfall_edge.capture.messages import FrameReady, FromReader, Release, SegmentReady

_SLOTS = 3
"""One that is written, one that is told, one that is copied."""


class FrameWriter:
    """The reader's side. write() belongs to one thread; release() may be called from another."""

    def __init__(self, send: Callable[[FromReader], None]) -> None:
        self._send = send
        self._memory: SharedMemory | None = None
        self._slot_bytes = 0
        self._free: set[int] = set()
        self._lock = threading.Lock()
        self._skipped = 0

    def write(self, image: Image, *, at: float, captured_at: datetime) -> None:
        """Leave a frame for the worker, uint8 [h, w, 3]; without a free slot it is counted as skipped."""
        if image.nbytes > self._slot_bytes:
            self._make_room(image.nbytes)
        memory = self._memory
        with self._lock:
            slot = self._free.pop() if self._free else None
        if slot is None or memory is None:
            self._skipped += 1
            return
        room = np.ndarray(image.shape, np.uint8, buffer=memory.buf, offset=slot * self._slot_bytes)
        room[:] = image
        del room  # memory that a view still looks at cannot be closed
        height, width, channels = image.shape
        shape = (height, width, channels)
        self._send(FrameReady(memory.name, slot, shape, at, captured_at, self._skipped))
        self._skipped = 0

    def release(self, message: Release) -> None:
        """Take a slot back; one of memory that was given up meanwhile is no matter."""
        with self._lock:
            if self._memory is not None and message.segment == self._memory.name:
                self._free.add(message.slot)

    def _make_room(self, slot_bytes: int) -> None:
        memory = SharedMemory(create=True, size=slot_bytes * _SLOTS)
        self._slot_bytes = slot_bytes
        with self._lock:
            old, self._memory = self._memory, memory
            self._free = set(range(_SLOTS))
        if old is not None:
            old.close()
        self._send(SegmentReady(memory.name, slot_bytes))


class FrameCopies:
    """The worker's side. Used by one thread."""

    def __init__(self) -> None:
        self._memory: SharedMemory | None = None
        self._slot_bytes = 0

    def open(self, message: SegmentReady) -> None:
        """Go over to new memory."""
        self.close()
        self._memory = SharedMemory(message.segment)
        self._memory.unlink()
        self._slot_bytes = message.slot_bytes

    def copy(self, message: FrameReady) -> Image:
        """The frame: uint8 [h, w, 3], the worker's own."""
        if self._memory is None:
            raise RuntimeError("a frame was told before its memory")
        offset = message.slot * self._slot_bytes
        return np.ndarray(message.shape, np.uint8, buffer=self._memory.buf, offset=offset).copy()

    def close(self) -> None:
        """Give the memory up."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None
