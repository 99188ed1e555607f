"""Where a tenant's faces lie in a collection: in a partition of its own, or under its partition key.

A partition is searched without a filter, which would only cost. Of partitions a collection takes a limited
number; a key takes any number of tenants, which then share partitions and are told apart by a filter.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pymilvus import MilvusClient, MilvusException

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.storage.milvus.collection import TENANT_ID, Shape

_OF_A_TENANT = re.compile(r"t_([0-9a-f]{32})")
_TOO_MANY = re.compile(r"partition.*(exceed|limit)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TenantPlace:
    """What names the place in calls. Made of ids alone, so nothing can be injected."""

    partition: str | None
    condition: str
    fields: dict[str, str] = field(default_factory=dict)

    def reading(self, condition: str = "") -> dict[str, Any]:
        """Arguments of a search or query that sees this tenant's faces only."""
        both = " and ".join(each for each in (self.condition, condition) if each)
        within = {} if self.partition is None else {"partition_names": [self.partition]}
        return {"filter": both, **within}

    def writing(self) -> dict[str, Any]:
        """Arguments of an insertion or a deletion by id."""
        return {} if self.partition is None else {"partition_name": self.partition}


def place_of(shape: Shape, tenant_id: UUID) -> TenantPlace:
    """Where the tenant's faces are, or will be."""
    if shape.tenancy == "partition_key":
        return TenantPlace(None, f'{TENANT_ID} == "{tenant_id}"', {TENANT_ID: str(tenant_id)})
    return TenantPlace(f"t_{tenant_id.hex}", "")


def tenant_of(partition: str) -> UUID | None:
    """Whose partition that is; None for one that is no tenant's."""
    found = _OF_A_TENANT.fullmatch(partition)
    return None if found is None else UUID(found[1])


def make_partition(client: MilvusClient, collection: str, partition: str, timeout: float) -> None:
    """Makes it, unless another replica was faster. Raises INDEX_FULL when the collection takes no more."""
    try:
        client.create_partition(collection, partition, timeout=timeout)
    except MilvusException as error:
        if client.has_partition(collection, partition, timeout=timeout):
            return
        if _TOO_MANY.search(str(error)) is None:
            raise
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "INDEX_FULL",
            f"the collection {collection} takes no more partitions, and each tenant has one: set "
            "FOOTFALL_SERVER_MILVUS__TENANCY to partition_key and let the collection be made again",
        ) from error


def drop_partition(client: MilvusClient, collection: str, partition: str, timeout: float) -> None:
    """Drops it with all that is in it."""
    try:
        client.drop_partition(collection, partition, timeout=timeout)
    except MilvusException as error:
        if "release" not in str(error):
            raise
        # A server drops only what is not loaded; milvus-lite cannot release a part, and needs not.
        client.release_partitions(collection, [partition], timeout=timeout)
        client.drop_partition(collection, partition, timeout=timeout)
