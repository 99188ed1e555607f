"""Two replicas make a collection at the same moment: whoever is refused waits for the other."""

import pytest
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.storage.milvus import collection
from footfall_server.storage.milvus.collection import create_collection
from pymilvus import MilvusClient, MilvusException


class SecondReplica:
    """The client of a replica that comes second. What the first makes shows after so many looks."""

    def __init__(self, *, shows_after: int, index_after: int) -> None:
        self._shows_after = shows_after
        self._index_after = index_after
        self.looks = 0

    create_schema = staticmethod(MilvusClient.create_schema)
    prepare_index_params = staticmethod(MilvusClient.prepare_index_params)

    def create_collection(self, *_given: object, **_named: object) -> None:
        raise MilvusException(code=1, message="File exists")

    def has_collection(self, _name: str, timeout: float) -> bool:
        assert timeout > 0
        self.looks += 1
        return self.looks > self._shows_after

    def list_indexes(self, _name: str) -> list[str]:
        return ["embedding"] if self.looks > self._index_after else []


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "_RACE_SECONDS", 0.2)
    monkeypatch.setattr(collection, "_RACE_STEP_SECONDS", 0.001)


def test_who_comes_second_waits_until_the_collection_has_its_index() -> None:
    client = SecondReplica(shows_after=2, index_after=4)
    create_collection(client, "faces", 512, MilvusIndexSettings())  # type: ignore[arg-type]
    assert client.looks == 5


def test_what_nobody_makes_is_an_error() -> None:
    client = SecondReplica(shows_after=1_000_000, index_after=0)
    with pytest.raises(MilvusException, match="File exists"):
        create_collection(client, "faces", 512, MilvusIndexSettings())  # type: ignore[arg-type]
    assert client.looks > 1
