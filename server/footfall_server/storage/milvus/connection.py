"""How a process connects to Milvus."""

from pymilvus import MilvusClient

_CHANNEL = {"grpc.keepalive_time_ms": 60_000, "grpc.keepalive_permit_without_calls": 0}
"""Every call has a deadline, so nothing is asked of an idle connection: a server that does not expect pings
every ten seconds, as milvus-lite, ends the connection for them, and whatever is on its way then fails."""


def connect(uri: str, *, timeout: float, token: str = "") -> MilvusClient:
    """A client with a connection of its own, to be closed by who asked for it; `timeout` in seconds.

    Raises `pymilvus.exceptions.MilvusException` when the server cannot be reached in time.
    """
    return MilvusClient(uri=uri, token=token, timeout=timeout, dedicated=True, grpc_options=_CHANNEL)
