"""Whatever Milvus' client raises, the core hears that the index cannot be reached."""

import grpc
import pytest
from fakes.synthetic_faces import MODEL_ID
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.storage.milvus import MilvusFaceIndex, blocking
from pymilvus import MilvusException


class FailingMilvus:
    """A client whose every call fails in the same way."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def has_collection(self, *_: object, **__: object) -> bool:
        raise self._failure

    def close(self) -> None:
        """Nothing was opened."""


@pytest.mark.parametrize(
    "failure",
    [MilvusException(message="gone"), grpc.RpcError("Deadline Exceeded"), ConnectionRefusedError()],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_failure_of_the_client_is_an_index_that_cannot_be_reached(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "MilvusClient", lambda **_: FailingMilvus(failure))
    index = MilvusFaceIndex("http://stub")
    with pytest.raises(FootfallError) as caught:
        await index.exists(MODEL_ID)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    await index.close()
