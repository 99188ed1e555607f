"""Stays connected to the core for as long as the process lives."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

import grpc
import grpc.aio
import structlog
from footfall.v1 import ingest_service_pb2_grpc

from footfall_edge.backoff import Backoff
from footfall_edge.link.access_token import AccessToken
from footfall_edge.link.duty import LinkDuty
from footfall_edge.link.failures import (
    CertificateChangedError,
    CertificateUnusableError,
    Failure,
    LinkEndedError,
    TokenExpiringError,
    read_failure,
)
from footfall_edge.link.session import Cameras, LinkSession, WorkerCard
from footfall_edge.spool import Spool
from footfall_edge.spool_file import SpoolError
from footfall_edge.uploads import ImageUploader

_log = structlog.get_logger(__name__)

Dial = Callable[[], grpc.aio.Channel]


class Tokens(Protocol):
    """Where access tokens come from: an API key, or a certificate."""

    @property
    def refused(self) -> str:
        """What it means that the core does not take what it was shown, for people."""
        ...

    @property
    def cut_off(self) -> str:
        """What it means that the gateway breaks TLS off, for people."""
        ...

    async def get(self, channel: grpc.aio.Channel) -> AccessToken:
        """A token with time left. Raises grpc.aio.AioRpcError, or LinkEndedError for what to do instead."""
        ...

    def forget(self) -> None:
        """Have a new token next time."""
        ...


class LinkState(StrEnum):
    """The link in one word."""

    STARTING = "starting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """How the link does. detail says why it is offline."""

    state: LinkState = LinkState.STARTING
    detail: str = ""
    since: datetime | None = None
    last_ack_time: datetime | None = None


class CoreLink:
    """Dials, lets a session work, and dials again, for ever, with growing and jittered pauses."""

    def __init__(
        self,
        *,
        dial: Dial,
        tokens: Tokens,
        spool: Spool,
        cameras: Cameras,
        uploader: ImageUploader,
        card: WorkerCard,
        duties: Sequence[LinkDuty] = (),
        worker_id: Callable[[], str | None] = lambda: None,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """worker_id: whom a certificate names; the spool names a worker that has none."""
        self._worker_id = worker_id
        self._dial = dial
        self._tokens = tokens
        self._spool = spool
        self._cameras = cameras
        self._uploader = uploader
        self._card = card
        self._duties = duties
        self._backoff = backoff or Backoff(first=0.5, limit=30.0)
        self._clock = clock
        self._status = LinkStatus()
        self._session: LinkSession | None = None
        self._hung_up: asyncio.Event | None = None

    @property
    def status(self) -> LinkStatus:
        """How the link does; a value that is replaced, never changed."""
        return self._status

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            ended = await self._connect_once()
            if self._hung_up is not None:
                self._hung_up.set()
                await asyncio.Event().wait()  # until cancelled
            if ended is None:
                continue
            delay = self._backoff.next_delay()
            self._set(state=LinkState.OFFLINE, detail=ended)
            _log.warning("link_down", detail=ended, retry_in_s=round(delay, 2))
            await asyncio.sleep(delay)

    async def drain(self, *, within_s: float) -> bool:
        """Wait until the core has all that is spooled, if it is there at all; whether it has."""
        try:
            async with asyncio.timeout(within_s):
                while (await self._spool.depth()).events:
                    if self._status.state is not LinkState.ONLINE:
                        return False
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True

    async def hang_up(self, *, within_s: float) -> None:
        """End the link so that the core has heard all that was said, if it answers in time; dial no more."""
        self._hung_up = asyncio.Event()
        if self._session is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._session.hang_up()
                await self._hung_up.wait()

    async def _connect_once(self) -> str | None:
        """One connection from its first byte to its last; returns why it ended, None to dial at once."""
        try:
            channel = self._dial()
        except OSError as error:
            return f"the gateway's authority file cannot be read: {error.strerror}"
        try:
            await self._work(channel)
        except Exception as error:  # noqa: BLE001 (the loop that must never end; _judge tells all of them)
            return self._judge(_causes(error))
        finally:
            await channel.close()
        raise AssertionError("unreachable: a session ends by raising")

    async def _work(self, channel: grpc.aio.Channel) -> None:
        token = await self._tokens.get(channel)
        stream = ingest_service_pb2_grpc.IngestServiceStub(channel).Connect(metadata=token.metadata)
        self._session = LinkSession(
            stream=stream,
            spool=self._spool,
            cameras=self._cameras,
            uploader=self._uploader,
            card=self._card,
            duties=self._duties,
            worker_id=self._worker_id(),
            renew_at=token.renew_at,
            on_welcome=self._welcomed,
            on_ack=self._acked,
            clock=self._clock,
        )
        try:
            await self._session.run()
        finally:
            self._session = None
            stream.cancel()

    def _judge(self, causes: Sequence[BaseException]) -> str | None:
        """Why the link ended, for people; None when it is to be dialled again at once."""
        if any(isinstance(cause, TokenExpiringError) for cause in causes):
            self._tokens.forget()
            _log.info("link_renews_token")
            return None
        if any(isinstance(cause, CertificateChangedError) for cause in causes):
            return None
        for cause in causes:
            if isinstance(cause, CertificateUnusableError):
                self._backoff.back_off()
                return str(cause)
        for cause in causes:
            if isinstance(cause, grpc.aio.AioRpcError):
                return self._judge_status(read_failure(cause))
        for cause in causes:
            if isinstance(cause, LinkEndedError | SpoolError):
                return str(cause)
        # A fault of ours must not take the cameras down with the link: it is told and tried again.
        _log.error("link_fault", exc_info=causes[0])
        return f"internal error: {type(causes[0]).__name__}"

    def _judge_status(self, failure: Failure) -> str:
        if failure.code == grpc.StatusCode.UNAUTHENTICATED.name:
            self._tokens.forget()
        match failure.reason:
            case "BAD_CREDENTIALS":
                self._backoff.back_off()
                return self._tokens.refused
            case "EDGE_REPLACED":
                self._backoff.back_off()
                return "another worker with this one's identity is connected; was its data folder copied?"
            case "MODEL_MISMATCH":
                self._backoff.back_off()
                return "the core matches with another model than this worker embeds with"
        if failure.cut_in_tls:
            return self._tokens.cut_off
        return f"{failure.code} {failure.reason}".strip()

    def _welcomed(self) -> None:
        self._backoff.begin()
        self._set(state=LinkState.ONLINE, detail="")

    def _acked(self, _through: int) -> None:
        self._status = replace(self._status, last_ack_time=datetime.now(UTC))

    def _set(self, *, state: LinkState, **changes: Any) -> None:
        since = self._status.since if state is self._status.state else datetime.now(UTC)
        self._status = replace(self._status, state=state, since=since, **changes)


def _causes(error: BaseException) -> list[BaseException]:
    """The errors that a group holds, however deep; an error that is no group stands for itself."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [cause for nested in error.exceptions for cause in _causes(nested)]
