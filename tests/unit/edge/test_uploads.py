"""When images are tried, and when not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from fakes.spool_samples import event, open_file
from footfall_edge.spool import Spool
from footfall_edge.spool_file import SpoolError
from footfall_edge.uploads import Grant, Grants, ImageUploader, Receipt


class Exchange:
    """A core that grants everything and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def request_grants(self, image_ids: Sequence[str]) -> Grants:
        self.asked.append(list(image_ids))
        return Grants(tuple(Grant(one, one) for one in image_ids), ())

    async def report_uploads(self, image_ids: Sequence[str]) -> Receipt:
        return Receipt(tuple(image_ids), ())


class Store:
    """Takes what it is told to take."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.is_down = False
        self.taken: list[str] = []
        self.tries = 0

    async def put(self, url: str, content: bytes) -> bool:
        assert content == b"jpeg"
        self.tries += 1
        if self.is_down or url in self.refuses:
            return False
        self.taken.append(url)
        return True


class Pauses:
    """Lets no time pass but what a test allows."""

    def __init__(self, *, allowed: int) -> None:
        self.wanted: list[float] = []
        self.allowed = asyncio.Semaphore(allowed)

    async def sleep(self, seconds: float) -> None:
        self.wanted.append(seconds)
        await self.allowed.acquire()


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    """Twenty images that may be uploaded."""
    file = open_file(tmp_path / "spool.sqlite")
    for number in range(20):
        file.append(event(f"e{number}", image=(f"i{number:02}", b"jpeg")))
    file.acknowledge(20)
    file.close()
    spool = await Spool.open(tmp_path / "spool.sqlite", max_bytes=1 << 20)
    yield spool
    await spool.close()


@asynccontextmanager
async def uploading(spool: Spool, exchange: Exchange, store: Store, pauses: Pauses) -> AsyncIterator[None]:
    uploader = ImageUploader(spool=spool, store=store, draw=lambda low, _high: low, sleep=pauses.sleep)
    task = asyncio.create_task(uploader.run(exchange))
    try:
        yield
    finally:
        assert not task.done(), "uploading never ends by itself"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + 10
    while not condition():
        assert loop.time() < end, "it never comes to that"
        await asyncio.sleep(0.005)


async def test_a_store_that_is_down_is_tried_with_one_image_at_ever_longer_times(spool: Spool) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=4)
    store.is_down = True
    async with uploading(spool, exchange, store, pauses):
        await until(lambda: len(pauses.wanted) == 5)
        assert [len(asked) for asked in exchange.asked] == [16, 1, 1, 1, 1]
        assert pauses.wanted == [1.0, 2.0, 4.0, 8.0, 16.0]
        assert store.tries == 20
        assert (await spool.depth()).images == 20


async def test_the_first_image_that_is_taken_opens_the_way_for_all(spool: Spool) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=0)
    store.is_down = True
    async with uploading(spool, exchange, store, pauses):
        await until(lambda: pauses.wanted)
        store.is_down = False
        pauses.allowed.release()
        await until(lambda: len(store.taken) == 4)
        assert len(pauses.wanted) == 1
        assert [len(asked) for asked in exchange.asked] == [16, 1, 3], "those that failed wait by themselves"


async def test_an_image_that_is_refused_holds_no_other_up(spool: Spool) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=0)
    store.refuses = {"i00"}
    async with uploading(spool, exchange, store, pauses):
        async with asyncio.timeout(10):
            while await spool.images_to_upload(10) != ["i00"]:  # noqa: ASYNC110 (the spool tells nobody of deletions)
                await asyncio.sleep(0.005)
        assert len(store.taken) == 19
        assert not pauses.wanted


async def test_an_image_that_was_dropped_meanwhile_is_forgotten(spool: Spool) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=0)

    async def drop_one(image_ids: Sequence[str]) -> Grants:
        await spool.delete_images(["i03"])
        return Grants(tuple(Grant(one, one) for one in image_ids), ())

    exchange.request_grants = drop_one  # type: ignore[method-assign]
    async with uploading(spool, exchange, store, pauses):
        await until(lambda: len(store.taken) == 19)
        assert not pauses.wanted, "that is no failure of the store"


async def test_a_picture_that_the_disk_does_not_give_waits_and_holds_no_other_up(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=0)
    read, failures = spool.read_image, 1

    async def fail_once(image_id: str) -> bytes | None:
        nonlocal failures
        if failures:
            failures -= 1
            raise SpoolError("spool cannot be read: disk I/O error")
        return await read(image_id)

    monkeypatch.setattr(spool, "read_image", fail_once)
    async with uploading(spool, exchange, store, pauses):
        await until(lambda: len(store.taken) == 20)


async def test_a_spool_that_cannot_be_read_does_not_end_the_link(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, store, pauses = Exchange(), Store(), Pauses(allowed=1)
    delete, failures = spool.delete_images, 1

    async def fail_once(image_ids: Iterable[str]) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise SpoolError("spool cannot be written: disk I/O error")
        await delete(image_ids)

    monkeypatch.setattr(spool, "delete_images", fail_once)
    async with uploading(spool, exchange, store, pauses):
        await until(lambda: set(store.taken) == {f"i{number:02}" for number in range(20)})
        assert pauses.wanted == [1.0]
