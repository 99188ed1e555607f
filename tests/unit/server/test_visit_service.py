"""Lists of visits: paged, filtered, and only of what the caller may see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.visit import VisitFilter, VisitKind
from footfall_server.errors import FootfallError
from footfall_server.services.visits import VisitService


@pytest.fixture
async def shop() -> Shop:
    shop = Shop()
    shop.clock.advance(timedelta(days=1))
    for number in range(5):
        event = face_event(shop.camera_id, person(number), at=START + timedelta(hours=number))
        await shop.ingest.record_many(shop.principal(), [event])
    await shop.ingest.record_many(
        shop.principal(), [face_event(shop.camera_id, person(0), at=START + timedelta(hours=9))]
    )
    return shop


def service(shop: Shop) -> VisitService:
    return VisitService(transactions=shop.transactions)


async def test_pages_hold_every_visit_once_newest_first(shop: Shop) -> None:
    page = await service(shop).list(shop.principal(), matching=VisitFilter(), after=None, limit=4)
    starts = [visit.first_seen_at for visit in page.items]
    while page.next_after is not None:
        after = page.next_after
        page = await service(shop).list(shop.principal(), matching=VisitFilter(), after=after, limit=4)
        starts.extend(visit.first_seen_at for visit in page.items)
    assert starts == [START + timedelta(hours=hour) for hour in (9, 4, 3, 2, 1, 0)]


async def test_the_page_says_from_which_revision_to_watch(shop: Shop) -> None:
    page = await service(shop).list(shop.principal(), matching=VisitFilter(), after=None, limit=10)
    assert page.revision == 6


async def test_filters_hold_all_at_once(shop: Shop) -> None:
    first = next(iter(shop.tables.customers))
    matching = VisitFilter(
        customer_id=first, kind=VisitKind.REPEAT, start=START, end=START + timedelta(days=1)
    )
    page = await service(shop).list(shop.principal(), matching=matching, after=None, limit=10)
    assert [visit.first_seen_at for visit in page.items] == [START + timedelta(hours=9)]


async def test_another_sites_visits_are_not_there(shop: Shop) -> None:
    elsewhere = shop.principal(Role.SITE_MANAGER, shop.open_site("Other shop"))
    page = await service(shop).list(elsewhere, matching=VisitFilter(), after=None, limit=10)
    assert not page.items
    with pytest.raises(FootfallError) as caught:
        await service(shop).get(elsewhere, next(iter(shop.tables.visits)))
    assert caught.value.reason == "VISIT_NOT_FOUND"
    matching = VisitFilter(site_ids=frozenset({shop.site.site_id}))
    with pytest.raises(FootfallError) as caught:
        await service(shop).list(elsewhere, matching=matching, after=None, limit=10)
    assert caught.value.reason == "SITE_NOT_FOUND"


async def test_a_visit_is_read_by_its_id(shop: Shop) -> None:
    visit_id = next(iter(shop.tables.visits))
    assert (await service(shop).get(shop.principal(), visit_id)).visit_id == visit_id


async def test_who_acts_for_no_tenant_is_told_so(shop: Shop) -> None:
    nobody = Principal(uuid4(), Role.SYSTEM_ADMIN, None, START)
    with pytest.raises(FootfallError) as caught:
        await service(shop).get(nobody, uuid4())
    assert caught.value.reason == "TENANT_REQUIRED"
