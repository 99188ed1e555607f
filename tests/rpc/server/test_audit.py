"""The audit log over the wire: who reads which, page by page, and what is in it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

import grpc
import pytest
from fakes.good_requests import EMAIL, PASSWORD, good_requests, seed
from fakes.manual_clock import START
from fakes.people import provisioning
from fakes.rpc_calls import call
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop, bearer
from footfall.v1 import (
    audit_service_pb2,
    auth_service_pb2,
    camera_service_pb2,
    image_service_pb2,
    site_service_pb2,
    tenant_service_pb2,
)
from footfall_server.domain.audit import Action, AuditEntry, AuditFilter
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import FootfallError
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.permissions import PERMISSIONS, Scope
from footfall_server.services.audit_log import AuditLogService
from footfall_server.services.audit_logs import PAGE_SIZE
from google.protobuf.field_mask_pb2 import FieldMask

ADMIN = Role.TENANT_ADMIN
SECRET = "rtsp://viewer:geheim@10.0.0.9:554/live"  # as fakes.shop hangs its cameras up


async def entries(
    core: Replica, metadata: Metadata, **filters: object
) -> Sequence[audit_service_pb2.AuditEntry]:
    request = audit_service_pb2.ListAuditEntriesRequest(**filters)  # type: ignore[arg-type]
    return (await core.audit.ListAuditEntries(request, metadata=metadata)).entries


async def latest(
    core: Replica, metadata: Metadata
) -> tuple[audit_service_pb2.AuditEntry, Mapping[str, object]]:
    found = (await entries(core, metadata, page_size=1))[0]
    return found, json.loads(found.detail)


def acting_for(shop: Shop, chain_id: object) -> Metadata:
    """A system administrator who switched to a tenant."""
    return bearer(
        shop.tokens.issue(
            subject_id=new_id(),
            role=Role.SYSTEM_ADMIN,
            tenant_id=chain_id,  # type: ignore[arg-type]
            site_ids=None,
            lifetime=timedelta(hours=1),
        ).text
    )


async def open_sites(core: Replica, metadata: Metadata, *names: str) -> None:
    for name in names:
        await core.sites.CreateSite(
            site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name=name)),
            metadata=metadata,
        )


async def test_everybody_reads_the_log_that_is_theirs(shop: Shop, core: Replica) -> None:
    own, foreign = shop.signed_in(ADMIN), shop.signed_in(ADMIN, chain=shop.foreign)
    system = shop.signed_in(Role.SYSTEM_ADMIN)
    await open_sites(core, own, "Kai", "Markt")
    await open_sites(core, foreign, "Fremd")
    tenant = await core.tenants.CreateTenant(
        tenant_service_pb2.CreateTenantRequest(tenant=tenant_service_pb2.Tenant(display_name="Neu")),
        metadata=system,
    )
    assert [each.action for each in await entries(core, own)] == ["site.create"] * 2
    assert [json.loads(each.detail)["display_name"] for each in await entries(core, foreign)] == ["Fremd"]
    [made] = await entries(core, system)
    assert (made.action, made.resource, made.resource_id) == ("tenant.create", "tenant", tenant.tenant_id)
    assert made.actor_role == auth_service_pb2.ROLE_SYSTEM_ADMIN
    assert json.loads(made.detail) == {"display_name": "Neu"}
    assert list(await entries(core, acting_for(shop, shop.own.tenant.tenant_id))) == list(
        await entries(core, own)
    )


@pytest.mark.parametrize("role", [Role.SITE_MANAGER, Role.WORKER])
async def test_others_read_none(shop: Shop, core: Replica, role: Role) -> None:
    refused = await failure(
        core.audit.ListAuditEntries(
            audit_service_pb2.ListAuditEntriesRequest(), metadata=shop.signed_in(role)
        )
    )
    assert refused.code is grpc.StatusCode.PERMISSION_DENIED


async def test_pages_follow_each_other_while_the_log_grows(shop: Shop, core: Replica) -> None:
    own = shop.signed_in(ADMIN)
    await open_sites(core, own, *(f"Markt {number}" for number in range(5)))
    request = audit_service_pb2.ListAuditEntriesRequest(page_size=2, action="site.")
    sequences: list[int] = []
    while True:
        page = await core.audit.ListAuditEntries(request, metadata=own)
        sequences += [each.sequence for each in page.entries]
        if not page.next_page_token:
            break
        await open_sites(core, own, f"Neu {len(sequences)}")
        request.page_token = page.next_page_token
    assert sequences == [5, 4, 3, 2, 1]
    request.page_token = ""
    first = await core.audit.ListAuditEntries(request, metadata=own)
    for changed in ({"action": "camera."}, {"actor_id": str(new_id())}):
        other = audit_service_pb2.ListAuditEntriesRequest(
            page_size=2, page_token=first.next_page_token, **changed
        )
        refused = await failure(core.audit.ListAuditEntries(other, metadata=own))
        assert refused.reason == "BAD_PAGE_TOKEN"
    request.page_token = first.next_page_token
    stranger = shop.signed_in(ADMIN, chain=shop.foreign)
    refused = await failure(core.audit.ListAuditEntries(request, metadata=stranger))
    assert refused.reason == "BAD_PAGE_TOKEN"


async def test_entries_are_found_by_who_what_and_when(shop: Shop, core: Replica) -> None:
    own = shop.signed_in(ADMIN)
    await open_sites(core, own, "Kai")
    shop.clock.advance(timedelta(minutes=10))
    await open_sites(core, own, "Markt")
    shop.clock.advance(timedelta(minutes=10))
    await core.sites.DeleteSite(
        site_service_pb2.DeleteSiteRequest(site_id=(await entries(core, own))[0].resource_id), metadata=own
    )
    gone, second, first = await entries(core, own)
    assert (gone.sequence, gone.action) == (3, "site.delete")
    assert first.actor_id == gone.actor_id
    assert len(gone.hash) == 64
    for wanted, filters in (
        ([gone], {"action": "site.delete"}),
        ([gone, second], {"resource_id": gone.resource_id}),
        ([gone, second, first], {"actor_id": first.actor_id}),
        ([], {"actor_id": str(new_id())}),
        ([gone, second], {"start_time": second.time}),
        ([first], {"end_time": second.time}),
        ([second], {"start_time": second.time, "end_time": gone.time}),
    ):
        assert list(await entries(core, own, **filters)) == wanted, filters
    assert first.time == to_timestamp(START)


async def test_a_change_of_a_site_tells_the_old_and_the_new_rule(shop: Shop, core: Replica) -> None:
    own = shop.signed_in(ADMIN)
    site = site_service_pb2.Site(site_id=str(shop.own.site.site_id), time_zone="Europe/Paris")
    site.visit_gap.FromTimedelta(timedelta(minutes=30))
    request = site_service_pb2.UpdateSiteRequest(
        site=site, update_mask=FieldMask(paths=["time_zone", "visit_gap"])
    )
    for _ in range(2):
        await core.sites.UpdateSite(request, metadata=own)
    found, detail = await latest(core, own)
    assert (found.sequence, found.action, found.resource_id) == (1, "site.update", site.site_id)
    assert detail == {
        "time_zone": ["Europe/Berlin", "Europe/Paris"],
        "visit_gap_seconds": [3600.0, 1800.0],
    }


async def test_a_cameras_source_is_never_in_the_log(shop: Shop, core: Replica) -> None:
    own = shop.signed_in(ADMIN)
    made = await core.cameras.CreateCamera(
        camera_service_pb2.CreateCameraRequest(
            camera=camera_service_pb2.Camera(
                site_id=str(shop.own.site.site_id), display_name="Lager", source_url=SECRET, enabled=True
            )
        ),
        metadata=own,
    )
    made.source_url = "rtsp://viewer:anders@10.0.0.9:554/live"
    made.enabled = False
    await core.cameras.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(
            camera=made, update_mask=FieldMask(paths=["source_url", "enabled"])
        ),
        metadata=own,
    )
    found, detail = await latest(core, own)
    assert found.action == "camera.update"
    assert detail == {"site_id": made.site_id, "enabled": [True, False], "source_url_changed": True}
    await core.cameras.DeleteCamera(
        camera_service_pb2.DeleteCameraRequest(camera_id=made.camera_id), metadata=own
    )
    told = await entries(core, own)
    assert [each.action for each in told] == ["camera.delete", "camera.update", "camera.create"]
    assert all("rtsp" not in each.detail and "10.0.0.9" not in each.detail for each in told)


async def test_a_tenants_way_is_in_the_installations_log(shop: Shop, core: Replica) -> None:
    system = shop.signed_in(Role.SYSTEM_ADMIN)
    request = tenant_service_pb2.CreateTenantRequest(
        tenant=tenant_service_pb2.Tenant(display_name="Neu"), request_id=str(new_id())
    )
    tenant = await core.tenants.CreateTenant(request, metadata=system)
    assert await core.tenants.CreateTenant(request, metadata=system) == tenant
    tenant.display_name = "Alt"
    update = tenant_service_pb2.UpdateTenantRequest(
        tenant=tenant, update_mask=FieldMask(paths=["display_name"])
    )
    for _ in range(2):
        await core.tenants.UpdateTenant(update, metadata=system)
    await core.tenants.DeleteTenant(
        tenant_service_pb2.DeleteTenantRequest(tenant_id=tenant.tenant_id), metadata=system
    )
    told = [(each.action, json.loads(each.detail)) for each in reversed(await entries(core, system))]
    assert told == [
        ("tenant.create", {"display_name": "Neu"}),
        ("tenant.update", {"display_name": ["Neu", "Alt"]}),
        ("tenant.delete", {"display_name": "Alt"}),
    ]


async def exported(core: Replica, metadata: Metadata, **filters: object) -> Sequence[Mapping[str, str]]:
    request = audit_service_pb2.ExportAuditEntriesRequest(**filters)  # type: ignore[arg-type]
    pieces = [each async for each in core.audit.ExportAuditEntries(request, metadata=metadata)]
    assert {each.content_type for each in pieces} == {"text/csv; charset=utf-8"}
    text = b"".join(each.data for each in pieces).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_an_export_holds_what_matches_and_is_in_the_log_itself(shop: Shop, core: Replica) -> None:
    own, foreign = shop.signed_in(ADMIN), shop.signed_in(ADMIN, chain=shop.foreign)
    await open_sites(core, own, "Kai", "Markt")
    await open_sites(core, foreign, "Fremd")
    newest, oldest = await exported(core, own, action="site.")
    listed = await entries(core, own, action="site.")
    assert (newest["sequence"], oldest["sequence"]) == ("2", "1")
    assert [each["hash"] for each in (newest, oldest)] == [each.hash for each in listed]
    assert newest["detail"] == listed[0].detail
    assert (newest["action"], newest["actor_role"]) == ("site.create", "tenant_admin")
    said, detail = await latest(core, own)
    assert (said.action, said.actor_id) == ("audit.export", newest["actor_id"])
    assert detail == {"entries": 2, "action": "site."}
    assert await exported(core, own, action="camera.") == []
    assert [each["action"] for each in await exported(core, own, action="audit.")] == ["audit.export"] * 2


async def test_an_export_goes_on_page_by_page_and_no_further_than_it_may(shop: Shop) -> None:
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    principal = Principal(new_id(), ADMIN, shop.own.tenant.tenant_id, shop.clock.now() + timedelta(hours=1))
    for _ in range(PAGE_SIZE + 1):
        entry = AuditEntry.of(principal, Action.SITE_UPDATE, new_id(), at=shop.clock.now(), detail={})
        tables.audit[entry.audit_id] = entry
    log = AuditLogService(transactions=shop.transactions, clock=shop.clock, most_exported=PAGE_SIZE + 1)
    text = "".join([each async for each in log.export(principal, AuditFilter())])
    assert len(text.splitlines()) == 1 + PAGE_SIZE + 1
    before = len(tables.audit)
    with pytest.raises(FootfallError) as refused:
        await anext(log.export(principal, AuditFilter()))
    assert refused.value.reason == "INVALID_FIELD"
    assert len(tables.audit) == before


async def test_a_look_at_a_face_is_in_the_log(shop: Shop, core: Replica) -> None:
    seeded = await seed(shop, core)
    manager = shop.signed_in(Role.SITE_MANAGER)
    own = shop.signed_in(ADMIN)
    before = len(await entries(core, own, action="image.view"))
    for _ in range(2):
        await core.images.GetImage(
            image_service_pb2.GetImageRequest(image_id=seeded.image_id), metadata=manager
        )
    seen = await entries(core, own, action="image.view")
    assert len(seen) == before + 2
    assert (seen[0].resource_id, seen[0].actor_role) == (seeded.image_id, auth_service_pb2.ROLE_SITE_MANAGER)
    assert json.loads(seen[0].detail)["visit_id"] == seeded.visit_id


async def test_what_an_operator_makes_is_in_the_log_of_whom_it_is_made_for(shop: Shop, core: Replica) -> None:
    operator = provisioning(shop)
    tenant = await operator.create_tenant("Neu")
    admin = await operator.create_system_admin(email=EMAIL, display_name="Root", password=PASSWORD)
    tenant_id, site_id = shop.own.tenant.tenant_id, shop.own.site.site_id
    user = await operator.create_tenant_admin(
        tenant_id, email=f"a{EMAIL}", display_name="Chefin", password=PASSWORD
    )
    key = await operator.create_api_key(tenant_id, site_id, display_name="Kasse")
    installation = await entries(core, shop.signed_in(Role.SYSTEM_ADMIN))
    own = await entries(core, shop.signed_in(ADMIN))
    assert [(each.action, each.resource, each.resource_id) for each in (*installation, *own)] == [
        ("user.create", "user", str(admin)),
        ("tenant.create", "tenant", str(tenant.tenant_id)),
        ("api_key.create", "api_key", str(key.api_key_id)),
        ("user.create", "user", str(user)),
    ]
    for each in (*installation, *own):
        assert (each.actor_id, each.actor_role) == ("", auth_service_pb2.ROLE_UNSPECIFIED)
        assert json.loads(each.detail)["by"] == "operator"
        for secret in (EMAIL, PASSWORD, key.text, "Chefin", "Root"):
            assert secret not in each.detail


CHANGES = {
    "/footfall.v1.TenantService/CreateTenant": Action.TENANT_CREATE,
    "/footfall.v1.TenantService/UpdateTenant": Action.TENANT_UPDATE,
    "/footfall.v1.TenantService/DeleteTenant": Action.TENANT_DELETE,
    "/footfall.v1.TenantService/UpdateTenantSettings": Action.TENANT_SETTINGS_UPDATE,
    "/footfall.v1.SiteService/CreateSite": Action.SITE_CREATE,
    "/footfall.v1.SiteService/UpdateSite": Action.SITE_UPDATE,
    "/footfall.v1.SiteService/DeleteSite": Action.SITE_DELETE,
    "/footfall.v1.CameraService/CreateCamera": Action.CAMERA_CREATE,
    "/footfall.v1.CameraService/UpdateCamera": Action.CAMERA_UPDATE,
    "/footfall.v1.CameraService/DeleteCamera": Action.CAMERA_DELETE,
    "/footfall.v1.CustomerService/CreateCustomer": Action.CUSTOMER_CREATE,
    "/footfall.v1.CustomerService/UpdateCustomer": Action.CUSTOMER_UPDATE,
    "/footfall.v1.CustomerService/DeleteCustomer": Action.CUSTOMER_DELETE,
    "/footfall.v1.CustomerService/MergeCustomers": Action.CUSTOMER_MERGE,
    "/footfall.v1.CustomerService/SplitCustomer": Action.CUSTOMER_SPLIT,
    "/footfall.v1.ImageService/GetImage": Action.IMAGE_VIEW,
    "/footfall.v1.RecognitionService/ApplyCalibration": Action.CALIBRATION_APPLY,
    "/footfall.v1.RecognitionService/FinishModelChange": Action.MODEL_CHANGE_FINISH,
    "/footfall.v1.RecognitionService/ResumeModelChange": Action.MODEL_CHANGE_RESUME,
    "/footfall.v1.RecognitionService/RollBackModelChange": Action.MODEL_CHANGE_ROLL_BACK,
}


@pytest.mark.parametrize("method", CHANGES)
async def test_every_change_is_audited_and_no_secret_with_it(shop: Shop, core: Replica, method: str) -> None:
    requests = good_requests(shop, await seed(shop, core))
    of_installation = PERMISSIONS[method].scope is Scope.INSTALLATION
    metadata = shop.signed_in(Role.SYSTEM_ADMIN if of_installation else ADMIN)
    before = len(await entries(core, metadata, page_size=500))
    for good in requests[method]:
        await call(core, method, metadata, [good.SerializeToString()])
    told = await entries(core, metadata, page_size=500)
    assert [each.action for each in reversed(told[: len(told) - before])] == [
        CHANGES[method].value for _ in requests[method]
    ]
    assert all(json.loads(each.detail).__class__ is dict for each in told)
    assert not any("geheim" in each.detail or "rtsp" in each.detail for each in told)
