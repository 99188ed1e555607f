"""The face index' work as blocking calls. Used from several threads at once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient, MilvusException

from footfall_server.domain.person import GalleryFace
from footfall_server.errors import unavailable
from footfall_server.ports import IndexHit
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.storage.milvus.collection import (
    CONSISTENCY,
    CUSTOMER_ID,
    FACE_ID,
    METRIC,
    TENANT_ID,
    VECTOR,
    DimensionMismatchError,
    Shape,
    create_collection,
    patient,
    read_shape,
    warn_when_different,
)
from footfall_server.storage.milvus.connection import connect
from footfall_server.storage.milvus.tenancy import (
    TenantPlace,
    drop_partition,
    make_partition,
    place_of,
    tenant_of,
)

Result = TypeVar("Result")

NOT_LOADED = 101
"""Milvus' code for a collection that is there and not loaded."""
IDS_PER_CALL = 1000
DELETE_ATTEMPTS = 3


@dataclass(slots=True)
class _Known:
    """What was asked of the server once and stays true while the collection lives."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    partitions: set[tuple[str, str]] = field(default_factory=set)


class BlockingFaceIndex:
    """Connects when first used. All methods raise MilvusException or OSError when the server fails them."""

    def __init__(self, uri: str, *, token: str, settings: MilvusIndexSettings) -> None:
        self._uri = uri
        self._token = token
        self._settings = settings
        self._timeout = settings.timeout.total_seconds()
        self._connecting = threading.Lock()
        self._client: MilvusClient | None = None
        self._known = _Known()

    def close(self) -> None:
        """Ends the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def forget(self) -> None:
        """Whatever is remembered is asked again: the server may have been wiped."""
        self._known = _Known()

    def exists(self, collection: str) -> bool:
        """Whether there is such a collection."""
        return bool(self._connected().has_collection(collection, timeout=self._timeout))

    def prepare(self, collection: str, dimension: int) -> bool:
        """Makes and loads the collection; whether it made it. Raises DimensionMismatchError."""
        client = self._connected()
        makes = not client.has_collection(collection, timeout=self._timeout)
        if makes:
            create_collection(client, collection, dimension, self._settings)
        shape = read_shape(client, collection, self._timeout)
        if shape.dimension != dimension:
            raise DimensionMismatchError(
                f"the collection {collection} holds vectors of {shape.dimension} numbers, "
                f"the model makes {dimension}"
            )
        warn_when_different(collection, shape, self._settings)
        self._known.shapes.pop(collection, None)
        if makes:  # nobody's place of the one before is in it
            self._known.partitions = {each for each in self._known.partitions if each[0] != collection}
        client.load_collection(collection, timeout=patient(self._settings))
        return makes

    def search(
        self, collection: str, tenant_id: UUID, embeddings: npt.NDArray[np.float32], limit: int
    ) -> list[list[IndexHit]]:
        """The nearest faces of the tenant for each row, best first."""
        client = self._connected()
        place = self._place(client, collection, tenant_id)
        if not self._is_there(client, collection, place):
            return [[] for _ in embeddings]
        parameters = self._settings.search_parameters(self._shape(client, collection).index_type)
        search = partial(
            client.search,
            collection,
            data=list(embeddings),
            anns_field=VECTOR,
            limit=limit,
            # Named always: milvus-lite answers the vectors, too, when nothing is.
            output_fields=[FACE_ID],
            search_params={"metric_type": METRIC, "params": parameters},
            consistency_level=CONSISTENCY,
            timeout=self._timeout,
            **place.reading(),
        )
        return [[_to_hit(hit) for hit in hits] for hits in self._when_loaded(client, collection, search)]

    def insert(self, collection: str, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        """Adds faces in the place of those with the same ids."""
        client = self._connected()
        place = self._place(client, collection, tenant_id)
        if place.partition is not None and not self._is_there(client, collection, place):
            make_partition(client, collection, place.partition, self._timeout)
            self._known.partitions.add((collection, place.partition))
        fields = dict(place.fields)
        if self._shape(client, collection).has_customers:
            fields[CUSTOMER_ID] = ""
        ids = [str(face.face_id) for face in faces]
        # Not upsert: Milvus 2.3 misplaces what it upserts. Deleting what is not there is harmless.
        client.delete(collection, ids=ids, timeout=self._timeout, **place.writing())
        rows = [
            {FACE_ID: face_id, VECTOR: face.embedding, **fields}
            for face_id, face in zip(ids, faces, strict=True)
        ]
        client.insert(collection, data=rows, timeout=self._timeout, **place.writing())

    def delete(self, collection: str, tenant_id: UUID, face_ids: Sequence[UUID]) -> None:
        """Deletes and makes sure. Raises UNAVAILABLE / INDEX_UNAVAILABLE when some of them stay."""
        client = self._connected()
        place = self._place(client, collection, tenant_id)
        if not self._is_there(client, collection, place):
            return
        # By ids alone a deletion reaches everybody's faces; in milvus-lite even where a partition is named.
        left = self._present(client, collection, place, [str(face_id) for face_id in face_ids])
        for _ in range(DELETE_ATTEMPTS):
            for lot in _lots(left):
                client.delete(collection, ids=lot, timeout=self._timeout, **place.writing())
            client.flush(collection, timeout=patient(self._settings))
            left = self._present(client, collection, place, left)
            if not left:
                return
        raise unavailable("INDEX_UNAVAILABLE", f"{len(left)} faces are still in the face index")

    def face_ids(self, collection: str, tenant_id: UUID) -> frozenset[UUID]:
        """All faces of the tenant."""
        client = self._connected()
        place = self._place(client, collection, tenant_id)
        if not self._is_there(client, collection, place):
            return frozenset()
        # An iterator reads what the server has got to; a strong query lets it get to now.
        self._present(client, collection, place, [str(tenant_id)])
        pages = client.query_iterator(
            collection,
            batch_size=IDS_PER_CALL,
            output_fields=[FACE_ID],
            timeout=self._timeout,
            **place.reading(),
        )
        try:
            return frozenset(UUID(row[FACE_ID]) for page in iter(pages.next, []) for row in page)
        finally:
            pages.close()

    def tenants_beside(self, collection: str, known: frozenset[UUID]) -> frozenset[UUID]:
        """Tenants but these whose faces are there, or were."""
        client = self._connected()
        if self._shape(client, collection).tenancy == "partition":
            names = client.list_partitions(collection, timeout=self._timeout)
            return frozenset(each for each in map(tenant_of, names) if each is not None) - known
        named = ", ".join(f'"{each}"' for each in sorted(known))
        query = partial(
            client.query,
            collection,
            filter=f"{TENANT_ID} not in [{named}]" if known else f'{TENANT_ID} != ""',
            output_fields=[TENANT_ID],
            limit=IDS_PER_CALL,
            consistency_level="Strong",
            timeout=patient(self._settings),
        )
        rows = self._when_loaded(client, collection, query)
        return frozenset(UUID(row[TENANT_ID]) for row in rows)

    def drop_tenant(self, collection: str, tenant_id: UUID) -> None:
        """Deletes all faces of the tenant."""
        client = self._connected()
        if not client.has_collection(collection, timeout=self._timeout):
            return
        place = self._place(client, collection, tenant_id)
        if place.partition is None:
            self.delete(collection, tenant_id, sorted(self.face_ids(collection, tenant_id)))
            return
        self._known.partitions.discard((collection, place.partition))
        if client.has_partition(collection, place.partition, timeout=self._timeout):
            drop_partition(client, collection, place.partition, self._timeout)

    def drop(self, collection: str) -> None:
        """Deletes the collection."""
        self.forget()
        client = self._connected()
        if client.has_collection(collection, timeout=self._timeout):
            client.drop_collection(collection, timeout=self._timeout)

    def _connected(self) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                self._client = connect(self._uri, token=self._token, timeout=self._timeout)
            return self._client

    def _shape(self, client: MilvusClient, collection: str) -> Shape:
        known = self._known.shapes.get(collection)
        if known is None:
            known = read_shape(client, collection, self._timeout)
            if known.index_type:  # else another replica has not done with it
                self._known.shapes[collection] = known
        return known

    def _place(self, client: MilvusClient, collection: str, tenant_id: UUID) -> TenantPlace:
        return place_of(self._shape(client, collection), tenant_id)

    def _is_there(self, client: MilvusClient, collection: str, place: TenantPlace) -> bool:
        """Remembers only what is there: another replica may make the rest at any time."""
        if place.partition is None or (collection, place.partition) in self._known.partitions:
            return True
        if not client.has_partition(collection, place.partition, timeout=self._timeout):
            return False
        self._known.partitions.add((collection, place.partition))
        return True

    def _present(
        self, client: MilvusClient, collection: str, place: TenantPlace, face_ids: list[str]
    ) -> list[str]:
        """Which of the faces the tenant has at this moment: asked with strong consistency, 200 ms."""
        found: list[str] = []
        for lot in _lots(face_ids):
            named = ", ".join(f'"{face_id}"' for face_id in lot)
            query = partial(
                client.query,
                collection,
                output_fields=[FACE_ID],
                consistency_level="Strong",
                timeout=self._timeout,
                **place.reading(f"{FACE_ID} in [{named}]"),
            )
            found += [row[FACE_ID] for row in self._when_loaded(client, collection, query)]
        return found

    def _when_loaded(self, client: MilvusClient, collection: str, call: Callable[[], Result]) -> Result:
        try:
            return call()
        except MilvusException as error:
            if error.code != NOT_LOADED:
                raise
            # milvus-lite forgets over a restart what was loaded.
            client.load_collection(collection, timeout=patient(self._settings))
            return call()


def _lots(face_ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(face_ids), IDS_PER_CALL):
        yield list(face_ids[start : start + IDS_PER_CALL])


def _to_hit(hit: Any) -> IndexHit:
    return IndexHit(face_id=UUID(hit["entity"][FACE_ID]), score=float(hit["distance"]))
