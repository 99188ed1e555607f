"""Brings face images into the object store, after the core has the events that announced them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import aiohttp
import structlog

from footfall_edge.spool import Spool
from footfall_edge.spool_file import SpoolError

_BATCH = 16
_AT_ONCE = 4
_FIRST_RETRY_S = 1.0
_LAST_RETRY_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to put one object. put_url is a secret for as long as it lasts."""

    image_id: str
    put_url: str

    def __repr__(self) -> str:
        """Leave the URL out: whoever has it may write."""
        return f"Grant(image_id={self.image_id!r})"


@dataclass(frozen=True, slots=True)
class Grants:
    """The core's answer to a request. Unwanted images need not be kept."""

    grants: tuple[Grant, ...]
    unwanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The core's answer to a report."""

    stored: tuple[str, ...]
    missing: tuple[str, ...]


class UploadExchange(Protocol):
    """The part of the link that uploads need. Both raise TimeoutError when no answer comes."""

    async def request_grants(self, image_ids: Sequence[str]) -> Grants: ...

    async def report_uploads(self, image_ids: Sequence[str]) -> Receipt: ...


class ImageStore(Protocol):
    """Puts a file where a presigned URL says; returns whether the store took it."""

    async def put(self, url: str, content: bytes) -> bool: ...


class PresignedStore:
    """The object store, as far as presigned URLs reach."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def put(self, url: str, content: bytes) -> bool:
        try:
            async with self._http.put(
                url, data=content, headers={"Content-Type": "image/jpeg"}, allow_redirects=False
            ) as answer:
                if answer.ok:
                    return True
                _log.warning("image_put_refused", status=answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Only the kind of error: its text holds the URL, and the URL is the right to write.
            _log.warning("image_put_failed", error=type(error).__name__)
        return False


class _Put(Enum):
    DONE = auto()
    FAILED = auto()
    GONE = auto()
    """Dropped in the meantime, to make room."""


class ImageUploader:
    """Uploads what waits in the spool, for ever; an image goes from the spool when the core has found it.

    An image that fails waits longer each time, and the others go on. When the store takes none of those it
    was just given, all of them wait, and one at a time tries whether it is back: a store that is away for a
    day costs the core a question a minute.
    """

    def __init__(
        self,
        *,
        spool: Spool,
        store: ImageStore,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] = random.uniform,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._spool = spool
        self._store = store
        self._clock = clock
        self._draw = draw
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._standstills = 0

    async def run(self, exchange: UploadExchange) -> None:
        """Upload through this link until it is cancelled."""
        slots = asyncio.Semaphore(_AT_ONCE)
        while True:
            try:
                await self._upload_some(exchange, slots)
            except SpoolError as error:
                # A picture that the disk does not give must not end the link, and with it the events.
                self._standstills += 1
                _log.warning("upload_spool_failed", detail=str(error))

    async def _upload_some(self, exchange: UploadExchange, slots: asyncio.Semaphore) -> None:
        image_ids = await self._next_batch()
        settled: list[str] = []
        try:
            grants = await exchange.request_grants(image_ids)
            settled += [image_id for image_id in grants.unwanted if image_id in image_ids]
            wanted = [grant for grant in grants.grants if grant.image_id in image_ids]
            puts = await asyncio.gather(*(self._put(grant, slots) for grant in wanted))
            done = [grant.image_id for grant, put in zip(wanted, puts, strict=True) if put is _Put.DONE]
            settled += [grant.image_id for grant, put in zip(wanted, puts, strict=True) if put is _Put.GONE]
            if _Put.FAILED in puts:
                self._standstills = 0 if done else self._standstills + 1
            elif done:
                self._standstills = 0
            if done:
                receipt = await exchange.report_uploads(done)
                settled += [image_id for image_id in receipt.stored if image_id in done]
        except TimeoutError:
            _log.warning("upload_answer_missing", images=len(image_ids))
        if settled:
            await self._spool.delete_images(settled)
        self._settle(settled, left=[one for one in image_ids if one not in settled])

    async def _next_batch(self) -> Sequence[str]:
        if self._standstills:
            await self._sleep(self._delay(self._standstills))
        batch = 1 if self._standstills else _BATCH
        while True:
            now = self._clock()
            self._not_before = {one: at for one, at in self._not_before.items() if at > now}
            pause = min(self._not_before.values()) - now if self._not_before else None
            try:
                async with asyncio.timeout(pause):
                    return await self._spool.images_to_upload(batch, self._not_before)
            except TimeoutError:
                continue

    async def _put(self, grant: Grant, slots: asyncio.Semaphore) -> _Put:
        async with slots:
            try:
                content = await self._spool.read_image(grant.image_id)
            except SpoolError as error:
                _log.warning("image_not_read", image_id=grant.image_id, detail=str(error))
                return _Put.FAILED
            if content is None:
                return _Put.GONE
            return _Put.DONE if await self._store.put(grant.put_url, content) else _Put.FAILED

    def _settle(self, settled: Sequence[str], *, left: Sequence[str]) -> None:
        for image_id in settled:
            self._failures.pop(image_id, None)
            self._not_before.pop(image_id, None)
        for image_id in left:
            failures = self._failures.get(image_id, 0) + 1
            self._failures[image_id] = failures
            self._not_before[image_id] = self._clock() + self._delay(failures)

    def _delay(self, failures: int) -> float:
        bound = min(_FIRST_RETRY_S * 2.0 ** min(failures, 16), _LAST_RETRY_S)
        return self._draw(bound / 2, bound)
