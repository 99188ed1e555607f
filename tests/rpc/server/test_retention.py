"""How long things are kept, as a tenant's administrator says it, and who may not."""

import json
from collections.abc import Mapping

import grpc
import pytest
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import audit_service_pb2, site_service_pb2
from footfall.v1 import retention_service_pb2 as pb
from footfall_server.domain.identity import Role
from footfall_server.settings import RetentionSettings
from google.protobuf.field_mask_pb2 import FieldMask

INSTALLATION, TENANT, SITE = (
    pb.RETENTION_SOURCE_INSTALLATION,
    pb.RETENTION_SOURCE_TENANT,
    pb.RETENTION_SOURCE_SITE,
)


def period(days: int, source: "pb.RetentionSource", *, default: int, most: int) -> pb.RetentionPeriod:
    return pb.RetentionPeriod(days=days, source=source, default_days=default, max_days=most)


class Keeping:
    """The calls, as one administrator makes them."""

    def __init__(self, shop: Shop, core: Replica, caller: Metadata | None = None) -> None:
        self._core = core
        self._caller = caller or shop.signed_in(Role.TENANT_ADMIN)
        self.site_id = str(shop.own.site.site_id)

    async def get(self) -> pb.Retention:
        return await self._core.retention.GetRetention(pb.GetRetentionRequest(), metadata=self._caller)

    async def get_site(self, site_id: str = "") -> pb.SiteRetention:
        request = pb.GetSiteRetentionRequest(site_id=site_id or self.site_id)
        return await self._core.retention.GetSiteRetention(request, metadata=self._caller)

    async def update(self, *paths: str, etag: str = "", **days: int) -> pb.Retention:
        request = pb.UpdateRetentionRequest(retention=pb.Retention(etag=etag, **days))
        if paths:
            request.update_mask.CopyFrom(FieldMask(paths=paths))
        return await self._core.retention.UpdateRetention(request, metadata=self._caller)

    async def update_site(
        self, *paths: str, site_id: str = "", etag: str = "", days: int
    ) -> pb.SiteRetention:
        said = pb.SiteRetention(site_id=site_id or self.site_id, image_days=days, etag=etag)
        request = pb.UpdateSiteRetentionRequest(site_retention=said)
        if paths:
            request.update_mask.CopyFrom(FieldMask(paths=paths))
        return await self._core.retention.UpdateSiteRetention(request, metadata=self._caller)

    async def audited(self) -> list[tuple[str, str, Mapping[str, object]]]:
        request = audit_service_pb2.ListAuditEntriesRequest(action="retention.")
        found = await self._core.audit.ListAuditEntries(request, metadata=self._caller)
        return [(each.resource, each.resource_id, json.loads(each.detail)) for each in found.entries]


@pytest.fixture
def keeping(shop: Shop, core: Replica) -> Keeping:
    return Keeping(shop, core)


async def test_without_a_word_the_installations_default_holds(keeping: Keeping) -> None:
    held = await keeping.get()
    images = period(30, INSTALLATION, default=30, most=30)
    assert (held.images, held.templates) == (images, period(365, INSTALLATION, default=365, most=365))
    assert (held.image_days, held.template_days, len(held.sites)) == (0, 0, 0)
    assert not held.HasField("update_time")
    of_site = await keeping.get_site()
    assert (of_site.images, of_site.image_days) == (images, 0)


async def test_a_tenant_and_a_site_shorten_and_take_back(shop: Shop, keeping: Keeping) -> None:
    changed = await keeping.update(image_days=14, template_days=90)
    assert changed.images == period(14, TENANT, default=30, most=30)
    assert changed.templates == period(90, TENANT, default=365, most=365)
    assert changed.update_time.seconds == int(shop.clock.now().timestamp())
    assert (await keeping.get_site()).images.source == TENANT
    of_site = await keeping.update_site(days=7)
    assert of_site.images == period(7, SITE, default=30, most=30)
    held = await keeping.get()
    assert list(held.sites) == [of_site]
    assert held.images.days == 14, "other sites are kept to the tenant's"
    only = await keeping.update("image_days", template_days=5)
    assert (only.image_days, only.template_days) == (0, 90), "the mask says what changes, 0 takes it back"
    assert only.images == period(30, INSTALLATION, default=30, most=30)
    back = await keeping.update_site("image_days", days=0)
    assert back.images.source == INSTALLATION
    assert not (await keeping.get()).sites
    tenant_id = str(shop.own.tenant.tenant_id)
    assert await keeping.audited() == [
        ("site", keeping.site_id, {"image_days": [7, None]}),
        ("tenant", tenant_id, {"image_days": [14, None]}),
        ("site", keeping.site_id, {"image_days": [None, 7]}),
        ("tenant", tenant_id, {"image_days": [None, 14], "template_days": [None, 90]}),
    ]


async def test_what_changes_nothing_is_no_change(keeping: Keeping) -> None:
    changed = await keeping.update(image_days=14)
    assert await keeping.update(image_days=14) == changed
    assert len(await keeping.audited()) == 1


async def test_nobody_says_more_than_the_installation_allows(shop: Shop, core: Replica) -> None:
    keeping = Keeping(shop, core)
    before = shop.snapshot()
    for refused, field in (
        (keeping.update(template_days=366), "retention.template_days"),
        (keeping.update(image_days=31), "retention.image_days"),
        (keeping.update(image_days=-1), "retention.image_days"),
        (keeping.update(template_days=1097), "retention.template_days"),
        (keeping.update_site(days=31), "site_retention.image_days"),
    ):
        failed = await failure(refused)
        assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
        assert failed.fields == (field,)
    assert shop.snapshot() == before


async def test_an_operator_may_allow_more_or_less(shop: Shop) -> None:
    shop.retention = RetentionSettings(image_days=7, image_days_max=10, template_days_max=1096)
    async with shop.replica() as core:
        keeping = Keeping(shop, core)
        held = await keeping.update(image_days=10, template_days=1096)
        assert held.images == period(10, TENANT, default=7, most=10)
        assert held.templates == period(1096, TENANT, default=365, most=1096)
        assert (await failure(keeping.update_site(days=11))).fields == ("site_retention.image_days",)
    shop.retention = RetentionSettings(image_days=5)
    async with shop.replica() as core:
        held = await Keeping(shop, core).get()
        assert held.images == period(5, INSTALLATION, default=5, most=5), "less is allowed than was said"
        assert held.templates == period(365, INSTALLATION, default=365, most=365)
        assert held.image_days == 10


async def test_who_was_slower_is_told(keeping: Keeping) -> None:
    seen, of_site = await keeping.get(), await keeping.get_site()
    await keeping.update(etag=seen.etag, image_days=14)
    stale = await failure(keeping.update(etag=seen.etag, image_days=20))
    assert (stale.code, stale.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    await keeping.update_site(etag=of_site.etag, days=7)
    assert (await failure(keeping.update_site(etag=of_site.etag, days=8))).reason == "ETAG_MISMATCH"
    await keeping.update_site(etag=(await keeping.get_site()).etag, days=8)


async def test_a_field_that_is_none_of_these_is_refused(keeping: Keeping) -> None:
    for refused in (keeping.update("images", image_days=3), keeping.update_site("site_id", days=3)):
        assert (await failure(refused)).fields == ("update_mask.paths[0]",)


async def test_only_administrators_of_the_tenant_see_and_say_it(shop: Shop, core: Replica) -> None:
    await Keeping(shop, core).update_site(days=7)
    for role in (Role.SITE_MANAGER, Role.WORKER):
        refused = Keeping(shop, core, shop.signed_in(role))
        for call in (
            refused.get(),
            refused.get_site(),
            refused.update(image_days=1),
            refused.update_site(days=1),
        ):
            assert (await failure(call)).code is grpc.StatusCode.PERMISSION_DENIED
    foreign = Keeping(shop, core, shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign))
    for call in (foreign.get_site(), foreign.update_site(days=1)):
        assert (await failure(call)).reason == "SITE_NOT_FOUND"
    assert not (await foreign.get()).sites


async def test_with_its_site_a_rule_is_gone(shop: Shop, core: Replica, keeping: Keeping) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)
    site = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name="Messe")), metadata=admin
    )
    await keeping.update_site(site_id=site.site_id, days=2)
    await core.sites.DeleteSite(site_service_pb2.DeleteSiteRequest(site_id=site.site_id), metadata=admin)
    assert not (await keeping.get()).sites
    assert (await failure(keeping.get_site(site.site_id))).reason == "SITE_NOT_FOUND"
