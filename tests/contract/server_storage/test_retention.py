"""Rules of retention, and the pictures that are over by them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import FaceImage
from footfall_server.domain.retention import ImageCutoffs, RetentionRule
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Transactions
from storage_samples import NOON, a_site, an_image

OF_TENANT = RetentionRule(image_days=14, template_days=90, updated_at=NOON)


async def rules(
    transactions: Transactions, tenant_id: UUID, *, sites: Sequence[UUID] | None = None
) -> Sequence[RetentionRule]:
    async with transactions.begin(tenant_id, sites=sites) as tx:
        return await tx.retention.rules()


async def test_a_rule_is_kept_replaced_and_taken_back(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    assert await rules(transactions, tenant_id) == []
    of_site = RetentionRule(site_id, image_days=7, updated_at=NOON)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.retention.save(of_site)
        await tx.retention.save(OF_TENANT)
    assert await rules(transactions, tenant_id) == [OF_TENANT, of_site]
    later = NOON + timedelta(hours=1)
    taken_back = RetentionRule(updated_at=later)
    shorter = replace(of_site, image_days=1, updated_at=later)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.retention.save(taken_back)
        await tx.retention.save(shorter)
    assert await rules(transactions, tenant_id) == [taken_back, shorter]
    assert await rules(transactions, other_tenant_id) == []


async def test_with_its_site_a_rule_goes(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.retention.save(OF_TENANT)
        await tx.retention.save(RetentionRule(site_id, image_days=7, updated_at=NOON))
        assert await tx.sites.remove(site_id)
    assert await rules(transactions, tenant_id) == [OF_TENANT]


async def test_a_site_that_is_not_there_has_no_rule(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    for of, missing in ((tenant_id, new_id()), (other_tenant_id, site_id)):
        with pytest.raises(FootfallError) as caught:
            async with transactions.begin_exclusive(of) as tx:
                await tx.retention.save(RetentionRule(missing, image_days=7, updated_at=NOON))
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.NOT_FOUND, "SITE_NOT_FOUND")


async def test_who_is_confined_to_sites_sees_the_rules_of_these(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    other = a_site("New Town")
    here, there = (RetentionRule(each, image_days=7, updated_at=NOON) for each in (site_id, other.site_id))
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.sites.add(other, None)
        for rule in (OF_TENANT, here, there):
            await tx.retention.save(rule)
    assert await rules(transactions, tenant_id, sites=[site_id]) == [here]
    assert await rules(transactions, tenant_id, sites=[]) == []


async def test_a_rule_goes_with_its_tenant(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    for each in (tenant_id, other_tenant_id):
        async with transactions.begin_exclusive(each) as tx:
            await tx.retention.save(OF_TENANT)
    async with transactions.begin_platform() as platform:
        assert await platform.remove_tenant(tenant_id)
    assert await rules(transactions, other_tenant_id) == [OF_TENANT]


async def test_pictures_are_over_by_the_moment_of_their_site(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    here, there, elsewhere = (new_id() for _ in range(3))
    taken = {
        (site, days): replace(an_image(tenant_id, site), captured_at=NOON - timedelta(days=days))
        for site in (here, there, elsewhere)
        for days in (3, 8, 31)
    }
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, images=[*taken.values()]))

    async def over(before: ImageCutoffs, limit: int = 99) -> Sequence[FaceImage]:
        async with transactions.begin(tenant_id) as tx:
            return await tx.images.captured_before(before, limit)

    def ago(days: int) -> ImageCutoffs:
        return ImageCutoffs(NOON - timedelta(days=days), {})

    assert [each.captured_at for each in await over(ago(30))] == [NOON - timedelta(days=31)] * 3
    assert len(await over(ago(8))) == 3, "what was taken at the moment is not before it"
    moments = {here: NOON - timedelta(days=7), there: NOON - timedelta(days=365)}
    mixed = ImageCutoffs(NOON - timedelta(days=30), moments)
    found = await over(mixed)
    expected = [taken[here, 31], taken[elsewhere, 31], taken[here, 8]]
    assert {each.image_id for each in found} == {each.image_id for each in expected}
    assert [each.captured_at for each in found] == sorted(each.captured_at for each in expected)
    [oldest] = await over(mixed, 1)
    assert oldest.captured_at == NOON - timedelta(days=31)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.images.captured_before(mixed, 9) == []
