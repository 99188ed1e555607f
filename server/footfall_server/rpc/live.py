"""LiveService."""

# ruff: noqa: N802 - the methods are named by the proto

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from footfall.v1 import live_service_pb2, live_service_pb2_grpc

from footfall_server.live.watch import Watch
from footfall_server.rpc import convert_live
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id


class LiveServicer(live_service_pb2_grpc.LiveServiceServicer):
    """Streams what happens."""

    def __init__(self, *, watch: Watch) -> None:
        self._watch = watch

    async def Watch(
        self, request: live_service_pb2.WatchRequest, _context: Any
    ) -> AsyncIterator[live_service_pb2.WatchResponse]:
        changes = self._watch.changes(
            current_principal(),
            topics=convert_live.from_topics(request.topics),
            site_id=from_optional_id(request.site_id),
            after_revision=request.after_revision if request.HasField("after_revision") else None,
        )
        async with aclosing(changes) as items:
            async for item in items:
                yield convert_live.to_watch_response(item)
