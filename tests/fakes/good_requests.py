"""One good request, or one per kind, for every RPC: what bad ones are derived from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fakes.canned_provider import CODE, PROVIDER_ID
from fakes.customer_requests import SeededCustomers, customer_requests, seed_customers
from fakes.edge_client import hello, linked
from fakes.enrolled_worker import EnrolledWorker, new_key, signing_request
from fakes.erasures import erasure_requests, open_erasure
from fakes.import_requests import SeededImport, import_requests, seed_import
from fakes.indexing import indexed
from fakes.manual_clock import START
from fakes.model_world import fill_gallery, open_model_change
from fakes.opt_outs import open_opt_out, opt_out_requests
from fakes.recognition_basis import stated
from fakes.shop import MODEL_ID, OTHER_MODEL_ID, Chain, Metadata, Replica, Shop
from fakes.staff_requests import PERSON, SeededStaff, seed_staff, staff_requests
from fakes.webhook_requests import SeededWebhook, seed_webhook, webhook_requests
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    api_key_service_pb2,
    audit_service_pb2,
    auth_service_pb2,
    camera_command_pb2,
    camera_control_service_pb2,
    camera_service_pb2,
    camera_settings_pb2,
    certificate_service_pb2,
    common_pb2,
    face_event_pb2,
    image_service_pb2,
    ingest_service_pb2,
    job_service_pb2,
    live_service_pb2,
    recognition_service_pb2,
    report_service_pb2,
    retention_service_pb2,
    site_service_pb2,
    tenant_service_pb2,
    user_service_pb2,
    visit_service_pb2,
)
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.provisioning import ProvisioningService
from footfall_server.services.setup_tokens import MadeSetupToken, give_setup_token
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

EMAIL = "chefin@nord.example"
PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple of twelve herons"

Requests = Mapping[str, Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What has to be there, so that requests can be good."""

    api_key: str
    api_key_id: str
    refresh_token: str
    user_id: str
    setup_token: str
    oidc: auth_service_pb2.OidcCredentials
    visit_id: str
    image_id: str
    empty_tenant_id: str
    empty_site_id: str
    event_id: str
    customers: SeededCustomers
    join_token: str
    join_token_id: str
    worker: EnrolledWorker
    linked_worker_id: str
    gone_worker_id: str
    staff: SeededStaff
    staff_import: SeededImport
    erasure_id: str
    opt_out_id: str
    webhook: SeededWebhook


async def seed(shop: Shop, core: Replica) -> Seeded:
    """A person, a key, a visit with its image, and a tenant and a site that may be deleted."""
    provisioning = ProvisioningService(
        transactions=shop.transactions, passwords=shop.passwords, policy=PasswordPolicy(), clock=shop.clock
    )
    tenant_id = shop.own.tenant.tenant_id
    await provisioning.create_tenant_admin(tenant_id, email=EMAIL, display_name="Chefin", password=PASSWORD)
    key = await provisioning.create_api_key(tenant_id, shop.own.site.site_id, display_name="Kasse")
    user, made = await seed_person(shop)
    event = face_event(shop.own.camera.camera_id, person=77)
    event.crop_jpeg = JPEG
    recorded = await core.ingest.RecordFace(
        ingest_service_pb2.RecordFaceRequest(event=event), metadata=shop.signed_in(Role.WORKER)
    )
    staff = await seed_staff(core, shop.signed_in(Role.TENANT_ADMIN), str(shop.own.site.site_id))
    staff_import = await seed_import(core, shop.signed_in(Role.TENANT_ADMIN), str(shop.own.site.site_id))
    # What goes on by itself has to be over before a test compares all that is committed.
    await indexed(shop, shop.own)
    [image_id] = shop.transactions.tables(tenant_id).images
    tenant = await core.tenants.CreateTenant(
        tenant_service_pb2.CreateTenantRequest(tenant=tenant_service_pb2.Tenant(display_name="Leer")),
        metadata=shop.signed_in(Role.SYSTEM_ADMIN),
    )
    site = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name="Leer")),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )
    password = auth_service_pb2.PasswordCredentials(email=EMAIL, password=PASSWORD)
    signed_in = await core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=password))
    customers = await seed_customers(shop, shop.own, shop.own.camera)
    worker, (join_token, join_token_id) = await seed_certificates(shop, core)
    return Seeded(
        key.text,
        str(key.api_key_id),
        signed_in.refresh_token,
        str(user.user_id),
        made.text,
        await seed_oidc_login(core),
        recorded.visit_id,
        str(image_id),
        tenant.tenant_id,
        site.site_id,
        recorded.event_id,
        customers,
        join_token,
        join_token_id,
        worker,
        await seed_link(core, shop.signed_in(Role.WORKER)),
        await seed_link(core, shop.signed_in(Role.WORKER)),
        staff,
        staff_import,
        str(open_erasure(shop.transactions.tables(tenant_id), shop.clock.now())),
        str(open_opt_out(shop.transactions.tables(tenant_id), shop.clock.now())),
        seed_webhook(shop, shop.own),
    )


async def new_join_token(core: Replica, metadata: Metadata, site_id: UUID) -> tuple[str, str]:
    """A join token and its id."""
    made = await core.certificates.CreateJoinToken(
        certificate_service_pb2.CreateJoinTokenRequest(site_id=str(site_id), display_name="Kasse 2"),
        metadata=metadata,
    )
    return made.secret, made.join_token.join_token_id


async def enrol(core: Replica, join_token: str) -> EnrolledWorker:
    """A worker that joined."""
    key = new_key()
    issued = await core.certificates.EnrolWorker(
        certificate_service_pb2.EnrolWorkerRequest(
            join_token=join_token, signing_request=signing_request(key)
        )
    )
    return EnrolledWorker(key, issued.certificate_der)


async def seed_certificates(
    shop: Shop, core: Replica, chain: Chain | None = None, site_id: UUID | None = None
) -> tuple[EnrolledWorker, tuple[str, str]]:
    """A worker with a certificate, and a join token that nobody used; `shop.enrolled` is our own worker."""
    of = chain or shop.own
    admin = shop.signed_in(Role.TENANT_ADMIN, chain=of)
    at = site_id or of.site.site_id
    used, _ = await new_join_token(core, admin, at)
    worker = await enrol(core, used)
    if chain is None:
        shop.enrolled = worker
    return worker, await new_join_token(core, admin, at)


async def seed_link(core: Replica, metadata: Metadata) -> str:
    """A worker that was here, by its id."""
    worker_id = new_id()
    async with linked(core, metadata, worker_id=worker_id) as (link, _):
        await link.hang_up()
    return str(worker_id)


async def seed_person(shop: Shop, chain: Chain | None = None) -> tuple[User, MadeSetupToken]:
    """A site manager without a password, and the token to set one."""
    of = chain or shop.own
    user = User(
        user_id=new_id(),
        tenant_id=of.tenant.tenant_id,
        email=f"{new_id()}@nord.example",
        display_name="Filialleiter",
        role=Role.SITE_MANAGER,
        password_hash=None,
        created_at=START,
        site_ids=frozenset({of.site.site_id}),
    )
    async with shop.transactions.begin(of.tenant.tenant_id) as tx:
        await tx.users.add(user)
        return user, await give_setup_token(tx, user, at=shop.clock.now())


async def seed_oidc_login(core: Replica) -> auth_service_pb2.OidcCredentials:
    """What a browser comes back with from the identity provider."""
    started = await core.auth.StartOidcLogin(auth_service_pb2.StartOidcLoginRequest(provider_id=PROVIDER_ID))
    [state] = parse_qs(urlsplit(started.authorization_url).query)["state"]
    return auth_service_pb2.OidcCredentials(code=CODE, state=state, login_secret=started.login_secret)


def full_event(camera_id: UUID, *, person: int = 5) -> face_event_pb2.FaceEvent:
    """A good event with every field set, but crop_jpeg, which does not come together with image."""
    event = face_event(camera_id, person=person, image_id=new_id())
    event.box.CopyFrom(common_pb2.BoundingBox(x=-3, y=7, width=60, height=80))
    for number in range(5):
        event.landmarks.add(x=10 * number, y=20)
    event.female_probability = 0.8
    event.quality.reasons.append(face_event_pb2.QUALITY_REASON_TURNED_AWAY)
    event.crossing = camera_settings_pb2.CROSSING_IN
    hint = face_event_pb2.StaffHint(staff_id=str(new_id()), score=0.5, gallery_version=1)
    event.staff_hint.CopyFrom(hint)
    return event


def good_requests(shop: Shop, seeded: Seeded) -> Requests:
    """By the method's name on the wire. Messages of a stream are good after the ones before them."""
    return {
        **_of_accounts(shop, seeded),
        **_of_users(shop, seeded),
        **_of_api_keys(shop, seeded),
        **_of_certificates(shop, seeded),
        **_of_tenants(shop, seeded),
        **_of_sites(shop, seeded),
        **_of_cameras(shop, seeded),
        **_of_workers(shop, seeded),
        **_of_faces(shop),
        **_of_visits(shop, seeded),
        **_of_reports(shop),
        **_of_recognition(shop),
        **_of_audit(),
        **_of_jobs(),
        **_of_retention(shop),
        **erasure_requests(seeded.erasure_id, seeded.customers.customer_id, PERSON),
        **opt_out_requests(seeded.opt_out_id, seeded.staff.staff_id, PERSON),
        **webhook_requests(str(shop.own.site.site_id), seeded.webhook),
        **customer_requests(str(shop.own.site.site_id), seeded.customers),
        **import_requests(str(shop.own.site.site_id), seeded.staff_import),
        **staff_requests(str(shop.own.site.site_id), seeded.staff, seeded.customers.other_id),
    }


def _of_accounts(shop: Shop, seeded: Seeded) -> Requests:
    password = auth_service_pb2.PasswordCredentials(email=EMAIL, password=PASSWORD)
    return {
        "/footfall.v1.AuthService/IssueToken": [
            auth_service_pb2.IssueTokenRequest(password=password),
            auth_service_pb2.IssueTokenRequest(api_key=seeded.api_key),
            auth_service_pb2.IssueTokenRequest(refresh_token=seeded.refresh_token),
            auth_service_pb2.IssueTokenRequest(client_assertion=seeded.worker.assertion(shop.clock.now())),
            auth_service_pb2.IssueTokenRequest(oidc=seeded.oidc),
        ],
        "/footfall.v1.AuthService/ListIdentityProviders": [auth_service_pb2.ListIdentityProvidersRequest()],
        "/footfall.v1.AuthService/StartOidcLogin": [
            auth_service_pb2.StartOidcLoginRequest(provider_id=PROVIDER_ID)
        ],
        "/footfall.v1.AuthService/ChangePassword": [
            auth_service_pb2.ChangePasswordRequest(current_password=PASSWORD, new_password=NEW_PASSWORD)
        ],
        "/footfall.v1.AuthService/SetPassword": [
            auth_service_pb2.SetPasswordRequest(setup_token=seeded.setup_token, new_password=NEW_PASSWORD)
        ],
        "/footfall.v1.AuthService/SwitchTenant": [
            auth_service_pb2.SwitchTenantRequest(tenant_id=seeded.empty_tenant_id)
        ],
        "/footfall.v1.AuthService/SignOut": [auth_service_pb2.SignOutRequest(everywhere=True)],
        "/footfall.v1.AuthService/GetMe": [auth_service_pb2.GetMeRequest()],
        "/footfall.v1.AuthService/GetJwks": [auth_service_pb2.GetJwksRequest()],
    }


def _of_api_keys(shop: Shop, seeded: Seeded) -> Requests:
    key = api_key_service_pb2.ApiKey(
        api_key_id=str(new_id()),
        display_name="Tablet",
        site_id=str(shop.own.site.site_id),
        role=auth_service_pb2.ROLE_SITE_MANAGER,
        expire_time=to_timestamp(START + timedelta(days=365)),
    )
    service = "/footfall.v1.ApiKeyService"
    return {
        f"{service}/CreateApiKey": [
            api_key_service_pb2.CreateApiKeyRequest(api_key=key, request_id=str(new_id()))
        ],
        f"{service}/GetApiKey": [api_key_service_pb2.GetApiKeyRequest(api_key_id=seeded.api_key_id)],
        f"{service}/ListApiKeys": [api_key_service_pb2.ListApiKeysRequest(site_id=key.site_id, page_size=1)],
        f"{service}/RevokeApiKey": [api_key_service_pb2.RevokeApiKeyRequest(api_key_id=seeded.api_key_id)],
    }


def _of_certificates(shop: Shop, seeded: Seeded) -> Requests:
    service = "/footfall.v1.CertificateService"
    site_id = str(shop.own.site.site_id)
    request = signing_request(new_key())
    return {
        f"{service}/CreateJoinToken": [
            certificate_service_pb2.CreateJoinTokenRequest(site_id=site_id, display_name="Kasse 3")
        ],
        f"{service}/ListJoinTokens": [certificate_service_pb2.ListJoinTokensRequest(page_size=1)],
        f"{service}/RevokeJoinToken": [
            certificate_service_pb2.RevokeJoinTokenRequest(join_token_id=seeded.join_token_id)
        ],
        f"{service}/EnrolWorker": [
            certificate_service_pb2.EnrolWorkerRequest(join_token=seeded.join_token, signing_request=request)
        ],
        f"{service}/RenewCertificate": [
            certificate_service_pb2.RenewCertificateRequest(signing_request=request)
        ],
        f"{service}/ListCertificates": [
            certificate_service_pb2.ListCertificatesRequest(site_id=site_id, page_size=1)
        ],
        f"{service}/RevokeCertificate": [
            certificate_service_pb2.RevokeCertificateRequest(certificate_id=str(seeded.worker.certificate_id))
        ],
    }


def _of_users(shop: Shop, seeded: Seeded) -> Requests:
    user = user_service_pb2.User(
        user_id=seeded.user_id,
        email="neu@nord.example",
        display_name="Neu",
        role=auth_service_pb2.ROLE_SITE_MANAGER,
        site_ids=[str(shop.own.site.site_id)],
        disabled=True,
    )
    mask = FieldMask(paths=["display_name", "role", "site_ids", "disabled"])
    service = "/footfall.v1.UserService"
    return {
        f"{service}/CreateUser": [user_service_pb2.CreateUserRequest(user=user, request_id=str(new_id()))],
        f"{service}/GetUser": [user_service_pb2.GetUserRequest(user_id=seeded.user_id)],
        f"{service}/ListUsers": [user_service_pb2.ListUsersRequest(page_size=1)],
        f"{service}/UpdateUser": [user_service_pb2.UpdateUserRequest(user=user, update_mask=mask)],
        f"{service}/DeleteUser": [user_service_pb2.DeleteUserRequest(user_id=seeded.user_id)],
        f"{service}/CreateSetupToken": [user_service_pb2.CreateSetupTokenRequest(user_id=seeded.user_id)],
    }


def _of_tenants(shop: Shop, seeded: Seeded) -> Requests:
    named = tenant_service_pb2.Tenant(tenant_id=str(shop.own.tenant.tenant_id), display_name="Markt")
    return {
        "/footfall.v1.TenantService/CreateTenant": [
            tenant_service_pb2.CreateTenantRequest(
                tenant=tenant_service_pb2.Tenant(tenant_id=str(new_id()), display_name="Neu"),
                request_id=str(new_id()),
            )
        ],
        "/footfall.v1.TenantService/GetTenant": [
            tenant_service_pb2.GetTenantRequest(tenant_id=named.tenant_id)
        ],
        "/footfall.v1.TenantService/ListTenants": [tenant_service_pb2.ListTenantsRequest(page_size=1)],
        "/footfall.v1.TenantService/UpdateTenant": [
            tenant_service_pb2.UpdateTenantRequest(
                tenant=named, update_mask=FieldMask(paths=["display_name"])
            )
        ],
        "/footfall.v1.TenantService/DeleteTenant": [
            tenant_service_pb2.DeleteTenantRequest(tenant_id=seeded.empty_tenant_id)
        ],
        "/footfall.v1.TenantService/GetTenantSettings": [tenant_service_pb2.GetTenantSettingsRequest()],
        "/footfall.v1.TenantService/UpdateTenantSettings": [
            tenant_service_pb2.UpdateTenantSettingsRequest(
                settings=tenant_service_pb2.TenantSettings(
                    week_start=report_service_pb2.DAY_OF_WEEK_SUNDAY,
                    business_day_start=Duration(seconds=6 * 3600),
                ),
                update_mask=FieldMask(paths=["week_start", "business_day_start"]),
            )
        ],
    }


def _of_sites(shop: Shop, seeded: Seeded) -> Requests:
    site = site_service_pb2.Site(
        site_id=str(shop.own.site.site_id), display_name="Hafen", time_zone="Europe/Berlin"
    )
    site.visit_gap.FromTimedelta(timedelta(minutes=30))
    site.business_day_start.FromTimedelta(timedelta(hours=5))
    site.image_policy = camera_settings_pb2.IMAGE_POLICY_FRAMES
    site.recognition_basis.CopyFrom(stated(shop.clock.now()))
    rules = ["display_name", "time_zone", "visit_gap", "business_day_start"]
    mask = FieldMask(paths=[*rules, "image_policy", "recognition_basis", "anonymous"])
    return {
        "/footfall.v1.SiteService/CreateSite": [
            site_service_pb2.CreateSiteRequest(site=site, request_id=str(new_id()))
        ],
        "/footfall.v1.SiteService/GetSite": [site_service_pb2.GetSiteRequest(site_id=site.site_id)],
        "/footfall.v1.SiteService/ListSites": [site_service_pb2.ListSitesRequest(page_size=1)],
        "/footfall.v1.SiteService/UpdateSite": [
            site_service_pb2.UpdateSiteRequest(site=site, update_mask=mask)
        ],
        "/footfall.v1.SiteService/DeleteSite": [
            site_service_pb2.DeleteSiteRequest(site_id=seeded.empty_site_id)
        ],
    }


def _of_cameras(shop: Shop, seeded: Seeded) -> Requests:
    camera = camera_service_pb2.Camera(
        camera_id=str(shop.own.camera.camera_id),
        site_id=str(shop.own.site.site_id),
        display_name="Lager",
        source_url="rtsp://viewer:neu@10.0.0.7/live",
        enabled=True,
    )
    point = camera_settings_pb2.RelativePoint
    camera.settings.CopyFrom(
        camera_settings_pb2.CameraSettings(
            detect_width=640,
            masks=[
                camera_settings_pb2.Polygon(corners=[point(x=0, y=0), point(x=1, y=0), point(x=1, y=0.5)])
            ],
            entry_line=camera_settings_pb2.EntryLine(start=point(x=0, y=0.5), end=point(x=1, y=0.5)),
            image_policy=camera_settings_pb2.IMAGE_POLICY_CROPS,
            idle_fps=3,
        )
    )
    camera.assigned_worker_id = camera.holder_worker_id = seeded.linked_worker_id
    mask = FieldMask(paths=["display_name", "source_url", "enabled", "settings", "assigned_worker_id"])
    return {
        "/footfall.v1.CameraService/CreateCamera": [
            camera_service_pb2.CreateCameraRequest(camera=camera, request_id=str(new_id()))
        ],
        "/footfall.v1.CameraService/GetCamera": [
            camera_service_pb2.GetCameraRequest(camera_id=camera.camera_id)
        ],
        "/footfall.v1.CameraService/ListCameras": [
            camera_service_pb2.ListCamerasRequest(site_id=camera.site_id, page_size=1)
        ],
        "/footfall.v1.CameraService/UpdateCamera": [
            camera_service_pb2.UpdateCameraRequest(camera=camera, update_mask=mask)
        ],
        "/footfall.v1.CameraService/DeleteCamera": [
            camera_service_pb2.DeleteCameraRequest(camera_id=camera.camera_id)
        ],
    }


def _of_workers(shop: Shop, seeded: Seeded) -> Requests:
    service = "/footfall.v1.CameraControlService"
    site_id = str(shop.own.site.site_id)
    camera_id = str(shop.own.camera.camera_id)
    command = camera_control_service_pb2.SendCommandRequest(
        camera_id=camera_id,
        kind=camera_command_pb2.COMMAND_KIND_ASSIGN,
        worker_id=seeded.linked_worker_id,
        request_id=str(new_id()),
    )
    command.timeout.FromTimedelta(timedelta(seconds=5))
    return {
        f"{service}/SendCommand": [command],
        f"{service}/WatchPreview": [
            camera_control_service_pb2.WatchPreviewRequest(camera_id=camera_id, max_width=640, max_fps=2)
        ],
        f"{service}/GetSnapshot": [camera_control_service_pb2.GetSnapshotRequest(camera_id=camera_id)],
        f"{service}/ListWorkers": [
            camera_control_service_pb2.ListWorkersRequest(site_id=site_id, page_size=1)
        ],
        f"{service}/GetWorker": [
            camera_control_service_pb2.GetWorkerRequest(worker_id=seeded.linked_worker_id)
        ],
        f"{service}/DeleteWorker": [
            camera_control_service_pb2.DeleteWorkerRequest(worker_id=seeded.gone_worker_id)
        ],
    }


def _of_faces(shop: Shop) -> Requests:
    camera_id = shop.own.camera.camera_id
    heartbeat = ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now()), spooled_events=3)
    heartbeat.cameras.add(
        camera_id=str(camera_id),
        state=ingest_service_pb2.CAMERA_STATE_ONLINE,
        last_frame_time=to_timestamp(shop.clock.now()),
        detail="ok",
        frames_per_second=9.5,
    )
    heartbeat.held_cameras.add(camera_id=str(camera_id), lease_token=1)
    held = ingest_service_pb2.HeldCamera(camera_id=str(camera_id), lease_token=7)
    heartbeat.held_cameras.append(held)
    gallery = ingest_service_pb2.GalleryState(model_id=MODEL_ID, version=0)
    released = ingest_service_pb2.LeaseRelease(cameras=[held])
    greeting = hello()
    greeting.capabilities.append("uploads")
    sequenced = ingest_service_pb2.SequencedFaceEvent(sequence=1, event=full_event(camera_id))
    frame = ingest_service_pb2.EdgePreviewFrame(
        camera_id=str(camera_id), jpeg=JPEG, capture_time=to_timestamp(shop.clock.now())
    )
    frame.faces.add(
        box=common_pb2.BoundingBox(x=1, y=2, width=30, height=40),
        quality_score=0.5,
        reasons=[face_event_pb2.QUALITY_REASON_TURNED_AWAY],
    )
    result = camera_command_pb2.CommandResult(
        command_id=str(new_id()),
        state=camera_command_pb2.COMMAND_STATE_FAILED,
        detail="no frame",
        jpeg=JPEG,
        capture_time=to_timestamp(shop.clock.now()),
        finish_time=to_timestamp(shop.clock.now()),
    )
    ids = [str(new_id())]
    asked, put = (
        ingest_service_pb2.UploadRequest(image_ids=ids),
        ingest_service_pb2.UploadReport(image_ids=ids),
    )
    return {
        "/footfall.v1.IngestService/RecordFace": [
            ingest_service_pb2.RecordFaceRequest(event=full_event(camera_id))
        ],
        "/footfall.v1.IngestService/BatchRecordFaces": [
            ingest_service_pb2.BatchRecordFacesRequest(events=[full_event(camera_id)])
        ],
        "/footfall.v1.IngestService/Connect": [
            ingest_service_pb2.ConnectRequest(hello=greeting),
            ingest_service_pb2.ConnectRequest(face_event=sequenced),
            ingest_service_pb2.ConnectRequest(heartbeat=heartbeat),
            ingest_service_pb2.ConnectRequest(upload_request=asked),
            ingest_service_pb2.ConnectRequest(upload_report=put),
            ingest_service_pb2.ConnectRequest(gallery_state=gallery),
            ingest_service_pb2.ConnectRequest(lease_release=released),
            ingest_service_pb2.ConnectRequest(command_result=result),
            ingest_service_pb2.ConnectRequest(preview_frame=frame),
        ],
    }


def _of_reports(shop: Shop) -> Requests:
    site_ids = [str(shop.own.site.site_id)]
    start_date, end_date = "2026-03-01", "2026-03-07"
    return {
        "/footfall.v1.ReportService/GetVisitors": [
            report_service_pb2.GetVisitorsRequest(
                site_ids=site_ids,
                start_date=start_date,
                end_date=end_date,
                granularity=report_service_pb2.GRANULARITY_HOUR,
                compare_start_date="2026-02-22",
                compare_end_date="2026-02-28",
                week_start=report_service_pb2.DAY_OF_WEEK_SUNDAY,
                new_visit_scope=report_service_pb2.NEW_VISIT_SCOPE_SITE,
            )
        ],
        "/footfall.v1.ReportService/GetDistribution": [
            report_service_pb2.GetDistributionRequest(
                site_ids=site_ids,
                start_date=start_date,
                end_date=end_date,
                distribution=distribution,
                new_visit_scope=report_service_pb2.NEW_VISIT_SCOPE_SITE,
            )
            for distribution in (
                report_service_pb2.DISTRIBUTION_NEW_VS_REPEAT,
                report_service_pb2.DISTRIBUTION_GENDER,
                report_service_pb2.DISTRIBUTION_DAY_OF_WEEK,
            )
        ],
        "/footfall.v1.ReportService/ListRestatements": [
            report_service_pb2.ListRestatementsRequest(
                site_ids=site_ids, start_date=start_date, end_date=end_date, page_size=1
            )
        ],
        "/footfall.v1.ReportService/ExportVisitors": [
            report_service_pb2.ExportVisitorsRequest(
                site_ids=site_ids,
                start_date=start_date,
                end_date=end_date,
                granularity=report_service_pb2.GRANULARITY_WEEK,
                week_start=report_service_pb2.DAY_OF_WEEK_MONDAY,
                new_visit_scope=report_service_pb2.NEW_VISIT_SCOPE_TENANT,
                by_site=by_site,
                format=file_format,
            )
            for by_site, file_format in (
                (True, report_service_pb2.REPORT_FORMAT_CSV),
                (False, report_service_pb2.REPORT_FORMAT_PNG),
                (True, report_service_pb2.REPORT_FORMAT_PDF),
                (False, report_service_pb2.REPORT_FORMAT_UNSPECIFIED),
            )
        ],
        "/footfall.v1.ReportService/GetDwell": [
            report_service_pb2.GetDwellRequest(
                site_ids=site_ids,
                start_date=start_date,
                end_date=end_date,
                granularity=report_service_pb2.GRANULARITY_WEEK,
                week_start=report_service_pb2.DAY_OF_WEEK_SUNDAY,
            )
        ],
        "/footfall.v1.ReportService/GetOccupancy": [
            report_service_pb2.GetOccupancyRequest(
                site_id=site_ids[0],
                start_date=start_date,
                end_date=end_date,
                step=report_service_pb2.OCCUPANCY_STEP_HOUR,
            )
        ],
    }


def _of_visits(shop: Shop, seeded: Seeded) -> Requests:
    filtered = visit_service_pb2.ListVisitsRequest(
        site_id=str(shop.own.site.site_id),
        start_time=to_timestamp(START - timedelta(days=1)),
        end_time=to_timestamp(START),
        customer_id=str(new_id()),
        kind=visit_service_pb2.VISIT_KIND_NEW,
        page_size=10,
    )
    watched = live_service_pb2.WatchRequest(
        topics=[live_service_pb2.TOPIC_VISITS], site_id=str(shop.own.site.site_id), after_revision=0
    )
    return {
        "/footfall.v1.VisitService/ListVisits": [filtered],
        "/footfall.v1.VisitService/GetVisit": [visit_service_pb2.GetVisitRequest(visit_id=seeded.visit_id)],
        "/footfall.v1.VisitService/ExplainVisit": [
            visit_service_pb2.ExplainVisitRequest(visit_id=seeded.visit_id)
        ],
        "/footfall.v1.VisitService/ExplainEvent": [
            visit_service_pb2.ExplainEventRequest(event_id=seeded.event_id)
        ],
        "/footfall.v1.LiveService/Watch": [watched],
        "/footfall.v1.ImageService/GetImage": [image_service_pb2.GetImageRequest(image_id=seeded.image_id)],
    }


def _of_retention(shop: Shop) -> Requests:
    pb = retention_service_pb2
    site_id = str(shop.own.site.site_id)
    of_site = pb.SiteRetention(site_id=site_id, image_days=7)
    return {
        "/footfall.v1.RetentionService/GetRetention": [pb.GetRetentionRequest()],
        "/footfall.v1.RetentionService/UpdateRetention": [
            pb.UpdateRetentionRequest(
                retention=pb.Retention(image_days=14, template_days=90, sites=[of_site])
            )
        ],
        "/footfall.v1.RetentionService/GetSiteRetention": [pb.GetSiteRetentionRequest(site_id=site_id)],
        "/footfall.v1.RetentionService/UpdateSiteRetention": [
            pb.UpdateSiteRetentionRequest(site_retention=of_site)
        ],
    }


def _of_jobs() -> Requests:
    return {
        "/footfall.v1.JobService/ListJobs": [job_service_pb2.ListJobsRequest()],
        "/footfall.v1.JobService/ListJobRuns": [
            job_service_pb2.ListJobRunsRequest(job="audit_head", page_size=1)
        ],
        "/footfall.v1.JobService/RunJob": [job_service_pb2.RunJobRequest(job="audit_head")],
    }


def _of_audit() -> Requests:
    return {
        "/footfall.v1.AuditService/ListAuditEntries": [
            audit_service_pb2.ListAuditEntriesRequest(
                actor_id=str(new_id()),
                action="customer.",
                resource_id=str(new_id()),
                start_time=to_timestamp(START - timedelta(days=1)),
                end_time=to_timestamp(START),
                page_size=10,
            )
        ],
        "/footfall.v1.AuditService/ExportAuditEntries": [
            audit_service_pb2.ExportAuditEntriesRequest(
                actor_id=str(new_id()),
                action="customer.",
                resource_id=str(new_id()),
                start_time=to_timestamp(START - timedelta(days=1)),
                end_time=to_timestamp(START),
            )
        ],
    }


def _of_recognition(shop: Shop) -> Requests:
    """Of a tenant with faces enough to be calibrated, and a change of the model that may end."""
    fill_gallery(shop.transactions.tables(shop.own.tenant.tenant_id))
    request_id = new_id()
    change_id = str(open_model_change(shop.transactions.tables(shop.own.tenant.tenant_id), request_id))
    service = "/footfall.v1.RecognitionService"
    return {
        f"{service}/ListModels": [recognition_service_pb2.ListModelsRequest()],
        f"{service}/StartModelChange": [
            recognition_service_pb2.StartModelChangeRequest(
                to_model_id=OTHER_MODEL_ID, request_id=str(request_id)
            )
        ],
        f"{service}/GetModelChange": [
            recognition_service_pb2.GetModelChangeRequest(model_change_id=change_id)
        ],
        f"{service}/ListModelChanges": [recognition_service_pb2.ListModelChangesRequest(page_size=1)],
        f"{service}/PauseModelChange": [
            recognition_service_pb2.PauseModelChangeRequest(model_change_id=change_id)
        ],
        f"{service}/ResumeModelChange": [
            recognition_service_pb2.ResumeModelChangeRequest(model_change_id=change_id)
        ],
        f"{service}/FinishModelChange": [
            recognition_service_pb2.FinishModelChangeRequest(model_change_id=change_id, accept_loss=True)
        ],
        f"{service}/RollBackModelChange": [
            recognition_service_pb2.RollBackModelChangeRequest(model_change_id=change_id)
        ],
        f"{service}/Calibrate": [
            recognition_service_pb2.CalibrateRequest(model_id=MODEL_ID, target_rate=0.01)
        ],
        f"{service}/ApplyCalibration": [
            recognition_service_pb2.ApplyCalibrationRequest(model_id=MODEL_ID, target_rate=0.01)
        ],
    }
