"""The spool for asyncio: every call runs on one thread of its own, since a safe write waits for the disk."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from footfall_edge.spool_file import SpoolDepth, SpoolFile
from footfall_edge.spooling.errors import SpoolDamagedError
from footfall_edge.spooling.opening import SpoolKey
from footfall_edge.spooling.rows import NewEvent, Rejection, SpooledEvent

_FORGET_AT_ONCE = 64
P = ParamSpec("P")
R = TypeVar("R")


class Spool:
    """Events in the order in which they were seen, kept until the core has them."""

    def __init__(self, file: SpoolFile, executor: ThreadPoolExecutor) -> None:
        self._file = file
        self._executor = executor
        self._appended = asyncio.Event()
        self._acknowledged = asyncio.Event()
        self._damaged = asyncio.Event()

    @classmethod
    async def open(cls, path: Path, *, max_bytes: int, key: SpoolKey | None = None) -> Self:
        """Open or make the file; key: spool.key beside it when None. Raises SpoolError."""
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        try:
            file = await asyncio.get_running_loop().run_in_executor(
                executor, lambda: SpoolFile(path, max_bytes=max_bytes, key=key)
            )
        except BaseException:
            executor.shutdown(wait=False)
            raise
        return cls(file, executor)

    async def identity(self) -> tuple[str, str]:
        """The worker's id and the spool's id."""
        return await self._run(lambda: (self._file.worker_id, self._file.spool_id))

    async def append(self, event: NewEvent) -> int:
        """Put an event and its image at the end; returns once they are on disk. Raises SpoolError."""
        sequence = await self._run(self._file.append, event)
        self._appended.set()
        return sequence

    async def read_after(self, sequence: int, limit: int) -> Sequence[SpooledEvent]:
        """The next events behind that sequence; waits until there is one."""
        while True:
            self._appended.clear()
            events = await self._run(self._file.read_after, sequence, limit)
            if events:
                return events
            await self._appended.wait()

    async def acknowledge(self, through: int, rejections: Iterable[Rejection] = ()) -> None:
        """Release the events up to and including that sequence."""
        await self._run(self._file.acknowledge, through, tuple(rejections))
        self._acknowledged.set()

    async def images_to_upload(self, limit: int, skip: Iterable[str] = ()) -> Sequence[str]:
        """Ids of images that may be uploaded; waits until an event is acknowledged when there is none."""
        while True:
            self._acknowledged.clear()
            image_ids = await self._run(self._file.images_to_upload, limit, tuple(skip))
            if image_ids:
                return image_ids
            await self._acknowledged.wait()

    async def read_image(self, image_id: str) -> bytes | None:
        """The file of an image; None when it is not here any more."""
        return await self._run(self._file.read_image, image_id)

    async def delete_images(self, image_ids: Iterable[str]) -> None:
        """Forget images."""
        await self._run(self._file.delete_images, tuple(image_ids))

    async def forget_images(self, camera_ids: Iterable[str]) -> int:
        """Forget the images of these cameras; how many there were. Events get their turn in between."""
        forgotten = 0
        for camera_id in camera_ids:
            while some := await self._run(self._file.forget_images, camera_id, _FORGET_AT_ONCE):
                forgotten += some
        return forgotten

    async def renew(self) -> None:
        """Begin a new line with the events that are here."""
        await self._run(self._file.renew)

    async def depth(self) -> SpoolDepth:
        """How full the spool is."""
        return await self._run(self._file.depth)

    async def damaged(self) -> None:
        """Return when the file turns out to be damaged. Whoever opens it again sets it aside."""
        await self._damaged.wait()

    async def close(self) -> None:
        """Close the file, after what is under way."""
        await self._run(self._file.close)
        self._executor.shutdown(wait=False)

    async def _run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, lambda: call(*args, **kwargs))
        except SpoolDamagedError:
            self._damaged.set()
            raise
