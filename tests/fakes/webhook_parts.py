"""Receivers that are not there, and a seal that everybody opens."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from footfall_server.domain.webhook import SendFailure
from footfall_server.ports import Receiver, SendFailedError


@dataclass(frozen=True, slots=True)
class Posted:
    """What somebody was sent."""

    url: str
    headers: Mapping[str, str]
    body: bytes


Answer = Callable[[Posted], "int | SendFailure"]


@dataclass(slots=True)
class FakeWebhookSender:
    """Implements WebhookSender. `answer` says what becomes of a request: 204 unless a test says otherwise."""

    answer: Answer = lambda _: 204
    allow_private: bool = False
    posted: list[Posted] = field(default_factory=list)

    @asynccontextmanager
    async def to(self, url: str) -> AsyncIterator[Receiver]:
        yield _Receiver(self, url)


class _Receiver:
    def __init__(self, sender: FakeWebhookSender, url: str) -> None:
        self._sender = sender
        self._url = url

    async def post(self, headers: Mapping[str, str], body: bytes) -> int:
        posted = Posted(self._url, headers, body)
        self._sender.posted.append(posted)
        answer = self._sender.answer(posted)
        if isinstance(answer, SendFailure):
            raise SendFailedError(answer)
        return answer


class FakeSecretSeal:
    """Implements SecretSeal: what it seals says whose it is."""

    def seal(self, tenant_id: UUID, webhook_id: UUID, secret: bytes) -> bytes:
        return tenant_id.bytes + webhook_id.bytes + secret[::-1]

    def open(self, tenant_id: UUID, webhook_id: UUID, sealed: bytes) -> bytes | None:
        bound = tenant_id.bytes + webhook_id.bytes
        return sealed[len(bound) :][::-1] if sealed.startswith(bound) else None
