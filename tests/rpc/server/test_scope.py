"""Nobody reaches what is not theirs: every id in every good request, replaced by one of somebody else's."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import grpc
import pytest
from fakes.customer_requests import seed_customers
from fakes.edge_client import dialled
from fakes.erasures import open_erasure
from fakes.good_requests import (
    Requests,
    Seeded,
    good_requests,
    seed,
    seed_certificates,
    seed_link,
    seed_person,
)
from fakes.import_requests import seed_import
from fakes.indexing import indexed
from fakes.model_world import open_model_change
from fakes.opt_outs import open_opt_out
from fakes.people import provisioning
from fakes.rpc_calls import CONNECT, METHODS, call
from fakes.rpc_failures import Failure, failure
from fakes.shop import Chain, Metadata, Replica, Shop, bearer
from fakes.staff_requests import seed_staff
from fakes.webhook_requests import seed_webhook
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    camera_service_pb2,
    customer_service_pb2,
    ingest_service_pb2,
    live_service_pb2,
    site_service_pb2,
    tenant_service_pb2,
    visit_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.rpc.edge_link import LinkManners
from footfall_server.rpc.permissions import PERMISSIONS, Scope
from google.protobuf.message import Message

Ids = Mapping[str, str]

SOMEBODY_ELSE = 302
"""Whom the pictures of the other staff member show."""
REACH = {Scope.TENANT, Scope.ACTING}
IN_TENANTS = sorted(name for name in METHODS if PERMISSIONS[name].scope in REACH and name != CONNECT)
ADMINS = {Role.SYSTEM_ADMIN, Role.TENANT_ADMIN}
NOT_LOOKED_UP = {
    ("/footfall.v1.SiteService/CreateSite", "site.site_id"): "the core makes it",
    ("/footfall.v1.CameraService/CreateCamera", "camera.camera_id"): "the core makes it",
    ("/footfall.v1.UserService/CreateUser", "user.user_id"): "the core makes it",
    ("/footfall.v1.CameraService/CreateCamera", "camera.holder_worker_id"): "the core says it",
    ("/footfall.v1.CameraService/UpdateCamera", "camera.holder_worker_id"): "the core says it",
    ("/footfall.v1.CameraService/UpdateCamera", "camera.site_id"): "is said to be fixed",
    ("/footfall.v1.RetentionService/UpdateRetention", "retention.sites.site_id"): "the core says it",
}


@pytest.fixture
async def seeded(shop: Shop, core: Replica) -> Seeded:
    return await seed(shop, core)


@pytest.fixture
def requests(shop: Shop, seeded: Seeded) -> Requests:
    return good_requests(shop, seeded)


async def visit_of(shop: Shop, core: Replica, chain: Chain, *, at_other_site: bool) -> tuple[str, str, str]:
    """A visit with its image and its event, by somebody else's worker."""
    site = chain.other_site if at_other_site else chain.site
    event = face_event((chain.other_camera if at_other_site else chain.camera).camera_id, person=99)
    event.crop_jpeg = JPEG
    tables = shop.transactions.tables(chain.tenant.tenant_id)
    before = set(tables.images)
    recorded = await core.ingest.RecordFace(
        ingest_service_pb2.RecordFaceRequest(event=event),
        metadata=shop.signed_in(Role.WORKER, chain=chain, sites=[site.site_id]),
    )
    await indexed(shop, chain)
    [image_id] = set(tables.images) - before
    return recorded.visit_id, str(image_id), recorded.event_id


async def strangers(shop: Shop, core: Replica, seeded: Seeded, whose: str) -> Ids:
    """For each id of ours the like of somebody else's: another tenant's, another site's, or nobody's."""
    chain = shop.foreign if whose == "another tenant's" else shop.own
    own = shop.own
    ours = [str(own.site.site_id), seeded.empty_site_id, str(own.camera.camera_id), seeded.user_id]
    ours += [str(seeded.worker.certificate_id), seeded.join_token_id, seeded.linked_worker_id]
    ours += [seeded.visit_id, seeded.image_id, seeded.event_id, seeded.api_key_id]
    ours.append(seeded.gone_worker_id)
    ours += [seeded.staff.staff_id, seeded.staff.face_id, seeded.staff_import.import_id]
    ours += [*seeded.webhook.looked_up, *seeded.customers.looked_up]
    if whose == "nobody's":
        return {each: str(new_id()) for each in ours}
    theirs = await visit_of(shop, core, chain, at_other_site=True)
    site_id, camera_id = str(chain.other_site.site_id), str(chain.other_camera.camera_id)
    customers = await seed_customers(shop, chain, chain.other_camera)
    user, _ = await seed_person(shop, chain)
    key = await provisioned_key(shop, chain)
    worker, (_, join_token_id) = await seed_certificates(shop, core, chain, chain.other_site.site_id)
    at_other_site = shop.signed_in(Role.WORKER, chain=chain, sites=[chain.other_site.site_id])
    found = [site_id, site_id, camera_id, str(user.user_id), str(worker.certificate_id), join_token_id]
    found.append(linked := await seed_link(core, at_other_site))
    administrator = shop.signed_in(Role.TENANT_ADMIN, chain=chain)
    staff = await seed_staff(core, administrator, site_id, person=SOMEBODY_ELSE)
    staff_import = await seed_import(core, administrator, site_id)
    enrolled = [staff.staff_id, staff.face_id, staff_import.import_id]
    enrolled += seed_webhook(shop, chain).looked_up
    return dict(zip(ours, [*found, *theirs, key, linked, *enrolled, *customers.looked_up], strict=True))


async def provisioned_key(shop: Shop, chain: Chain) -> str:
    """A key of the chain's other site."""
    made = await provisioning(shop).create_api_key(
        chain.tenant.tenant_id, chain.other_site.site_id, display_name="Lager"
    )
    return str(made.api_key_id)


def strange_changes(shop: Shop, whose: str) -> Ids:
    """For our change of the model another tenant's, or nobody's."""
    [ours] = shop.transactions.tables(shop.own.tenant.tenant_id).model_changes
    if whose != "another tenant's":
        return {str(ours): str(new_id())}
    return {str(ours): str(open_model_change(shop.transactions.tables(shop.foreign.tenant.tenant_id)))}


def strange_erasure(shop: Shop, whose: str) -> str:
    """For our erasure another tenant's, or nobody's."""
    if whose != "another tenant's":
        return str(new_id())
    return str(open_erasure(shop.transactions.tables(shop.foreign.tenant.tenant_id), shop.clock.now()))


def strange_opt_out(shop: Shop, whose: str) -> str:
    """For our opt-out another tenant's, or nobody's."""
    if whose != "another tenant's":
        return str(new_id())
    return str(open_opt_out(shop.transactions.tables(shop.foreign.tenant.tenant_id), shop.clock.now()))


def replaced(good: Message, ids: Ids, under: str = "") -> Iterator[tuple[str, Message]]:
    """The good request with one id after the other replaced, and the path of that."""
    for field, value in good.ListFields():
        path = f"{under}{field.name}"
        if field.message_type is not None:
            inner = value[0] if field.is_repeated else value
            for inner_path, changed in replaced(inner, ids, f"{path}."):
                copy: Any = type(good)()
                copy.CopyFrom(good)
                target = getattr(copy, field.name)
                (target[0] if field.is_repeated else target).CopyFrom(changed)
                yield inner_path, copy
        elif isinstance(value, str) and value in ids:
            copy = type(good)()
            copy.CopyFrom(good)
            setattr(copy, field.name, ids[value])
            yield path, copy
        elif field.is_repeated and len(value) and value[0] in ids:
            copy = type(good)()
            copy.CopyFrom(good)
            getattr(copy, field.name)[0] = ids[value[0]]
            yield f"{path}[0]", copy


def in_tenants(method: str) -> frozenset[Role]:
    """Who may call this inside a tenant. Who acts for none reaches no tenant's ids: see test_users."""
    return PERMISSIONS[method].roles - {Role.SYSTEM_ADMIN}


def callers(shop: Shop, method: str, whose: str) -> Mapping[str, Metadata]:
    """Everybody whom the table lets in and who may not reach these ids."""
    roles = in_tenants(method)
    if whose == "another site's":
        roles = roles - ADMINS
    return {role.value: shop.signed_in(role, acting=True) for role in sorted(roles)}


@pytest.mark.parametrize("whose", ["another tenant's", "another site's", "nobody's"])
async def test_what_is_somebody_elses_is_not_there(
    shop: Shop, core: Replica, seeded: Seeded, requests: Requests, whose: str
) -> None:
    ids = {**await strangers(shop, core, seeded, whose), **strange_changes(shop, whose)}
    ids[seeded.erasure_id] = strange_erasure(shop, whose)
    ids[seeded.opt_out_id] = strange_opt_out(shop, whose)
    for chain in (shop.own, shop.foreign):
        await indexed(shop, chain)
    before = shop.snapshot()
    tried = set()
    for method in IN_TENANTS:
        for path, request in (each for good in requests[method] for each in replaced(good, ids)):
            if (method, path) in NOT_LOOKED_UP:
                continue
            for name, metadata in callers(shop, method, whose).items():
                tried.add(method)
                failed = await failure(call(core, method, metadata, [request.SerializeToString()]))
                assert failed.code is grpc.StatusCode.NOT_FOUND, f"{name}: {path} of {method}: {failed}"
                assert failed.reason.endswith("_NOT_FOUND"), f"{name}: {path} of {method}: {failed}"
    assert shop.snapshot() == before
    admins_only = {name for name in IN_TENANTS if PERMISSIONS[name].roles == ADMINS}
    recognition = ("ListModels", "StartModelChange", "ListModelChanges", "Calibrate", "ApplyCalibration")
    without_ids = {"/footfall.v1.SiteService/ListSites", "/footfall.v1.SiteService/CreateSite"}
    without_ids |= {
        f"/footfall.v1.CustomerService/{name}"
        for name in ("CreateCustomer", "ListMergeSuggestions", "RefreshMergeSuggestions")
    }
    without_ids |= {
        f"/footfall.v1.CertificateService/{name}" for name in ("ListJoinTokens", "RenewCertificate")
    }
    without_ids |= {"/footfall.v1.WebhookService/ListWebhooks", "/footfall.v1.OptOutService/ListOptOuts"}
    without_ids |= {f"/footfall.v1.RetentionService/{name}Retention" for name in ("Get", "Update")}
    without_ids |= {"/footfall.v1.UserService/ListUsers", "/footfall.v1.AuditService/ListAuditEntries"}
    without_ids |= {
        f"/footfall.v1.ErasureService/{name}"
        for name in ("FindErasureSubjects", "ListErasures", "GetErasureKey")
    }
    without_ids |= {f"/footfall.v1.TenantService/{each}TenantSettings" for each in ("Get", "Update")}
    without_ids |= {f"/footfall.v1.JobService/{each}" for each in ("ListJobs", "ListJobRuns", "RunJob")}
    without_ids |= {
        "/footfall.v1.AuditService/ExportAuditEntries",
        "/footfall.v1.StaffImportService/ListStaffImports",
    }
    without_ids |= {f"/footfall.v1.RecognitionService/{name}" for name in recognition}
    untried = set(IN_TENANTS) - tried - without_ids
    assert untried == (admins_only - without_ids if whose == "another site's" else set())


async def test_lists_hold_nothing_of_somebody_elses(shop: Shop, core: Replica, seeded: Seeded) -> None:
    others = [
        await visit_of(shop, core, shop.own, at_other_site=True),
        await visit_of(shop, core, shop.foreign, at_other_site=False),
    ]
    manager = shop.signed_in(Role.SITE_MANAGER)
    there = await seed_customers(shop, shop.own, shop.own.other_camera)
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    here = {str(each.visit_id) for each in tables.visits.values() if each.site_id == shop.own.site.site_id}
    listed = await core.visits.ListVisits(visit_service_pb2.ListVisitsRequest(), metadata=manager)
    assert {visit.visit_id for visit in listed.visits} == here
    assert seeded.visit_id in here
    for customer_id in tables.customers:
        asked = visit_service_pb2.ListVisitsRequest(customer_id=str(customer_id))
        found = await core.visits.ListVisits(asked, metadata=manager)
        assert {visit.visit_id for visit in found.visits} <= here
    assert others
    pb, stub = customer_service_pb2, core.customers
    customers = await stub.ListCustomers(pb.ListCustomersRequest(), metadata=manager)
    seen = {str(each.customer_id) for each in tables.visits.values() if str(each.visit_id) in here}
    assert {each.customer_id for each in customers.customers} == seen
    merges = await stub.ListMerges(pb.ListMergesRequest(), metadata=manager)
    assert [each.merge_id for each in merges.merges] == [seeded.customers.merge_id]
    suggestions = await stub.ListMergeSuggestions(pb.ListMergeSuggestionsRequest(), metadata=manager)
    assert [each.suggestion_id for each in suggestions.suggestions] == [seeded.customers.suggestion_id]
    everything = shop.signed_in(Role.TENANT_ADMIN)
    suggestions = await stub.ListMergeSuggestions(pb.ListMergeSuggestionsRequest(), metadata=everything)
    assert there.suggestion_id in {each.suggestion_id for each in suggestions.suggestions}


async def test_a_page_token_is_good_for_whom_it_was_made(shop: Shop, core: Replica) -> None:
    """It says where a list goes on, which is a name that others may not see."""
    admin = shop.signed_in(Role.TENANT_ADMIN)
    first = await core.sites.ListSites(site_service_pb2.ListSitesRequest(page_size=1), metadata=admin)
    rest = site_service_pb2.ListSitesRequest(page_token=first.next_page_token)
    both = [shop.own.site.site_id, shop.own.other_site.site_id]
    for name, other in {
        "a manager of one site": shop.signed_in(Role.SITE_MANAGER),
        "a manager of all sites there are": shop.signed_in(Role.SITE_MANAGER, sites=both),
        "another tenant": shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign),
    }.items():
        failed = await failure(core.sites.ListSites(rest, metadata=other))
        assert failed.reason == "BAD_PAGE_TOKEN", f"{name}: {failed}"
    another_admin = shop.signed_in(Role.TENANT_ADMIN)
    assert len((await core.sites.ListSites(rest, metadata=another_admin)).sites) == 1
    manager = shop.signed_in(Role.SITE_MANAGER, sites=both)
    first = await core.sites.ListSites(site_service_pb2.ListSitesRequest(page_size=1), metadata=manager)
    rest = site_service_pb2.ListSitesRequest(page_token=first.next_page_token)
    again = shop.signed_in(Role.SITE_MANAGER, sites=both[::-1])
    assert len((await core.sites.ListSites(rest, metadata=again)).sites) == 1, "whatever order they are in"


async def test_what_is_somebody_elses_is_answered_as_what_is_nobodys(
    shop: Shop, core: Replica, seeded: Seeded, requests: Requests
) -> None:
    """Code, text, metadata and trailers: but for the id that was asked for they do not differ."""
    foreign = await strangers(shop, core, seeded, "another tenant's")
    foreign = {**foreign, **strange_changes(shop, "another tenant's")}
    nobody = {ours: str(new_id()) for ours in foreign}
    compared = 0
    for method in IN_TENANTS:
        for good in requests[method]:
            asked = zip(replaced(good, foreign), replaced(good, nobody), strict=True)
            for (path, theirs), (_, nobodys) in asked:
                if (method, path) in NOT_LOOKED_UP:
                    continue
                for metadata in callers(shop, method, "another tenant's").values():
                    told = []
                    for request, ids in ((theirs, foreign), (nobodys, nobody)):
                        failed = await failure(call(core, method, metadata, [request.SerializeToString()]))
                        told.append(without_ids_of(failed, ids))
                    assert told[0] == told[1], f"{path} of {method}"
                    compared += 1
    assert compared > 30


def without_ids_of(failed: Failure, ids: Ids) -> Failure:
    """The failure with the id that was asked for taken out, and what differs from call to call."""

    def plain(text: str) -> str:
        for each in ids.values():
            text = text.replace(each, "…")
        return text

    return replace(
        failed,
        message=plain(failed.message),
        metadata={key: plain(value) for key, value in failed.metadata.items()},
        descriptions=tuple(map(plain, failed.descriptions)),
        trailers={
            key: "" for key in failed.trailers if key not in {"x-request-id", "grpc-status-details-bin"}
        },
    )


async def test_a_request_id_is_known_in_its_tenant_only(shop: Shop, core: Replica) -> None:
    request = site_service_pb2.CreateSiteRequest(
        site=site_service_pb2.Site(display_name="Hafen"), request_id=str(new_id())
    )
    ours = await core.sites.CreateSite(request, metadata=shop.signed_in(Role.TENANT_ADMIN))
    foreign = shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    theirs = await core.sites.CreateSite(request, metadata=foreign)
    assert ours.site_id != theirs.site_id
    assert await core.sites.CreateSite(request, metadata=foreign) == theirs
    tenant = tenant_service_pb2.CreateTenantRequest(
        tenant=tenant_service_pb2.Tenant(display_name="Hafen"), request_id=request.request_id
    )
    await core.tenants.CreateTenant(tenant, metadata=shop.signed_in(Role.SYSTEM_ADMIN))


async def test_a_request_id_tells_a_manager_nothing_of_another_site(shop: Shop, core: Replica) -> None:
    def request(site_id: object) -> camera_service_pb2.CreateCameraRequest:
        camera = camera_service_pb2.Camera(site_id=str(site_id), display_name="Lager", source_url="usb:0")
        return camera_service_pb2.CreateCameraRequest(camera=camera, request_id=request_id)

    request_id = str(new_id())
    elsewhere = shop.signed_in(Role.SITE_MANAGER, sites=[shop.own.other_site.site_id])
    await core.cameras.CreateCamera(request(shop.own.other_site.site_id), metadata=elsewhere)
    before = shop.snapshot()
    again = core.cameras.CreateCamera(
        request(shop.own.site.site_id), metadata=shop.signed_in(Role.SITE_MANAGER)
    )
    failed = await failure(again)
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")
    assert shop.snapshot() == before


async def test_a_worker_claims_no_track_or_image_of_another_site(shop: Shop, core: Replica) -> None:
    """Ids that another site's worker made are taken, and nothing of what they name is changed or told."""
    image_id = new_id()
    elsewhere = shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id])
    theirs = face_event(shop.own.other_camera.camera_id, person=50, image_id=image_id)
    recorded = await core.ingest.RecordFace(
        ingest_service_pb2.RecordFaceRequest(event=theirs), metadata=elsewhere
    )
    await indexed(shop, shop.own)
    before = shop.snapshot()
    ours = shop.signed_in(Role.WORKER)
    track = face_event(shop.own.camera.camera_id, person=51)
    track.track_id = theirs.track_id
    image = face_event(shop.own.camera.camera_id, person=52, image_id=image_id)
    for name, claim in (("track", track), ("image", image)):
        failed = await failure(
            core.ingest.RecordFace(ingest_service_pb2.RecordFaceRequest(event=claim), metadata=ours)
        )
        assert failed.code is grpc.StatusCode.INVALID_ARGUMENT, f"{name}: {failed}"
        assert recorded.visit_id not in repr(failed)
        assert recorded.customer_id not in repr(failed)
    assert shop.snapshot() == before
    # The idempotency key holds in the whole tenant: an event id that is taken records nothing.
    event = face_event(shop.own.camera.camera_id, person=53)
    event.event_id = theirs.event_id
    for record in (
        core.ingest.RecordFace(ingest_service_pb2.RecordFaceRequest(event=event), metadata=ours),
        core.ingest.BatchRecordFaces(
            ingest_service_pb2.BatchRecordFacesRequest(events=[event]), metadata=ours
        ),
    ):
        failed = await failure(record)
        assert failed.code is grpc.StatusCode.INVALID_ARGUMENT, failed
        assert [field.rpartition(".")[2] for field in failed.fields] == ["event_id"]
        assert recorded.visit_id not in repr(failed)
        assert recorded.customer_id not in repr(failed)
    assert shop.snapshot() == before
    again = ingest_service_pb2.RecordFaceRequest(event=theirs)
    assert (await core.ingest.RecordFace(again, metadata=elsewhere)).duplicate


async def test_a_link_that_never_says_hello_ends_with_its_token(shop: Shop) -> None:
    shop.manners = LinkManners(heartbeat_interval=timedelta(seconds=60))
    async with shop.replica() as core:
        token = shop.token(Role.WORKER, lifetime=timedelta(seconds=1))
        async with dialled(core, bearer(token)) as link:
            failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_a_token_that_just_ended_opens_no_stream(shop: Shop, core: Replica) -> None:
    """Clocks may differ by half a minute, which lets a call through and gives a stream no time."""
    token = shop.token(Role.TENANT_ADMIN, lifetime=timedelta(seconds=60))
    shop.clock.advance(timedelta(seconds=75))
    await core.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=bearer(token))
    watch = core.live.Watch(live_service_pb2.WatchRequest(), metadata=bearer(token))
    failed = await failure(watch.read())
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
