"""Who did not come for long is recognised no more, and nothing else of them changes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.audit import Action
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.services.template_expiry import TemplateExpiry

KEEP = timedelta(days=365)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def expiry(shop: Shop) -> TemplateExpiry:
    return TemplateExpiry(transactions=shop.transactions, images=shop.images, clock=shop.clock, keep=KEEP)


async def see(shop: Shop, number: int, *, days: float) -> tuple[FaceOutcome, UUID | None]:
    at = START + timedelta(days=days)
    shop.clock.at = at + timedelta(minutes=1)
    [told] = await shop.ingest.record_many(
        shop.principal(), [face_event(shop.camera_id, person(number), at=at)]
    )
    return told.outcome, told.customer_id


async def test_a_visitor_is_known_for_as_long_after_the_last_visit(shop: Shop) -> None:
    _, regular = await see(shop, 1, days=0)
    _, once = await see(shop, 2, days=0.1)
    assert await see(shop, 1, days=300) == (FaceOutcome.KNOWN, regular)
    shop.clock.at = START + timedelta(days=365)
    assert (await expiry(shop).expire(shop.tenant_id)).summary == {"customers": 0, "faces": 0}
    shop.clock.at = START + timedelta(days=366)
    assert (await expiry(shop).expire(shop.tenant_id)).summary == {"customers": 1, "faces": 1}
    owners = {row.face.customer_id for row in shop.tables.gallery.values()}
    assert owners == {regular}
    assert once in shop.tables.customers, "the visits stay somebody's"
    assert len(shop.tables.visits) == 3
    [entry] = [each for each in shop.tables.audit.values() if each.action == Action.CUSTOMER_EXPIRE]
    assert entry.resource_id == once
    assert len(shop.tables.removals) == 1, "the index is told to forget"
    assert (await expiry(shop).expire(shop.tenant_id)).summary == {"customers": 0, "faces": 0}, "once"
    outcome, again = await see(shop, 2, days=400)
    assert (outcome, again == once) == (FaceOutcome.NEW, False), "who comes again is somebody new"


async def test_names_go_with_the_template(shop: Shop) -> None:
    _, known = await see(shop, 1, days=0)
    assert known is not None
    shop.tables.customers[known] = replace(shop.tables.customers[known], display_name="Ada")
    shop.clock.at = START + timedelta(days=366)
    await expiry(shop).expire(shop.tenant_id)
    assert shop.tables.customers[known].display_name == ""


async def test_more_than_one_lot_goes_in_a_night(shop: Shop) -> None:
    for number in range(60):
        await see(shop, number, days=number / 100)
    shop.clock.at = START + timedelta(days=400)
    assert (await expiry(shop).expire(shop.tenant_id)).summary == {"customers": 60, "faces": 60}
    assert not shop.tables.gallery
