"""Images: granted when announced, stored when found, shown to whoever may see the site."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.synthetic_faces import face_event, person, quality
from footfall_server.domain.face_event import AnnouncedImage
from footfall_server.domain.identity import Role
from footfall_server.domain.retention import RetentionRule
from footfall_server.domain.visit import VisitView
from footfall_server.errors import FootfallError, unavailable
from footfall_server.services.images import ImageService
from footfall_server.settings import RetentionSettings

JPEG = b"\xff\xd8\xff a face"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def service(shop: Shop) -> ImageService:
    return ImageService(
        transactions=shop.transactions,
        images=shop.images,
        limits=RetentionSettings().limits(),
        clock=shop.clock,
    )


async def announce(
    shop: Shop, *, track_id: UUID | None = None, seconds: float = 2, score: float = 0.8
) -> UUID:
    image = AnnouncedImage(uuid4(), len(JPEG), "image/jpeg")
    event = face_event(
        shop.camera_id, person(1), track_id=track_id, seconds=seconds, final=False, good=quality(score)
    )
    await shop.ingest.record_many(shop.principal(), [replace(event, image=image)])
    return image.image_id


async def put(shop: Shop, image_id: UUID, data: bytes = JPEG, content_type: str = "image/jpeg") -> None:
    await shop.images.put(shop.tables.images[image_id].object_key, data, content_type)


async def view(shop: Shop) -> VisitView:
    async with shop.transactions.begin(shop.tenant_id) as tx:
        found = await tx.visits.views(shop.tables.visits.keys())
    [only] = found.values()
    return only


async def test_the_whole_way_of_an_image(shop: Shop) -> None:
    image_id = await announce(shop)
    unknown = uuid4()
    grants = await service(shop).grants(shop.principal(), [image_id, unknown])
    assert [grant.image_id for grant in grants.granted] == [image_id]
    assert f"size={len(JPEG)}&type=image%2Fjpeg" in grants.granted[0].put_url, "the grant is for any size"
    assert grants.granted[0].expires_at == shop.clock.now() + timedelta(minutes=10)
    assert grants.unwanted == [unknown]
    assert (await view(shop)).image_id is None
    await put(shop, image_id)
    receipt = await service(shop).report(shop.principal(), [image_id, unknown])
    assert (receipt.stored, receipt.missing) == ([image_id], [unknown])
    assert (await view(shop)).image_id == image_id
    assert len(shop.tables.changes) == 2, "the visit began, then it got its image"
    assert (await service(shop).get(shop.principal(), image_id)).data == JPEG
    assert (await service(shop).grants(shop.principal(), [image_id])).unwanted == [image_id]


async def test_no_address_outlives_what_it_is_for(shop: Shop) -> None:
    """At a site that keeps pictures for a day, one may be put until then, and not at all after that."""
    shop.tables.retention_rules[None] = RetentionRule(image_days=2)
    image_id = await announce(shop)
    taken = shop.tables.images[image_id].captured_at
    worker = shop.principal()
    assert worker.site_ids is not None, "who asks is confined to the site, and the tenant's rule is of none"
    for left, lifetime in ((timedelta(minutes=11), 600), (timedelta(seconds=90.5), 90)):
        shop.clock.at = taken + timedelta(days=2) - left
        [grant] = (await service(shop).grants(worker, [image_id])).granted
        assert f"lifetime={lifetime}&" in grant.put_url
        assert grant.expires_at == shop.clock.now() + timedelta(seconds=lifetime)
    shop.tables.retention_rules[shop.site.site_id] = RetentionRule(shop.site.site_id, image_days=1)
    refused = await service(shop).grants(worker, [image_id])
    assert (refused.granted, refused.unwanted) == ([], [image_id]), "the site's own rule comes first"
    shop.tables.retention_rules[shop.site.site_id] = RetentionRule(shop.site.site_id, image_days=3)
    assert (await service(shop).grants(worker, [image_id])).unwanted == []


async def test_a_report_that_comes_again_changes_nothing(shop: Shop) -> None:
    image_id = await announce(shop)
    await put(shop, image_id)
    await service(shop).report(shop.principal(), [image_id])
    receipt = await service(shop).report(shop.principal(), [image_id])
    assert receipt.stored == [image_id]
    assert len(shop.tables.changes) == 2


@pytest.mark.parametrize(
    ("data", "content_type"), [(JPEG + b"too large", "image/jpeg"), (JPEG, "text/html"), (b"", "image/jpeg")]
)
async def test_what_is_not_as_announced_is_missing(shop: Shop, data: bytes, content_type: str) -> None:
    image_id = await announce(shop)
    await put(shop, image_id, data, content_type)
    receipt = await service(shop).report(shop.principal(), [image_id])
    assert receipt.missing == [image_id]
    key = shop.tables.images[image_id].object_key
    assert await shop.images.stat(key) is None, "what was not announced stayed in the store"
    with pytest.raises(FootfallError) as caught:
        await service(shop).get(shop.principal(), image_id)
    assert caught.value.reason == "IMAGE_NOT_FOUND"
    assert not shop.tables.audit


async def test_a_better_image_takes_over_when_it_is_there(shop: Shop) -> None:
    track = uuid4()
    first = await announce(shop, track_id=track, score=0.5)
    await put(shop, first)
    await service(shop).report(shop.principal(), [first])
    better = await announce(shop, track_id=track, seconds=9)
    assert (await view(shop)).image_id == first, "a visit that has a face never loses it"
    await put(shop, better)
    await service(shop).report(shop.principal(), [better])
    assert (await view(shop)).image_id == better


async def test_an_image_that_shows_the_face_worse_is_not_wanted(shop: Shop) -> None:
    track = uuid4()
    await announce(shop, track_id=track)
    worse = await announce(shop, track_id=track, score=0.5)
    assert (await service(shop).grants(shop.principal(), [worse])).unwanted == [worse]


async def test_a_view_is_audited_before_the_face_is_shown(shop: Shop) -> None:
    image_id = await announce(shop)
    await put(shop, image_id)
    await service(shop).report(shop.principal(), [image_id])
    assert not shop.tables.audit, "workers put images and do not look at them"
    manager = shop.principal(Role.SITE_MANAGER)
    for _ in range(2):
        await service(shop).get(manager, image_id)
    first, second = shop.tables.audit.values()
    assert first.audit_id != second.audit_id, "one entry per view"
    assert (first.action, first.resource, first.resource_id) == ("image.view", "image", image_id)
    assert (first.actor_id, first.actor_role, first.at) == (
        manager.subject_id,
        "site_manager",
        shop.clock.now(),
    )
    shown = await view(shop)
    assert json.loads(first.detail) == {
        "site_id": str(shop.site.site_id),
        "visit_id": str(shown.visit_id),
        "customer_id": str(shown.customer_id),
    }


async def test_a_view_that_cannot_be_recorded_does_not_happen(shop: Shop) -> None:
    image_id = await announce(shop)
    await put(shop, image_id)
    await service(shop).report(shop.principal(), [image_id])
    commits = 0

    def fail_the_second() -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached")

    shop.transactions.before_commit = fail_the_second
    with pytest.raises(FootfallError) as caught:
        await service(shop).get(shop.principal(Role.SITE_MANAGER), image_id)
    assert caught.value.reason == "STORE_UNAVAILABLE"
    assert not shop.tables.audit


async def test_another_sites_images_are_not_there(shop: Shop) -> None:
    image_id = await announce(shop)
    await put(shop, image_id)
    await service(shop).report(shop.principal(), [image_id])
    elsewhere = shop.principal(Role.SITE_MANAGER, shop.open_site("Other shop"))
    assert (await service(shop).report(elsewhere, [image_id])).missing == [image_id]
    with pytest.raises(FootfallError) as caught:
        await service(shop).get(elsewhere, image_id)
    assert caught.value.reason == "IMAGE_NOT_FOUND"
    assert not shop.tables.audit
