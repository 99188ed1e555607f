"""Two tenants with something in every table that callers reach, made through the API itself."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc.aio
from core_stack import CoreStack
from fakes.recognition_basis import stated
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    camera_service_pb2,
    customer_service_pb2,
    ingest_service_pb2,
    site_service_pb2,
    staff_service_pb2,
    tenant_service_pb2,
    visit_service_pb2,
)
from footfall_server.auth.passwords import Passwords
from footfall_server.database import open_transactions
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User
from footfall_server.settings import PostgresSettings
from fuzz.callers import Callers, Credentials, bearer
from fuzz.methods import Target
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

PASSWORD = "lantern orbit walnut ferry"
PEOPLE = 8

Pool = Mapping[str, Sequence[str]]


@dataclass
class Tenant:
    """The ids of a tenant by what fields call them. `spare` may be deleted."""

    tenant_id: str
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    spare: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class World:
    """What there is to attack. Only people and programs of `own` call."""

    own: Tenant
    foreign: Tenant
    callers: Callers


class WorldMaker:
    """Fills an empty installation."""

    def __init__(self, stack: CoreStack, channel: grpc.aio.Channel, targets: Sequence[Target]) -> None:
        self._stack = stack
        self._channel = channel
        self._methods = {target.name.rpartition("/")[2]: target for target in targets}

    async def make(self) -> World:
        """Raises grpc.aio.AioRpcError when the core does not take what is good."""
        own, own_credentials = await self._tenant("Kaufhaus Nord", "nord")
        foreign, _ = await self._tenant("Warenhaus Sued", "sued")
        system = Credentials(email="ops@shop.example", password=PASSWORD)
        await self._stack.open_account("create-system-admin", email=system.email, password=system.password)
        callers = Callers(self._channel, {Role.SYSTEM_ADMIN: system, **own_credentials})
        await callers.sign_in()
        operator = callers.metadata(Role.SYSTEM_ADMIN)
        for number in range(3):
            made = await self._call(
                "CreateTenant",
                tenant_service_pb2.CreateTenantRequest(
                    tenant=tenant_service_pb2.Tenant(display_name=f"Leer {number}")
                ),
                operator,
            )
            own.spare["tenant_id"].append(made.tenant_id)
        return World(own=own, foreign=foreign, callers=callers)

    async def _tenant(self, name: str, short: str) -> tuple[Tenant, Mapping[Role, Credentials]]:
        tenant = Tenant(await self._stack.open_tenant(name))
        tenant.ids["tenant_id"] = [tenant.tenant_id]
        admin = Credentials(email=f"admin@{short}.example", password=PASSWORD)
        of_tenant = ("--tenant-id", tenant.tenant_id)
        await self._stack.open_account("create-admin", *of_tenant, email=admin.email, password=PASSWORD)
        token = await Callers(self._channel, {Role.TENANT_ADMIN: admin}).sign_in()
        metadata = bearer(token[Role.TENANT_ADMIN])
        await self._places(tenant, metadata)
        site_id = tenant.ids["site_id"][0]
        manager = Credentials(email=f"manager@{short}.example", password=PASSWORD)
        await self._open_manager(tenant.tenant_id, site_id, manager.email)
        key = await self._stack.made("create-api-key", *of_tenant, "--site-id", site_id, "--name", "Kasse")
        worker = Credentials(api_key=str(key["api_key"]))
        await self._people(tenant, metadata, worker)
        await self._staff(tenant, metadata)
        return tenant, {Role.TENANT_ADMIN: admin, Role.SITE_MANAGER: manager, Role.WORKER: worker}

    async def _places(self, tenant: Tenant, metadata: Any) -> None:
        for number in range(6):
            site = await self._call(
                "CreateSite",
                site_service_pb2.CreateSiteRequest(
                    site=site_service_pb2.Site(
                        display_name=f"Laden {number}",
                        time_zone="Europe/Berlin",
                        recognition_basis=stated(datetime.now(UTC)),
                    )
                ),
                metadata,
            )
            if number >= 3:
                tenant.spare["site_id"].append(site.site_id)
                continue
            tenant.ids["site_id"].append(site.site_id)
            for of_site, pool in ((0, tenant.ids), (1, tenant.ids), (2, tenant.spare)):
                camera = await self._call(
                    "CreateCamera",
                    camera_service_pb2.CreateCameraRequest(
                        camera=camera_service_pb2.Camera(
                            site_id=site.site_id,
                            display_name=f"Kamera {of_site}",
                            source_url="rtsp://viewer:geheim@10.0.0.9/live",
                        )
                    ),
                    metadata,
                )
                pool["camera_id"].append(camera.camera_id)

    async def _open_manager(self, tenant_id: str, site_id: str, email: str) -> None:
        user = User(
            user_id=new_id(),
            tenant_id=UUID(tenant_id),
            email=email,
            display_name="Filialleitung",
            role=Role.SITE_MANAGER,
            password_hash=await Passwords().hash(PASSWORD),
            site_ids=frozenset({UUID(site_id)}),
            created_at=datetime.now(UTC),
        )
        settings = PostgresSettings.model_validate({"dsn": self._stack.app_dsn})
        async with open_transactions(settings) as transactions, transactions.begin(UUID(tenant_id)) as tx:
            await tx.users.add(user)

    async def _people(self, tenant: Tenant, metadata: Any, worker: Credentials) -> None:
        signed_in = await Callers(self._channel, {Role.WORKER: worker}).sign_in()
        began = datetime.now(UTC) - timedelta(hours=6)
        for number in range(2 * PEOPLE):
            event = face_event(
                UUID(tenant.ids["camera_id"][0]),
                person=100 + number % PEOPLE,
                at=began + timedelta(minutes=10 * number),
            )
            event.crop_jpeg = JPEG
            answer = await self._call(
                "RecordFace",
                ingest_service_pb2.RecordFaceRequest(event=event),
                bearer(signed_in[Role.WORKER]),
            )
            tenant.ids["event_id"].append(answer.event_id)
            tenant.ids["track_id"].append(event.track_id)
        visits = await self._call("ListVisits", visit_service_pb2.ListVisitsRequest(page_size=500), metadata)
        tenant.ids["visit_id"] = [visit.visit_id for visit in visits.visits]
        tenant.ids["image_id"] = [visit.image_id for visit in visits.visits if visit.image_id]
        found = await self._call("ListCustomers", customer_service_pb2.ListCustomersRequest(), metadata)
        customers = [customer.customer_id for customer in found.customers]
        tenant.ids["customer_id"], tenant.spare["customer_id"] = customers[:-2], customers[-2:]
        merge = await self._call(
            "MergeCustomers",
            customer_service_pb2.MergeCustomersRequest(
                customer_id=customers[0], source_customer_ids=[customers[1]], force=True, reason="fuzz"
            ),
            metadata,
        )
        tenant.ids["merge_id"] = [merge.merge_id]
        await self._call(
            "RefreshMergeSuggestions", customer_service_pb2.RefreshMergeSuggestionsRequest(), metadata
        )
        suggested = await self._call(
            "ListMergeSuggestions", customer_service_pb2.ListMergeSuggestionsRequest(), metadata
        )
        tenant.ids["suggestion_id"] = [each.suggestion_id for each in suggested.suggestions]

    async def _staff(self, tenant: Tenant, metadata: Any) -> None:
        """Of the manager's site, without faces: nobody here draws one that would be found."""
        for number in range(4):
            staff = staff_service_pb2.Staff(display_name=f"P {number}", site_ids=tenant.ids["site_id"][:1])
            made = await self._call(
                "CreateStaff", staff_service_pb2.CreateStaffRequest(staff=staff), metadata
            )
            (tenant.ids if number else tenant.spare)["staff_id"].append(made.staff_id)

    async def _call(self, method: str, request: Message, metadata: Any) -> Any:
        target = self._methods[method]
        answer = GetMessageClass(target.descriptor.output_type)
        stub = self._channel.unary_unary(
            target.name,
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        async with asyncio.timeout(60):
            return await stub(request, metadata=metadata)
