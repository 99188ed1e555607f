"""Something that the worker does for as long as it has a link."""

from typing import NoReturn, Protocol

from footfall.v1 import ingest_service_pb2

from footfall_edge.link.outbox import Outbox


class LinkDuty(Protocol):
    """One part of the conversation with the core. It outlives links; each link begins it anew."""

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """The core has answered a Hello that was sent at that second of the steady clock."""
        ...

    async def run(self, outbox: Outbox) -> NoReturn:
        """Say what there is to say until cancelled, which is when the link ends."""
        ...

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take a message, or leave it: each duty is shown all of them. Must not wait."""
        ...
