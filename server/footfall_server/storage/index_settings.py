"""How the face index is kept in Milvus: tenancy, kind of index and its parameters. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

IndexType = Literal["FLAT", "IVF_FLAT", "HNSW"]
Tenancy = Literal["partition", "partition_key"]
Stage = Literal["build", "search"]

DEFAULTS: Mapping[Stage, Mapping[str, Mapping[str, int]]] = {
    "build": {"FLAT": {}, "IVF_FLAT": {"nlist": 1024}, "HNSW": {"M": 16, "efConstruction": 200}},
    # A face that the index misses becomes a second customer, so these lean to recall: of real pictures they
    # find 99.9 % and 100 % of what an exact search finds (docs/benchmarks.md).
    "search": {"FLAT": {}, "IVF_FLAT": {"nprobe": 64}, "HNSW": {"ef": 256}},
}
_HIGHEST = {"nlist": 65536, "nprobe": 65536, "M": 2048, "efConstruction": 32768, "ef": 32768}


def checked_parameters(stage: Stage, index_type: IndexType, given: object) -> dict[str, int]:
    """What an index of this type is built or searched with: the defaults, and what is given over them.

    `given` maps names of parameters to whole numbers from 1 on. Raises ValueError, which says what is right.
    """
    defaults = DEFAULTS[stage][index_type]
    known = f"only {' and '.join(defaults)}" if defaults else "no parameters"
    if not isinstance(given, Mapping) or not set(given) <= set(defaults):
        raise ValueError(f"{index_type} takes {known} for its {stage}, as a JSON object")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _HIGHEST[name]:
            raise ValueError(f"{name} must be a whole number from 1 to {_HIGHEST[name]}")
    return {**defaults, **given}


@dataclass(frozen=True, slots=True)
class MilvusIndexSettings:
    """How a new collection is made, how one is searched, and how long a call takes at most.

    `build` and `search` go over the defaults of the index type. Raises ValueError when they do not fit it.
    """

    tenancy: Tenancy = "partition"
    index_type: IndexType = "FLAT"
    build: Mapping[str, int] = field(default_factory=dict)
    search: Mapping[str, int] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=5)
    threads: int = 4

    def __post_init__(self) -> None:
        checked_parameters("build", self.index_type, self.build)
        checked_parameters("search", self.index_type, self.search)

    def build_parameters(self) -> dict[str, int]:
        """What a new collection's index is built with."""
        return checked_parameters("build", self.index_type, self.build)

    def search_parameters(self, index_type: str) -> dict[str, int]:
        """What a collection with such an index is searched with; one of another type by its own defaults."""
        if index_type == self.index_type:
            return checked_parameters("search", self.index_type, self.search)
        return dict(DEFAULTS["search"].get(index_type, {}))
