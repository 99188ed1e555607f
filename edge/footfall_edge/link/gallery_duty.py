"""The conversation about the site's staff."""

import asyncio
from collections.abc import Iterable
from typing import NoReturn

import numpy as np
from footfall.v1 import ingest_service_pb2

from footfall_edge.link.outbox import Outbox
from footfall_edge.staff.gallery import GalleryDelta, GalleryFace
from footfall_edge.staff.keeper import StaffKeeper

_LOOK_S = 60.0
_FLOAT_BYTES = 4


class GalleryDuty:
    """Says which gallery the worker holds, and takes what changes (a LinkDuty)."""

    def __init__(self, staff: StaffKeeper) -> None:
        self._staff = staff
        self._deltas: asyncio.Queue[GalleryDelta] = asyncio.Queue()
        self._heard = False

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """What an earlier link said is asked for again."""
        del welcome, asked_at
        self._deltas = asyncio.Queue()
        self._heard = False

    async def run(self, outbox: Outbox) -> NoReturn:
        """Say it, and take deltas one after another."""
        await self._say(outbox)
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    delta = await self._deltas.get()
            except TimeoutError:
                await self._look()
                continue
            # Not on the loop's thread: thousands of vectors are checked, sealed and written.
            if await asyncio.to_thread(self._staff.apply, delta):
                await self._say(outbox)

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take a delta. That anything is heard says that the gallery is still right."""
        self._heard = True
        if message.WhichOneof("message") == "gallery_delta":
            self._deltas.put_nowait(from_gallery_delta(message.gallery_delta))

    async def _look(self) -> None:
        if self._heard:
            self._heard = False
            await asyncio.to_thread(self._staff.confirm)

    async def _say(self, outbox: Outbox) -> None:
        state = ingest_service_pb2.GalleryState(model_id=self._staff.model_id, version=self._staff.version)
        await outbox.put(ingest_service_pb2.ConnectRequest(gallery_state=state))


def from_gallery_delta(message: ingest_service_pb2.GalleryDelta) -> GalleryDelta:
    """A delta as it was said; whether it can be believed is seen when it is applied."""
    return GalleryDelta(
        from_version=message.from_version,
        version=message.version,
        model_id=message.model_id,
        threshold=message.threshold,
        faces=tuple(_faces(message.faces)),
        removed_face_ids=tuple(message.removed_face_ids),
    )


def _faces(messages: Iterable[ingest_service_pb2.GalleryFace]) -> Iterable[GalleryFace]:
    for face in messages:
        # A vector of half a number is one of no length, which is refused with the rest.
        whole = face.vector if len(face.vector) % _FLOAT_BYTES == 0 else b""
        yield GalleryFace(face.face_id, face.staff_id, np.frombuffer(whole, "<f4"))
