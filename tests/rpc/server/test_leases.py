"""One camera, several workers: who reads it is said on their links, on whichever replica those are."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import grpc
import pytest
from fakes.edge_client import EdgeClient, dialled, hello, linked
from fakes.memory_tables import TenantTables
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import camera_service_pb2, error_reason_pb2, ingest_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.errors import unavailable
from footfall_server.rpc.convert_values import to_timestamp
from google.protobuf.field_mask_pb2 import FieldMask

Leases = dict[str, ingest_service_pb2.CameraLease]


@dataclass
class Worker:
    """A worker on a link; it says what it holds and takes what it is told."""

    shop: Shop
    link: EdgeClient
    worker_id: UUID
    told: Leases = field(default_factory=dict)
    sequence: int = 0

    @property
    def token(self) -> int:
        """Of the shop's camera; 0 when another worker reads it, or nobody."""
        return self.told[str(self.shop.own.camera.camera_id)].lease_token

    @property
    def holder_id(self) -> str:
        return self.told[str(self.shop.own.camera.camera_id)].holder_worker_id

    async def beat(self, *, offset: timedelta = timedelta(0)) -> Leases:
        """One heartbeat with its answer. What is pushed before that is taken as well."""
        beat = ingest_service_pb2.Heartbeat(
            sent_time=to_timestamp(self.shop.clock.now()),
            held_cameras=[
                ingest_service_pb2.HeldCamera(camera_id=each.camera_id, lease_token=each.lease_token)
                for each in self.told.values()
                if each.lease_token
            ],
        )
        beat.clock_offset.FromTimedelta(offset)
        await self.link.say(heartbeat=beat)
        while (message := await self.link.hear_any()).WhichOneof("message") != "heartbeat":
            self._take(message)
        self.told = {each.camera_id: each for each in message.heartbeat.leases}
        return self.told

    async def be_told(self) -> None:
        """Waits for what the core says by itself."""
        self._take(await self.link.hear("camera_leases"))

    def _take(self, message: ingest_service_pb2.ConnectResponse) -> None:
        self.told.update((each.camera_id, each) for each in message.camera_leases.leases)

    async def send(self, *, token: int, seconds_ago: float = 0) -> list[ingest_service_pb2.EventRejection]:
        self.sequence += 1
        at = self.shop.clock.now() - timedelta(seconds=seconds_ago)
        event = face_event(self.shop.own.camera.camera_id, person=self.sequence, at=at)
        event.lease_token = token
        await self.link.say_event(self.sequence, event)
        while True:
            message = await self.link.hear_any()
            if message.WhichOneof("message") == "ack":
                return list(message.ack.rejections)
            self._take(message)


@asynccontextmanager
async def working(shop: Shop, core: Replica, worker_id: UUID | None = None) -> AsyncIterator[Worker]:
    worker_id = worker_id or new_id()
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, welcome):
        worker = Worker(shop, link, worker_id)
        worker.told = {each.camera_id: each.lease for each in welcome.desired_cameras.cameras}
        yield worker


@pytest.fixture
async def replicas(shop: Shop) -> AsyncIterator[list[Replica]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(shop.replica()) for _ in range(2)]


def pass_time(shop: Shop, seconds: float) -> None:
    shop.clock.advance(timedelta(seconds=seconds))


async def assign(shop: Shop, core: Replica, worker_id: str) -> camera_service_pb2.Camera:
    camera = camera_service_pb2.Camera(camera_id=str(shop.own.camera.camera_id), assigned_worker_id=worker_id)
    return await core.cameras.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(
            camera=camera, update_mask=FieldMask(paths=["assigned_worker_id"])
        ),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )


async def test_one_worker_reads_a_camera_and_the_other_is_told_who(
    shop: Shop, replicas: list[Replica]
) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        assert first.token > 0
        assert first.holder_id == second.holder_id == str(first.worker_id)
        assert second.token == 0
        [told] = second.told.values()
        assert told.holder_display_name == "Kasse 1"
        token = first.token
        for _ in range(5):
            pass_time(shop, 30)
            await first.beat()
            await second.beat()
            assert (first.token, second.token) == (token, 0), "a lease that is renewed does not move"
        shown = await replicas[1].cameras.GetCamera(
            camera_service_pb2.GetCameraRequest(camera_id=str(shop.own.camera.camera_id)),
            metadata=shop.signed_in(Role.SITE_MANAGER),
        )
        assert shown.holder_worker_id == str(first.worker_id)


async def test_a_killed_holder_is_followed_within_its_time_to_live(
    shop: Shop, replicas: list[Replica]
) -> None:
    async with AsyncExitStack() as life:
        first = await life.enter_async_context(working(shop, replicas[0]))
        token, waited = first.token, 0
        async with working(shop, replicas[1]) as second:
            assert token
            assert not second.token
            await life.aclose()
            while not second.token:
                assert waited < 90
                pass_time(shop, 15)
                waited += 15
                await second.beat()
            assert second.token > token
            assert waited >= 60, "the first one has stopped by itself by then, and not before"


async def test_a_worker_that_waits_is_told_when_the_holder_leaves(
    shop: Shop, replicas: list[Replica]
) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        token = first.token
        await first.link.say(
            lease_release=ingest_service_pb2.LeaseRelease(
                cameras=[
                    ingest_service_pb2.HeldCamera(camera_id=str(shop.own.camera.camera_id), lease_token=token)
                ]
            )
        )
        while not second.token:
            await second.be_told()
        assert second.token > token
        while first.holder_id != str(second.worker_id):
            await first.be_told()
        assert first.token == 0


async def test_an_assigned_worker_has_the_camera_in_moments(shop: Shop, replicas: list[Replica]) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        assert first.token
        changed = await assign(shop, replicas[0], str(second.worker_id))
        assert changed.assigned_worker_id == str(second.worker_id)
        while first.token:
            await first.be_told()
        assert first.holder_id == str(second.worker_id), "it is told for whom"
        assert not second.token, "not while the first one may read it"
        await first.beat()
        while not second.token:
            await second.be_told()
        await assign(shop, replicas[1], "")
        pass_time(shop, 30)
        await first.beat()
        await second.beat()
        assert second.token, "whoever has it keeps it"


async def test_only_a_worker_of_the_site_can_be_assigned(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id])
    elsewhere = new_id()
    async with linked(core, metadata, worker_id=elsewhere):
        for worker_id in (elsewhere, new_id()):
            failed = await failure(assign(shop, core, str(worker_id)))
            assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "WORKER_NOT_FOUND")


async def test_what_is_captured_after_the_camera_passed_on_is_refused_and_what_was_before_is_not(
    shop: Shop, replicas: list[Replica]
) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        await first.beat()
        old = first.token
        pass_time(shop, 40)
        await second.beat()
        pass_time(shop, 30)
        await second.beat()
        assert second.token > old
        assert not await second.send(token=second.token)
        pass_time(shop, 60)
        [refused] = await first.send(token=old)
        assert refused.reason == error_reason_pb2.ERROR_REASON_LEASE_LOST
        assert "another worker" in refused.description
        assert not await first.send(token=old, seconds_ago=65), "it comes late, and was seen in time"
        [refused] = await first.send(token=second.token, seconds_ago=65)
        assert refused.reason == error_reason_pb2.ERROR_REASON_LEASE_LOST, "the lease is another's"
        assert not await first.send(token=0), "senders without leases are taken at their word"
        tables = shop.transactions.tables(shop.own.tenant.tenant_id)
        assert len(tables.sightings) == 3


async def test_a_worker_whose_clock_is_wrong_loses_nothing(shop: Shop, replicas: list[Replica]) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        ahead = timedelta(minutes=4)
        await first.beat(offset=-ahead)
        old = first.token
        pass_time(shop, 40)
        await second.beat()
        pass_time(shop, 30)
        await second.beat()
        assert second.token
        by_its_own_clock = (timedelta(seconds=5) - ahead).total_seconds()
        assert not await first.send(token=old, seconds_ago=by_its_own_clock)
        pass_time(shop, 30)
        [refused] = await first.send(token=old, seconds_ago=by_its_own_clock)
        assert refused.reason == error_reason_pb2.ERROR_REASON_LEASE_LOST


async def test_nobody_stops_reading_while_the_store_is_away(shop: Shop, core: Replica) -> None:
    async with working(shop, core) as worker:
        token = worker.token

        def away() -> None:
            raise unavailable("STORE_UNAVAILABLE", "the database is away")

        shop.transactions.before_commit = away
        pass_time(shop, 120)
        await worker.beat()
        assert worker.token == token, "the worker would stop, and nobody else could begin"
        shop.transactions.before_commit = None
        await worker.beat()
        assert worker.token == token, "nobody took it"


async def test_a_link_that_nothing_can_be_said_on_is_refused(shop: Shop, core: Replica) -> None:
    """The worker then goes on under the lease that it has: told of nothing, it would stop reading."""
    commits = iter([None])

    def away() -> None:
        if next(commits, "away") == "away":
            raise unavailable("STORE_UNAVAILABLE", "the database is away")

    async with dialled(core, shop.signed_in(Role.WORKER)) as link:
        shop.transactions.before_commit = away
        await link.say(hello=hello())
        failed = await link.ended()
    shop.transactions.before_commit = None
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")


async def links_ended(replicas: list[Replica]) -> None:
    """Until the cores are through with links that were hung up: one may be renewing its leases just now."""
    for replica in replicas:
        assert await replica.core._calls.ended(timedelta(seconds=10)) == 0


async def test_after_an_outage_cameras_go_back_to_who_had_them(shop: Shop, replicas: list[Replica]) -> None:
    first_id, second_id = new_id(), new_id()
    async with working(shop, replicas[0], first_id) as first, working(shop, replicas[0], second_id):
        token = first.token
    await links_ended(replicas)
    pass_time(shop, 3600)
    async with working(shop, replicas[1], second_id) as second:
        assert not second.token, "the first one may be on its way, and reads it meanwhile"
        assert not second.holder_id
        async with working(shop, replicas[0], first_id) as first:
            assert first.token == token
    await links_ended(replicas)
    pass_time(shop, 3600)
    async with working(shop, replicas[1], second_id) as second:
        pass_time(shop, 31)
        await second.beat()
        assert second.token > token, "it was waited for long enough"


async def test_free_cameras_go_to_who_has_fewer(shop: Shop, replicas: list[Replica]) -> None:
    async with working(shop, replicas[0]) as first, working(shop, replicas[1]) as second:
        tables = shop.transactions.tables(shop.own.tenant.tenant_id)
        for number in range(4):
            await replicas[number % 2].cameras.CreateCamera(
                camera_service_pb2.CreateCameraRequest(
                    camera=camera_service_pb2.Camera(
                        site_id=str(shop.own.site.site_id),
                        display_name=f"Neu {number}",
                        source_url=f"usb:{number}",
                    )
                ),
                metadata=shop.signed_in(Role.TENANT_ADMIN),
            )
            await until(partial(_has_leases, tables, 2 + number))
        held = [lease.worker_id for lease in tables.camera_leases.values()]
        assert sorted([held.count(first.worker_id), held.count(second.worker_id)]) == [2, 3]


def _has_leases(tables: TenantTables, count: int) -> bool:
    return len(tables.camera_leases) == count


def _tokens(leases: Leases) -> Iterator[int]:
    return (each.lease_token for each in leases.values())


async def test_leases_of_other_sites_and_tenants_are_nobody_elses(shop: Shop, core: Replica) -> None:
    foreign = shop.signed_in(Role.WORKER, chain=shop.foreign)
    async with working(shop, core) as worker, linked(core, foreign) as (link, welcome):
        before = shop.snapshot()
        await link.say(
            lease_release=ingest_service_pb2.LeaseRelease(
                cameras=[
                    ingest_service_pb2.HeldCamera(
                        camera_id=str(shop.own.camera.camera_id), lease_token=next(_tokens(worker.told))
                    )
                ]
            )
        )
        await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now())))
        answer = (await link.hear("heartbeat")).heartbeat
        assert [each.camera_id for each in answer.leases] == [
            each.camera_id for each in welcome.desired_cameras.cameras
        ]
        leases = shop.transactions.tables(shop.own.tenant.tenant_id).camera_leases
        assert leases == before[0][0].camera_leases  # type: ignore[index]
