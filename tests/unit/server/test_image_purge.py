"""Pictures go in time, nothing goes too early, and what stays behind is told."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.image import object_key
from footfall_server.domain.places import Camera, Site
from footfall_server.domain.retention import RetentionRule
from footfall_server.errors import FootfallError
from footfall_server.services.image_purge import RULES_NOT_SET, SURVIVORS, ImagePurge
from footfall_server.settings import RetentionSettings

KEEP = timedelta(days=30)
JPEG = b"\xff\xd8\xff\xe0 a face \xff\xd9"


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.at = START
    shop.images.now = shop.clock.now
    return shop


def purge(shop: Shop) -> ImagePurge:
    limits = RetentionSettings().limits()
    return ImagePurge(transactions=shop.transactions, images=shop.images, clock=shop.clock, limits=limits)


async def see(shop: Shop, number: int, *, days: float, camera_id: UUID | None = None) -> None:
    """Somebody, with a crop, so many days after the beginning."""
    at = START + timedelta(days=days)
    shop.clock.at = at + timedelta(minutes=1)
    event = replace(face_event(camera_id or shop.camera_id, person(number), at=at), crop_jpeg=JPEG)
    await shop.ingest.record_many(shop.principal(Role.WORKER, *shop.tables.sites.values()), [event])


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


def another_site(shop: Shop) -> tuple[Site, Camera]:
    """A second shop of the tenant."""
    site = shop.open_site("Bahnhof")
    return site, shop.hang_camera(site, "Eingang")


async def test_a_site_keeps_pictures_by_its_own_rule(shop: Shop) -> None:
    site, camera = another_site(shop)
    shop.tables.retention_rules[site.site_id] = RetentionRule(site.site_id, image_days=7)
    await see(shop, 1, days=0)
    await see(shop, 2, days=0, camera_id=camera.camera_id)
    here, there = (object_key(shop.tenant_id, each, new_id()) for each in (shop.site.site_id, site.site_id))
    for key in (here, there):
        await shop.images.put(key, JPEG, "image/jpeg")
    shop.clock.at = START + timedelta(days=7)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 0
    shop.clock.at = START + timedelta(days=7, minutes=2)
    result = await purge(shop).purge(shop.tenant_id)
    assert (result.failure, result.summary["images"], result.summary["survivors"]) == ("", 1, 0)
    assert {each.site_id for each in shop.tables.images.values()} == {shop.site.site_id}
    assert there not in shop.images.objects, "what nothing names goes by its site, too"
    assert here in shop.images.objects
    shop.clock.at = START + timedelta(days=31)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 1
    assert not shop.images.objects
    assert not shop.tables.images


async def test_a_rule_that_was_shortened_counts_from_the_next_run_on(shop: Shop) -> None:
    await see(shop, 1, days=0)
    await see(shop, 2, days=5)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 0
    shop.tables.retention_rules[None] = RetentionRule(image_days=3)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 1
    shop.tables.retention_rules[None] = RetentionRule()
    shop.clock.at = START + timedelta(days=34)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 0, "taken back, the default holds"


async def test_pictures_of_a_site_that_is_gone_go_by_the_tenants_rule(shop: Shop) -> None:
    site, camera = another_site(shop)
    await see(shop, 1, days=0, camera_id=camera.camera_id)
    async with shop.transactions.begin(shop.tenant_id) as tx:
        await tx.retention.save(RetentionRule(site.site_id, image_days=1, updated_at=START))
        await tx.cameras.remove(camera.camera_id)
        assert await tx.sites.remove(site.site_id)
        assert await tx.retention.rules() == []
    shop.clock.at = START + timedelta(days=29)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 0
    shop.clock.at = START + timedelta(days=31)
    assert (await purge(shop).purge(shop.tenant_id)).summary["images"] == 1


async def test_a_life_cycle_that_somebody_removed_is_told_and_is_back(shop: Shop) -> None:
    shop.images.rules_lost = 2
    with structlog.testing.capture_logs() as lines:
        result = await purge(shop).purge(shop.tenant_id)
    assert (result.failure, result.summary["rules_restored"], result.summary["rules_missing"]) == ("", 2, 0)
    assert [line["log_level"] for line in lines if line["event"] == "life_cycle_restored"] == ["warning"]
    assert (await purge(shop).purge(shop.tenant_id)).summary["rules_restored"] == 0, "once"


async def test_a_life_cycle_that_cannot_be_set_is_a_failure(shop: Shop) -> None:
    shop.images.rules_refused = 1
    with structlog.testing.capture_logs() as lines:
        result = await purge(shop).purge(shop.tenant_id)
    assert (result.failure, result.summary["rules_missing"]) == (RULES_NOT_SET, 1)
    assert [line["log_level"] for line in lines if line["event"] == "life_cycle_not_set"] == ["error"]
    key = object_key(shop.tenant_id, shop.site.site_id, new_id())
    await shop.images.put(key, JPEG, "image/jpeg")
    shop.images.undeletable.add(key)
    shop.clock.at += KEEP + timedelta(days=1)
    assert (await purge(shop).purge(shop.tenant_id)).failure == SURVIVORS, "a picture that is left is worse"
