"""What the face index' contract runs on, and how its tests wait for an index that may be a little late."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest
from footfall_server.ports import FaceIndex, IndexHit
from footfall_server.storage.index_settings import Tenancy
from storage_samples import an_embedding

PATIENCE = 20.0
NEEDS_REAL_MILVUS = pytest.mark.xdist_group("real_milvus")
SERVERS = [
    pytest.param("milvus_uri", id="lite"),
    pytest.param("real_milvus_uri", id="real", marks=NEEDS_REAL_MILVUS),
]
"""Names of the fixtures that start one."""
TENANCIES: tuple[Tenancy, ...] = ("partition", "partition_key")


@dataclass(frozen=True)
class Backend:
    """A Milvus server and how tenants are kept apart in it; the fake has neither."""

    server: str | None = None
    tenancy: Tenancy = "partition"


BACKENDS = [
    pytest.param(Backend(), id="memory"),
    *(
        pytest.param(
            Backend(server, tenancy),
            id=f"{name}-{tenancy}",
            marks=[NEEDS_REAL_MILVUS] if name == "real" else [],
        )
        for name, server in (("lite", "milvus_uri"), ("real", "real_milvus_uri"))
        for tenancy in TENANCIES
    ),
]


def queries(*seeds: int) -> npt.NDArray[np.float32]:
    return np.stack([an_embedding(seed) for seed in seeds])


async def found(
    index: FaceIndex, tenant_id: UUID, seed: int, *, model_id: str, limit: int = 5
) -> Sequence[IndexHit]:
    """The hits for a seed, once its own face is among them."""
    async with asyncio.timeout(PATIENCE):
        while True:
            [hits] = await index.search(tenant_id, model_id, queries(seed), limit)
            if hits and hits[0].score > 0.999:
                return hits
            await asyncio.sleep(0.05)
