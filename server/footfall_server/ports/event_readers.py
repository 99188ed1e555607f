"""How far those have come that carry the tenant's changes to the world outside."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class EventReader(StrEnum):
    """Who reads the log of changes once, over all replicas."""

    WEBHOOKS = "webhooks"
    MQTT = "mqtt"


class EventCursorRepository(Protocol):
    """Up to which revision each reader carried the tenant's changes. The log keeps what one has not read."""

    async def hold(self, reader: EventReader, revision: int) -> None:
        """Keeps the reader where it is until the transaction ends; a new one begins after the revision."""
        ...

    async def forget(self, reader: EventReader) -> None:
        """Nobody reads for it any more: the log waits for it no longer."""
        ...

    async def position(self, reader: EventReader) -> int | None:
        """The revision that it has come to; None while it never began."""
        ...

    async def claim(self, reader: EventReader, token: UUID, now: datetime, until: datetime) -> int | None:
        """Takes the place of a reader until a moment, and gives the revision to go on after.

        None when it never began, or somebody else has it or is taking it.
        """
        ...

    async def advance(self, reader: EventReader, token: UUID, revision: int, until: datetime) -> bool:
        """Notes what was carried and keeps the place until a moment; False when it was lost meanwhile."""
        ...


class BrokerAwayError(Exception):
    """The broker cannot be reached, refuses us, or did not confirm in time. The text quotes nothing."""


class BrokerLink(Protocol):
    """A connection to a broker."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Returns when the broker has it. Raises BrokerAwayError."""
        ...


class EventBroker(Protocol):
    """A broker of messages."""

    def connected(self) -> AbstractAsyncContextManager[BrokerLink]:
        """A connection for as long as the context is open. Raises BrokerAwayError."""
        ...

    @property
    def topic_prefix(self) -> str:
        """What all topics begin with."""
        ...
