"""Events of two models side by side, each matched with its own faces; and thresholds of a tenant's own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import MODEL_ID, face_event, person, shot_of
from footfall_server.domain.face_event import FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration, TenantModel
from footfall_server.errors import EventRefusedError, FootfallError
from footfall_server.services.submission import Submission

OTHER = "sface-2021dec-128"


@pytest.fixture
def shop() -> Shop:
    """A tenant that moves from one model to another."""
    shop = Shop()
    shop.tables.tenant_models[MODEL_ID] = TenantModel(MODEL_ID, in_use=True, added_at=START)
    shop.tables.tenant_models[OTHER] = TenantModel(OTHER, in_use=False, added_at=START)
    shop.index.collections[OTHER] = 128
    return shop


def of_other_model(shop: Shop, number: int, *, minute: float) -> FaceEvent:
    event = face_event(shop.camera_id, person(number, dimension=128), at=START + timedelta(minutes=minute))
    return replace(event, model_id=OTHER)


def of_first_model(shop: Shop, number: int, *, minute: float) -> FaceEvent:
    return face_event(shop.camera_id, person(number), at=START + timedelta(minutes=minute))


async def each(shop: Shop, *events: FaceEvent) -> list[Recorded | FootfallError]:
    submissions = [Submission(shop.principal(), event) for event in events]
    return list(await shop.ingest.record_each(shop.tenant_id, submissions))


async def test_each_model_is_matched_with_its_own_faces_and_the_order_is_kept(shop: Shop) -> None:
    events = [
        of_first_model(shop, 1, minute=0),
        of_other_model(shop, 1, minute=1),
        of_other_model(shop, 1, minute=2),
        of_first_model(shop, 1, minute=3),
    ]
    results = [result for result in await each(shop, *events) if isinstance(result, Recorded)]
    assert [result.event_id for result in results] == [event.event_id for event in events]
    first, second, third, fourth = results
    assert first.customer_id == fourth.customer_id != second.customer_id == third.customer_id
    assert {row.face.model_id for row in shop.tables.gallery.values()} == {MODEL_ID, OTHER}


async def test_a_call_that_is_all_or_none_is_of_one_model(shop: Shop) -> None:
    events = [of_first_model(shop, 1, minute=0), of_other_model(shop, 2, minute=1)]
    with pytest.raises(FootfallError, match="one model"):
        await shop.ingest.record_many(shop.principal(), events)
    assert not shop.tables.recorded


async def test_a_model_that_the_tenant_left_meanwhile_founds_nobody(shop: Shop) -> None:
    await each(shop, of_first_model(shop, 1, minute=0))
    del shop.tables.tenant_models[MODEL_ID]
    shop.tables.tenant_models[OTHER] = TenantModel(OTHER, in_use=True, added_at=START)
    known = dict(shop.tables.customers)
    with pytest.raises(FootfallError) as caught:
        await each(shop, of_first_model(shop, 2, minute=1))
    assert caught.value.reason == "MODEL_MISMATCH", "what was remembered of the tenant was looked up again"
    assert shop.tables.customers == known
    with pytest.raises(EventRefusedError) as refused:
        await shop.ingest.record_many(shop.principal(), [of_first_model(shop, 2, minute=2)])
    assert refused.value.metadata["expected_model_id"] == OTHER


async def test_a_tenant_decides_by_its_own_calibration(shop: Shop) -> None:
    tail = ImpostorTail((0.5, 0.7), (1e-3, 1e-5))
    shop.tables.calibrations[MODEL_ID] = AppliedCalibration(
        model_id=MODEL_ID,
        target_rate=0.001,
        tail=tail,
        applied_at=START,
        applied_by=shop.tenant_id,
    )
    [first] = await each(shop, of_first_model(shop, 1, minute=0))
    at = START + timedelta(minutes=1)
    [second] = await each(shop, face_event(shop.camera_id, shot_of(person(1), cosine=0.6), at=at))
    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    assert second.outcome is FaceOutcome.PENDING, "a match by what the model was published with"
    thresholds = shop.tables.decisions[second.event_id].thresholds
    assert (thresholds.source, thresholds.match) == ("calibrated", pytest.approx(0.7))
