"""How often Milvus finds the nearest face, and what a search costs, for each kind of index.

    PYTHONPATH=tests python tests/bench/bench_search.py [--faces DIR] [--gallery N] [--seed N]
                                                        [--index TYPE ...] [--plot PNG]
                                                        [--milvus KEY=VALUE ...]

A real Milvus (2.3.5, in a namespace of its own, its milvus.yaml changed by --milvus; milvus-lite where that
cannot run, and "milvus" says so) holds a gallery in one tenant's partition, through the server's own adapter.
Its faces are real people's, one picture each, of DIR with its labels.csv (file,identity), and people mixed
of two of them; without DIR all are made up. Queries are the other shots of those people, and faces of the
gallery turned to a cosine of 0.5 to 0.7 along the ways in which shots of one person differ. No query is asked
twice: HNSW remembers. What is found first is compared with an exact search.

The last line is one JSON object; in `indexes`, by type, with its default parameters:
  recall_shots, recall_noised   share of other shots, and of turned faces, whose exact nearest came first
  recall_matches                the same of other shots whose nearest face is a match by the threshold
  recall_growing                with noised queries, before the faces were sealed and indexed
  ms, cpu_ms                    by queries in a call: median of a call, and Milvus' processor time per query
  sweep                         by value of the search parameter: recall_noised, and ms and cpu_ms at 32
and beside it `recall_at_1`, the recall_shots of `default_index`, and foreign_cpu_percent.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import grpc
import numpy as np
import numpy.typing as npt
from footfall_local.components.milvus import Milvus
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import GalleryFace
from footfall_server.settings import MilvusSettings
from footfall_server.storage.index_settings import IndexType, MilvusIndexSettings
from footfall_server.storage.milvus import MilvusFaceIndex, collection_name
from footfall_server.storage.milvus.collection import VECTOR
from footfall_server.storage.milvus.connection import connect
from footfall_vision.model_cards import DEFAULT_EMBEDDER, MODEL_CARDS
from footfall_vision.model_store import ModelStore
from ingest_cpu import CpuTimes
from pymilvus import MilvusClient
from real_milvus import RealMilvus, what_is_lacking
from search_faces import Crowd, Floats, made_up_shots, real_shots
from search_plot import plot

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "bench"
LOT = 1000
CALLS = {1: 80, 8: 40, 32: 20}
"""How often, by how many queries a call has."""
WIDE = 32
SWEPT: dict[IndexType, tuple[str, Sequence[int]]] = {
    "FLAT": ("", ()),
    "IVF_FLAT": ("nprobe", (16, 32, 64, 128, 256)),
    "HNSW": ("ef", (32, 64, 128, 256, 512)),
}
INDEXED_WITHIN = 120.0
Mask = npt.NDArray[np.bool_]
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Asked:
    """What came first for each query, and what the calls took."""

    firsts: list[int]
    seconds: list[float]
    cpu_ms: float


@dataclass
class Bench:
    """One gallery in one server."""

    uri: str
    crowd: Crowd
    threshold: float
    tenant_id: UUID = field(default_factory=new_id)
    places: dict[UUID, int] = field(default_factory=dict)

    async def measure(self, index_type: IndexType) -> dict[str, object]:
        """All figures of one kind of index, and its collection dropped again."""
        model_id = f"bench-{index_type}"
        index = self._open(index_type)
        await index.prepare(model_id, self.crowd.gallery.shape[1])
        began = time.monotonic()
        await self._fill(index, model_id)
        growing = self.crowd.noised(8 * WIDE)
        asked = await self._ask(index, model_id, growing, WIDE)
        figures: dict[str, object] = {"recall_growing": self._recall(growing, asked)}
        say(f"{index_type}: filled; waiting for the index")
        await asyncio.to_thread(seal, self.uri, model_id, len(self.crowd.gallery))
        figures["built_s"] = round(time.monotonic() - began, 1)
        shots = self.crowd.rest
        asked = await self._ask(index, model_id, shots, WIDE)
        best = np.max(shots @ self.crowd.gallery.T, axis=1)
        figures["recall_shots"] = self._recall(shots, asked)
        figures["recall_matches"] = self._recall(shots, asked, only=best >= self.threshold)
        figures |= await self._priced(index, model_id)
        await index.close()
        name, values = SWEPT[index_type]
        figures["sweep"] = {
            f"{name} {value}": await self._swept(index_type, model_id, {name: value}) for value in values
        }
        last = self._open(index_type)
        await last.drop_model(model_id)
        await last.close()
        return figures

    async def _priced(self, index: MilvusFaceIndex, model_id: str) -> dict[str, object]:
        recalls: list[float] = []
        ms: dict[int, float] = {}
        cpu_ms: dict[int, float] = {}
        for width, calls in CALLS.items():
            queries = self.crowd.noised(width * calls)
            asked = await self._ask(index, model_id, queries, width)
            ms[width] = round(1000 * statistics.median(asked.seconds), 1)
            cpu_ms[width] = asked.cpu_ms
            recalls += [self._recall(queries, asked)] * len(queries)
        return {"recall_noised": round(statistics.mean(recalls), 4), "ms": ms, "cpu_ms": cpu_ms}

    async def _swept(self, index_type: IndexType, model_id: str, search: dict[str, int]) -> dict[str, float]:
        index = self._open(index_type, search)
        queries = self.crowd.noised(CALLS[WIDE] * WIDE)
        asked = await self._ask(index, model_id, queries, WIDE)
        await index.close()
        found = {
            "recall_noised": self._recall(queries, asked),
            "ms": round(1000 * statistics.median(asked.seconds), 1),
            "cpu_ms": asked.cpu_ms,
        }
        say(f"{index_type} {search}: {found}")
        return found

    def _open(self, index_type: IndexType, search: dict[str, int] | None = None) -> MilvusFaceIndex:
        settings = MilvusIndexSettings(
            index_type=index_type, search=search or {}, timeout=timedelta(seconds=60)
        )
        return MilvusFaceIndex(self.uri, settings=settings)

    async def _fill(self, index: MilvusFaceIndex, model_id: str) -> None:
        faces = [
            GalleryFace(new_id(), new_id(), model_id, vector, 1.0, new_id(), _START)
            for vector in self.crowd.gallery
        ]
        self.places = {face.face_id: place for place, face in enumerate(faces)}
        for start in range(0, len(faces), LOT):
            await index.insert(self.tenant_id, faces[start : start + LOT])
        # A strong query: from here on every search sees all of them.
        assert len(await index.face_ids(self.tenant_id, model_id)) == len(faces)

    async def _ask(self, index: MilvusFaceIndex, model_id: str, queries: Floats, width: int) -> Asked:
        firsts: list[int] = []
        seconds: list[float] = []
        before = CpuTimes.now()
        for start in range(0, len(queries), width):
            began = time.perf_counter()
            rows = await index.search(self.tenant_id, model_id, queries[start : start + width], 5)
            seconds.append(time.perf_counter() - began)
            firsts += [self.places[hits[0].face_id] if hits else -1 for hits in rows]
        spent = CpuTimes.now().ours.get("milvus", 0.0) - before.ours.get("milvus", 0.0)
        return Asked(firsts, seconds, round(1000 * spent / len(queries), 2))

    def _recall(self, queries: Floats, asked: Asked, *, only: Mask | None = None) -> float:
        right = np.argmax(queries @ self.crowd.gallery.T, axis=1) == np.array(asked.firsts)
        return round(float(np.mean(right if only is None else right[only])), 4)


def seal(uri: str, model_id: str, rows: int) -> None:
    """Flushes, and waits until all rows are searched by the index. Raises TimeoutError."""
    client, collection = connect(uri, timeout=60), collection_name(model_id)
    client.flush(collection)
    deadline = time.monotonic() + INDEXED_WITHIN
    while not _serves_indexed(client, collection, rows):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{collection} is not indexed within {INDEXED_WITHIN:.0f} s")
        time.sleep(0.5)
    client.close()


def _serves_indexed(client: MilvusClient, collection: str, rows: int) -> bool:
    try:
        loaded = client.list_loaded_segments(collection)
    except grpc.RpcError:
        return True  # milvus-lite knows no segments, and has its index with the flush
    is_flat = client.describe_index(collection, VECTOR)["index_type"] == "FLAT"  # which is no index at all
    sealed = [each for each in loaded if each.state_name == "Sealed" and (is_flat or each.index_name)]
    return sum(each.num_rows for each in sealed) >= rows


@contextmanager
def a_milvus(settings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A fresh server's URI and what it is."""
    lacking = what_is_lacking()
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as name:
        folder, port = Path(name), free_port()
        server = RealMilvus(data=folder / "milvus", port=port, settings=settings)
        instead = Milvus(data=folder / "milvus", port=port)
        with running(server if lacking is None else instead, log=folder / "milvus.log"):
            yield server.uri, " ".join(["2.3.5", *settings]) if lacking is None else f"milvus-lite: {lacking}"


def say(text: str) -> None:
    """Progress, beside the JSON line."""
    sys.stderr.write(text + "\n")


async def run(options: argparse.Namespace, uri: str) -> dict[str, object]:
    """The figures of the JSON object."""
    random = np.random.default_rng(options.seed)
    has_faces = options.faces is not None
    shots = real_shots(options.faces, ModelStore(), CACHE) if has_faces else made_up_shots(random)
    crowd = Crowd(shots, options.gallery, random)
    threshold = MODEL_CARDS[DEFAULT_EMBEDDER].match_threshold
    assert threshold is not None
    before = CpuTimes.now()
    indexes: dict[str, dict[str, Any]] = {}
    for index_type in options.index:
        indexes[index_type] = await Bench(uri, crowd, threshold).measure(index_type)
        say(f"{index_type}: {indexes[index_type]}")
    default = MilvusSettings.model_fields["index_type"].default
    return {
        "default_index": default,
        "recall_at_1": indexes[default]["recall_shots"] if default in indexes else None,
        "faces": "real people, and people mixed of two" if has_faces else "made up: no FACES were given",
        "people": len(np.unique(shots.people)),
        "pictures": len(shots.people),
        "gallery": len(crowd.gallery),
        "indexes": indexes,
        "foreign_cpu_percent": before.until(CpuTimes.now(), 1)["foreign_cpu_percent"],
        "load": CpuTimes.now().until(CpuTimes.now(), 1)["load"],
    }


def main() -> None:
    """Measure, draw, and print one JSON line."""
    beside = ROOT.parent / "shared" / "faces"
    parser = argparse.ArgumentParser(description="Recall of the nearest face, and what a search costs.")
    parser.add_argument(
        "--faces", type=Path, default=beside if beside.is_dir() else None, help="folder with a labels.csv"
    )
    parser.add_argument("--gallery", type=int, default=20_000, help="faces in the tenant's partition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", nargs="+", choices=get_args(IndexType), default=list(get_args(IndexType)))
    parser.add_argument("--milvus", nargs="*", default=[], metavar="KEY=VALUE", help="of milvus.yaml")
    parser.add_argument("--plot", type=Path, default=CACHE / "search.png", metavar="PNG")
    options = parser.parse_args()
    with a_milvus(options.milvus) as (uri, what):
        figures = {"milvus": what, **asyncio.run(run(options, uri))}
    plot(figures["indexes"], options.plot)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
