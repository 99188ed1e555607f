"""The face index on Milvus, be it a cluster or milvus-lite's server. It can be rebuilt from PostgreSQL.

A collection per model; in it a tenant's faces are apart from everybody else's, by a partition of its own or
by a partition key. Consistency is "Eventually"; what is not found yet, the core's recent faces answer for.
"""

from footfall_server.storage.milvus.collection import DimensionMismatchError, collection_name
from footfall_server.storage.milvus.face_index import MilvusFaceIndex

__all__ = ["DimensionMismatchError", "MilvusFaceIndex", "collection_name"]
