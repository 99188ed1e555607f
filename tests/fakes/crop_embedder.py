"""Aligned crops that are only text, and an embedder that reads them: who it is, and which shot."""

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np
from fakes.synthetic_faces import shot_of, unit
from footfall_server.domain.face_event import Embedding
from footfall_server.services.model_registry import model_unknown

JPEG_START = b"\xff\xd8\xff"
UNREADABLE = JPEG_START + b"nobody"


def crop_of(person: int, shot: int = 0) -> bytes:
    """The crop of a shot of somebody."""
    return JPEG_START + f"{person}/{shot}".encode()


def look_of(model_id: str, dimension: int, person: int) -> Embedding:
    """How a model sees somebody on average; what one model says of it tells nothing of the other's."""
    seed = [person, *model_id.encode()]
    return unit(np.random.default_rng(seed).standard_normal(dimension))


def embedding_of(model_id: str, dimension: int, person: int, shot: int = 0) -> Embedding:
    """How a model sees a shot of somebody: at a cosine of 0.85 to the average."""
    return shot_of(look_of(model_id, dimension, person), cosine=0.85, seed=1000 * person + shot)


class FakeCropEmbedder:
    """Implements CropEmbedder. `dimensions` are those of the models that are on the machine.

    `gate`, when set, holds embedding back until it is open; `embedding` is set while somebody waits there.
    """

    def __init__(self, dimensions: Mapping[str, int]) -> None:
        self.dimensions = dict(dimensions)
        self.gate: asyncio.Event | None = None
        self.embedding = asyncio.Event()
        self.embedded = 0

    async def require(self, model_id: str) -> None:
        if model_id not in self.dimensions:
            raise model_unknown(model_id, f"the file of model {model_id} is missing")

    async def embed(self, model_id: str, jpegs: Sequence[bytes]) -> Sequence[Embedding | None]:
        await self.require(model_id)
        self.embedding.set()
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        self.embedded += len(jpegs)
        return [self._embedded(model_id, jpeg) for jpeg in jpegs]

    def _embedded(self, model_id: str, jpeg: bytes) -> Embedding | None:
        if jpeg == UNREADABLE:
            return None
        person, shot = jpeg.removeprefix(JPEG_START).decode().split("/")
        return embedding_of(model_id, self.dimensions[model_id], int(person), int(shot))
