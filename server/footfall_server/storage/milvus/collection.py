"""A model's collection: its name, how a new one is made, and how one that is there was made."""

import re
import time
from dataclasses import dataclass
from typing import Any

import structlog
from pymilvus import DataType, MilvusClient, MilvusException

from footfall_server.storage.index_settings import MilvusIndexSettings, Tenancy

METRIC = "COSINE"
FACE_ID = "face_id"
TENANT_ID = "tenant_id"
CUSTOMER_ID = "customer_id"
"""Whose a face is. Collections of earlier releases have it, and nobody reads it: PostgreSQL says that."""
VECTOR = "embedding"
CONSISTENCY = "Eventually"
UUID_LENGTH = 36
KEY_PARTITIONS = 64
"""Into how many partitions a collection with a partition key is divided."""

SLOW = 60.0
"""Seconds that making, loading and flushing a collection may take: some on an idle server, and newer ones
flush a collection once in ten seconds at most."""

_RACE_SECONDS = 10.0
_RACE_STEP_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class DimensionMismatchError(Exception):
    """The collection of a model holds vectors of another length."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a collection was made, whatever the settings say by now.

    `dimension` is 0 without vectors, `index_type` empty before the index is made.
    """

    dimension: int
    index_type: str
    tenancy: Tenancy
    has_customers: bool


def collection_name(model_id: str) -> str:
    """The model's collection. Milvus takes letters, digits and underscores."""
    return f"face_embeddings_{re.sub(r'[^0-9A-Za-z]', '_', model_id)}"


def patient(settings: MilvusIndexSettings) -> float:
    """Seconds for the calls that are slow by nature."""
    return max(SLOW, settings.timeout.total_seconds())


def read_shape(client: MilvusClient, collection: str, timeout: float) -> Shape:
    """Asks the server. Raises MilvusException when there is no such collection."""
    description = client.describe_collection(collection, timeout=timeout)
    fields: dict[str, Any] = {each["name"]: each for each in description["fields"]}
    index = client.describe_index(collection, VECTOR, timeout=timeout) or {}
    return Shape(
        dimension=int(fields.get(VECTOR, {}).get("params", {}).get("dim", 0)),
        index_type=str(index.get("index_type", "")),
        tenancy="partition_key" if fields.get(TENANT_ID, {}).get("is_partition_key") else "partition",
        has_customers=CUSTOMER_ID in fields,
    )


def warn_when_different(collection: str, shape: Shape, settings: MilvusIndexSettings) -> None:
    """Says what of the settings does not hold for a collection that was made with other ones."""
    if shape.index_type not in {"", settings.index_type}:
        _log.warning("face_index.other_type", collection=collection, index_type=shape.index_type)
    if shape.tenancy != settings.tenancy:
        _log.warning("face_index.other_tenancy", collection=collection, tenancy=shape.tenancy)


def create_collection(
    client: MilvusClient, collection: str, dimension: int, settings: MilvusIndexSettings
) -> None:
    """Makes and loads it as the settings say. Harmless when another replica makes it at the same moment."""
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(FACE_ID, DataType.VARCHAR, max_length=UUID_LENGTH, is_primary=True)
    divided = {}
    if settings.tenancy == "partition_key":
        schema.add_field(TENANT_ID, DataType.VARCHAR, max_length=UUID_LENGTH, is_partition_key=True)
        divided["num_partitions"] = KEY_PARTITIONS
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
    index = client.prepare_index_params()
    index.add_index(
        VECTOR, index_type=settings.index_type, metric_type=METRIC, params=settings.build_parameters()
    )
    timeout = patient(settings)
    try:
        client.create_collection(
            collection,
            schema=schema,
            index_params=index,
            consistency_level=CONSISTENCY,
            timeout=timeout,
            **divided,
        )
    except MilvusException:
        if not _is_made_elsewhere(client, collection, timeout):
            raise


def _is_made_elsewhere(client: MilvusClient, collection: str, timeout: float) -> bool:
    """Whether another replica makes it, waiting until it is whole.

    Whoever comes second is refused before the first is done: milvus-lite tells of a collection some time
    after it refuses to make it again, and its index comes in a call of its own.
    """
    give_up = time.monotonic() + _RACE_SECONDS
    while True:
        if client.has_collection(collection, timeout=timeout) and client.list_indexes(collection):
            return True
        if time.monotonic() >= give_up:
            return False
        time.sleep(_RACE_STEP_SECONDS)
