"""Images follow their events into the object store."""

from collections.abc import Callable

from fakes.edge_samples import spool_events
from fakes.fake_core import FakeCore
from footfall_edge.spool import Spool

JPEG = b"\xff\xd8 a portrait \xff\xd9"


async def _until_no_images(core: FakeCore, spool: Spool) -> None:
    import asyncio  # noqa: PLC0415 (only here)

    async with asyncio.timeout(20):
        while (depth := await spool.depth()).images:  # noqa: ASYNC110 (the spool tells nobody of deletions)
            await asyncio.sleep(0.01)
    assert depth.stored_bytes == 0
    assert not core.violations


async def test_an_acknowledged_image_is_put_as_announced_and_then_deleted(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    events = await spool_events(spool, 20, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 20, "all images arrive")
        await _until_no_images(core, spool)
    assert set(core.images.values()) == {JPEG}
    assert set(core.put_types) == {"image/jpeg"}
    for event in events:
        announced = core.committed[event.event_id].image
        assert announced.size_bytes == len(core.images[announced.image_id])


async def test_a_put_that_fails_is_tried_again(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    core.loses_puts = 5
    await spool_events(spool, 4, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 4, "all images arrive in the end")
        await _until_no_images(core, spool)
    assert core.puts_refused == 5


async def test_an_unwanted_image_is_forgotten(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    core.wants_images = False
    await spool_events(spool, 3, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.committed) == 3, "the events arrive")
        await _until_no_images(core, spool)
    assert not core.images


async def test_images_wait_for_the_ack_and_for_the_next_link(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.acks = False
    await spool_events(spool, 2, jpeg=JPEG)
    async with link_to(core, spool):
        await core.until(lambda: len(core.received) == 2, "the events arrive")
        assert core.grants == 0, "no image is asked for before its event is acknowledged"
    core.acks = True
    async with link_to(core, spool):
        await core.until(lambda: len(core.images) == 2, "both images arrive")
