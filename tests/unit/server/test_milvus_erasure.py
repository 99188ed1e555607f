"""A deletion that the index does not carry out is never taken for done."""

from collections.abc import Mapping
from typing import Any

import pytest
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.storage.milvus import MilvusFaceIndex, blocking

MODEL = "a-model"


class StubbornMilvus:
    """A Milvus client whose server says yes to `deaf` deletions and forgets them."""

    def __init__(self, faces: set[str], *, deaf: int) -> None:
        self.faces = faces
        self.deaf = deaf
        self.calls: list[str] = []

    def describe_collection(self, _collection: str, **_: object) -> Mapping[str, Any]:
        return {"fields": [{"name": "face_id"}, {"name": "embedding", "params": {"dim": 8}}]}

    def describe_index(self, *_: object, **__: object) -> Mapping[str, Any]:
        return {"index_type": "FLAT"}

    def has_partition(self, *_: object, **__: object) -> bool:
        return True

    def query(self, _collection: str, *, filter: str, consistency_level: str, **_: object) -> list[Any]:  # noqa: A002
        assert consistency_level == "Strong"
        self.calls.append("query")
        return [{"face_id": face_id} for face_id in self.faces if face_id in filter]

    def delete(self, _collection: str, *, ids: list[str], **_: object) -> None:
        self.calls.append("delete")
        if self.deaf:
            self.deaf -= 1
        else:
            self.faces -= set(ids)

    def flush(self, *_: object, **__: object) -> None:
        self.calls.append("flush")

    def close(self) -> None:
        self.calls.append("close")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(milvus: StubbornMilvus) -> MilvusFaceIndex:
        monkeypatch.setattr(blocking, "connect", lambda *_, **__: milvus)
        return MilvusFaceIndex("http://stub")

    return put


async def test_a_deletion_that_was_not_carried_out_is_tried_again(serve: Any) -> None:
    gone, kept = new_id(), new_id()
    milvus = StubbornMilvus({str(gone), str(kept)}, deaf=2)
    index = serve(milvus)
    await index.delete(new_id(), MODEL, [gone])
    assert milvus.faces == {str(kept)}
    assert milvus.calls == ["query", *["delete", "flush", "query"] * 3]
    await index.close()


async def test_faces_that_stay_are_told(serve: Any) -> None:
    face_ids = [new_id(), new_id()]
    milvus = StubbornMilvus({str(face_id) for face_id in face_ids}, deaf=1000)
    index = serve(milvus)
    with pytest.raises(FootfallError, match="2 faces") as caught:
        await index.delete(new_id(), MODEL, face_ids)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    assert milvus.calls.count("delete") == blocking.DELETE_ATTEMPTS
    await index.close()


async def test_what_was_deleted_before_is_written_down_all_the_same(serve: Any) -> None:
    milvus = StubbornMilvus(set(), deaf=0)
    index = serve(milvus)
    await index.delete(new_id(), MODEL, [new_id()])
    assert milvus.calls == ["query", "flush"]
    await index.close()
