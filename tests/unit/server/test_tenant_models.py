"""What tenants take, remembered for a few seconds."""

from datetime import timedelta

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.synthetic_faces import DIMENSION, MODEL_ID
from footfall_server.domain.models import TenantModel
from footfall_server.errors import FootfallError
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.tenant_models import TenantModels

SFACE = "sface-2021dec-128"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def models(shop: Shop) -> TenantModels:
    return models_of(shop.transactions, shop.clock, MODEL_ID, DIMENSION)


def take(shop: Shop, model_id: str, *, in_use: bool) -> None:
    shop.tables.tenant_models[model_id] = TenantModel(model_id, in_use, START)


async def test_who_never_chose_takes_the_installations_model(shop: Shop, models: TenantModels) -> None:
    accepted = await models.of(shop.tenant_id)
    assert accepted.in_use == RecognitionModel(MODEL_ID, DIMENSION)
    assert accepted.all == {MODEL_ID: accepted.in_use}


async def test_a_change_is_seen_after_five_seconds_or_when_told(shop: Shop, models: TenantModels) -> None:
    await models.of(shop.tenant_id)
    take(shop, SFACE, in_use=True)
    take(shop, MODEL_ID, in_use=False)
    shop.clock.advance(timedelta(seconds=4))
    assert (await models.of(shop.tenant_id)).in_use.model_id == MODEL_ID
    async with shop.transactions.begin(shop.tenant_id) as tx:
        assert (await models.within(tx)).in_use == RecognitionModel(SFACE, 128)
    shop.clock.advance(timedelta(seconds=1))
    accepted = await models.of(shop.tenant_id)
    assert (accepted.in_use.model_id, set(accepted.all)) == (SFACE, {SFACE, MODEL_ID})
    del shop.tables.tenant_models[MODEL_ID]
    models.forget(shop.tenant_id)
    assert set((await models.of(shop.tenant_id)).all) == {SFACE}


async def test_every_model_that_anybody_takes_needs_a_collection(shop: Shop, models: TenantModels) -> None:
    assert [each.model_id for each in await models.everywhere()] == [MODEL_ID]
    take(shop, SFACE, in_use=True)
    models.forget(shop.tenant_id)
    assert [each.model_id for each in await models.everywhere()] == [SFACE, MODEL_ID]


async def test_a_model_that_left_the_registry_is_told(shop: Shop, models: TenantModels) -> None:
    take(shop, "gone-model", in_use=True)
    with pytest.raises(FootfallError) as caught:
        await models.of(shop.tenant_id)
    assert caught.value.reason == "MODEL_UNKNOWN"
    assert caught.value.metadata == {"model_id": "gone-model"}
    assert [each.model_id for each in await models.everywhere()] == [MODEL_ID], "others go on"
