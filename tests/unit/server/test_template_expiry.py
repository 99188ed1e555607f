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
from footfall_server.domain.retention import RetentionRule
from footfall_server.services.template_expiry import TemplateExpiry
from footfall_server.settings import RetentionSettings

THREE_YEARS = 1096


@pytest.fixture
def shop() -> Shop:
    return Shop()


def expiry(shop: Shop) -> TemplateExpiry:
    limits = RetentionSettings(template_days_max=THREE_YEARS).limits()
    return TemplateExpiry(transactions=shop.transactions, images=shop.images, clock=shop.clock, limits=limits)


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


async def test_a_tenant_keeps_templates_for_less_or_for_as_long_as_it_may(shop: Shop) -> None:
    _, visitor = await see(shop, 1, days=0)
    assert visitor is not None
    shop.clock.at = START + timedelta(days=91)
    for days in (91, 365, THREE_YEARS):
        shop.tables.retention_rules[None] = RetentionRule(template_days=days)
        assert (await expiry(shop).expire(shop.tenant_id)).summary["customers"] == 0, days
    shop.clock.at = START + timedelta(days=THREE_YEARS)
    assert (await expiry(shop).expire(shop.tenant_id)).summary["customers"] == 0, "longer than the default"
    shop.tables.retention_rules[None] = RetentionRule(template_days=THREE_YEARS - 1)
    assert (await expiry(shop).expire(shop.tenant_id)).summary["customers"] == 1, "shortened, it is over now"
    assert len(shop.tables.visits) == 1, "the visit stays, and leads to nobody"
    assert not shop.tables.gallery


async def test_what_an_installation_allows_no_more_is_over(shop: Shop) -> None:
    """A rule of two years, in an installation that went back to one."""
    await see(shop, 1, days=0)
    shop.tables.retention_rules[None] = RetentionRule(template_days=730)
    shop.clock.at = START + timedelta(days=366)
    strict = TemplateExpiry(
        transactions=shop.transactions,
        images=shop.images,
        clock=shop.clock,
        limits=RetentionSettings().limits(),
    )
    assert (await strict.expire(shop.tenant_id)).summary["customers"] == 1
