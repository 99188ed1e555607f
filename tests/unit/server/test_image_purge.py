"""Pictures go in time, nothing goes too early, and what stays behind is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import object_key
from footfall_server.errors import FootfallError
from footfall_server.services.image_purge import SURVIVORS, ImagePurge

KEEP = timedelta(days=30)
JPEG = b"\xff\xd8\xff\xe0 a face \xff\xd9"


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.at = START
    shop.images.now = shop.clock.now
    return shop


def purge(shop: Shop) -> ImagePurge:
    return ImagePurge(transactions=shop.transactions, images=shop.images, clock=shop.clock, keep=KEEP)


async def see(shop: Shop, number: int, *, days: float) -> None:
    """Somebody, with a crop, so many days after the beginning."""
    at = START + timedelta(days=days)
    shop.clock.at = at + timedelta(minutes=1)
    event = replace(face_event(shop.camera_id, person(number), at=at), crop_jpeg=JPEG)
    await shop.ingest.record_many(shop.principal(), [event])


async def test_pictures_go_after_their_days_and_not_before(shop: Shop) -> None:
    await see(shop, 1, days=0)
    await see(shop, 2, days=10)
    shop.clock.at = START + KEEP
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 0
    assert len(shop.images.objects) == 2
    shop.clock.at = START + KEEP + timedelta(minutes=1)
    result = await purge(shop).purge(shop.tenant_id)
    assert (result.failure, result.summary["images"], result.summary["survivors"]) == ("", 1, 0)
    assert len(shop.images.objects) == len(shop.tables.images) == 1
    shown = sorted(each.image_id is not None for each in shop.tables.sightings.values())
    assert shown == [False, True], "a sighting whose picture is gone shows none"
    assert len(shop.tables.visits) == 2, "and counts as before"


async def test_what_nothing_names_goes_as_well(shop: Shop) -> None:
    key = object_key(shop.tenant_id, shop.camera_id, new_id())
    other = object_key(new_id(), shop.camera_id, new_id())
    for each in (key, other):
        await shop.images.put(each, JPEG, "image/jpeg")
    shop.clock.at = START + KEEP + timedelta(seconds=1)
    result = await purge(shop).purge(shop.tenant_id)
    assert (result.summary["images"], result.summary["objects"]) == (0, 1)
    assert list(shop.images.objects) == [other], "another tenant's pictures are that one's"


async def test_what_will_not_go_is_told_aloud(shop: Shop) -> None:
    key = object_key(shop.tenant_id, shop.camera_id, new_id())
    await shop.images.put(key, JPEG, "image/jpeg")
    shop.images.undeletable.add(key)
    shop.clock.at = START + KEEP + timedelta(seconds=1)
    with structlog.testing.capture_logs() as lines:
        result = await purge(shop).purge(shop.tenant_id)
    assert (result.failure, result.summary["survivors"]) == (SURVIVORS, 1)
    [told] = [line for line in lines if line["event"] == "purge_survivors"]
    assert (told["log_level"], told["survivors"]) == ("error", 1)
    assert key not in str(lines)


async def test_a_store_that_is_away_loses_nothing(shop: Shop) -> None:
    await see(shop, 1, days=0)
    shop.clock.at = START + KEEP + timedelta(days=1)
    shop.images.failing = True
    with pytest.raises(FootfallError, match="object store"):
        await purge(shop).purge(shop.tenant_id)
    assert len(shop.tables.images) == 1, "what is not deleted is not forgotten"
    shop.images.failing = False
    assert (await purge(shop).purge(shop.tenant_id)).failure == ""
    assert not shop.tables.images
    assert not shop.images.objects
