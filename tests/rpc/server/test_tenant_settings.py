"""What a tenant settles for itself, over gRPC."""

import json
from datetime import timedelta

import grpc
import pytest
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import audit_service_pb2, report_service_pb2, site_service_pb2
from footfall.v1 import tenant_service_pb2 as pb
from footfall_server.domain.identity import Role
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

SUNDAY, MONDAY = report_service_pb2.DAY_OF_WEEK_SUNDAY, report_service_pb2.DAY_OF_WEEK_MONDAY
HOUR = 3600


async def settings(core: Replica, metadata: Metadata) -> pb.TenantSettings:
    return await core.tenants.GetTenantSettings(pb.GetTenantSettingsRequest(), metadata=metadata)


async def settle(core: Replica, metadata: Metadata, *paths: str, **values: object) -> pb.TenantSettings:
    request = pb.UpdateTenantSettingsRequest(
        settings=pb.TenantSettings(**values),  # type: ignore[arg-type]
        update_mask=FieldMask(paths=paths),
    )
    return await core.tenants.UpdateTenantSettings(request, metadata=metadata)


async def test_an_administrator_settles_week_and_day_for_the_own_tenant(shop: Shop, core: Replica) -> None:
    admin, foreign = shop.signed_in(Role.TENANT_ADMIN), shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    first = await settings(core, admin)
    assert (first.week_start, first.business_day_start.ToTimedelta()) == (MONDAY, timedelta(hours=4))
    changed = await settle(core, admin, week_start=SUNDAY)
    assert (changed.week_start, changed.business_day_start) == (SUNDAY, first.business_day_start)
    changed = await settle(core, admin, business_day_start=Duration(seconds=6 * HOUR))
    assert (changed.week_start, changed.business_day_start.seconds) == (SUNDAY, 6 * HOUR)
    assert await settings(core, shop.signed_in(Role.SITE_MANAGER)) == changed
    assert await settings(core, foreign) == first
    assert await settle(core, admin, "week_start") == pb.TenantSettings(
        week_start=MONDAY, business_day_start=Duration(seconds=6 * HOUR)
    )
    assert await settle(core, admin, "business_day_start") == first


async def test_who_is_no_administrator_of_a_tenant_settles_nothing(shop: Shop, core: Replica) -> None:
    for role, reason in (
        (Role.SITE_MANAGER, "PERMISSION_DENIED"),
        (Role.WORKER, "PERMISSION_DENIED"),
        (Role.SYSTEM_ADMIN, "TENANT_REQUIRED"),
    ):
        failed = await failure(settle(core, shop.signed_in(role), week_start=SUNDAY))
        assert failed.reason == reason, role
    assert (await settings(core, shop.signed_in(Role.TENANT_ADMIN))).week_start == MONDAY


@pytest.mark.parametrize(
    ("paths", "values", "field"),
    [
        (["display_name"], {}, "update_mask.paths[0]"),
        ([], {"business_day_start": Duration(seconds=24 * HOUR)}, "settings.business_day_start"),
        ([], {"business_day_start": Duration(seconds=-1)}, "settings.business_day_start"),
        ([], {"week_start": 8}, "settings.week_start"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    shop: Shop, core: Replica, paths: list[str], values: dict[str, object], field: str
) -> None:
    failed = await failure(settle(core, shop.signed_in(Role.TENANT_ADMIN), *paths, **values))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert field in failed.fields


async def test_a_change_is_audited_with_old_and_new_and_nothing_else_is(shop: Shop, core: Replica) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)
    await settle(core, admin, week_start=SUNDAY)
    await settle(core, admin, week_start=SUNDAY)
    told = await core.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    changes = [each for each in told.entries if each.action == "tenant.settings_update"]
    assert [json.loads(each.detail) for each in changes] == [{"week_start": ["monday", "sunday"]}]
    assert changes[0].resource_id == str(shop.own.tenant.tenant_id)


async def test_new_sites_have_the_settled_day_and_others_keep_theirs(shop: Shop, core: Replica) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)
    await settle(core, admin, business_day_start=Duration(seconds=6 * HOUR))

    async def create(name: str, **values: object) -> site_service_pb2.Site:
        site = site_service_pb2.Site(display_name=name, **values)  # type: ignore[arg-type]
        return await core.sites.CreateSite(site_service_pb2.CreateSiteRequest(site=site), metadata=admin)

    made = await create("Kiosk")
    own = await create("Bar", business_day_start=Duration(seconds=0))
    assert (made.business_day_start.seconds, own.business_day_start.seconds) == (6 * HOUR, 0)
    site_id = str(shop.own.site.site_id)
    asked = site_service_pb2.GetSiteRequest(site_id=site_id)
    assert (await core.sites.GetSite(asked, metadata=admin)).business_day_start.seconds == 4 * HOUR
    changed = await core.sites.UpdateSite(
        site_service_pb2.UpdateSiteRequest(
            site=site_service_pb2.Site(site_id=site_id), update_mask=FieldMask(paths=["business_day_start"])
        ),
        metadata=admin,
    )
    assert changed.business_day_start.seconds == 6 * HOUR


async def test_weeks_begin_where_the_tenant_says_unless_the_request_does(shop: Shop, core: Replica) -> None:
    admin = shop.signed_in(Role.TENANT_ADMIN)

    async def weeks(**fields: object) -> tuple[int, list[str]]:
        request = report_service_pb2.GetVisitorsRequest(
            start_date="2026-02-16",  # a Monday
            end_date="2026-02-28",
            granularity=report_service_pb2.GRANULARITY_WEEK,
            **fields,  # type: ignore[arg-type]
        )
        told = await core.reports.GetVisitors(request, metadata=admin)
        return told.week_start, [each.start_date for each in told.report.buckets]

    mondays = (MONDAY, ["2026-02-16", "2026-02-23"])
    assert await weeks() == mondays
    await settle(core, admin, week_start=SUNDAY)
    assert await weeks() == (SUNDAY, ["2026-02-16", "2026-02-22"])
    assert await weeks(week_start=MONDAY) == mondays
    exported = report_service_pb2.ExportVisitorsRequest(
        start_date="2026-02-16", end_date="2026-02-28", granularity=report_service_pb2.GRANULARITY_WEEK
    )
    pieces = [each.data async for each in core.reports.ExportVisitors(exported, metadata=admin)]
    assert b"bucket,2026-02-22,2026-02-28" in b"".join(pieces)
