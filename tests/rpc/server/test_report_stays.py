"""How long visitors stayed and how many were there, as people ask for it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from customer_samples import a_customer, a_track
from fakes.manual_clock import START
from fakes.merge_world import MergeWorld
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import camera_service_pb2, customer_service_pb2
from footfall.v1 import report_service_pb2 as pb
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.identity import Role
from footfall_server.domain.person import CustomerKind
from footfall_server.rpc.convert_values import to_timestamp

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONDAY = START - 14 * DAY
"""Ten in the morning of the 16th of February in Berlin, where the shops are; days begin at four."""
WEEK = {"start_date": "2026-02-16", "end_date": "2026-02-22"}
ONE_DAY = {"start_date": "2026-02-16", "end_date": "2026-02-16"}


class Floor:
    """The shop's own chain, and who walks there."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.core = core
        self.world = MergeWorld(shop.transactions, shop.own.tenant.tenant_id, shop.clock)
        self.admin: Metadata = shop.signed_in(Role.TENANT_ADMIN)
        self.manager: Metadata = shop.signed_in(Role.SITE_MANAGER)
        self.site_id = str(shop.own.site.site_id)
        self.other_site_id = str(shop.own.other_site.site_id)

    async def person(self, kind: CustomerKind = CustomerKind.VISITOR) -> UUID:
        made = a_customer("Frau Q7", kind=kind)
        await self.world.open([], [made])
        return made.customer_id

    async def see(
        self, customer_id: UUID, *minutes: float, crossing: Crossing | None = None, elsewhere: bool = False
    ) -> None:
        """Somebody passes a camera, for a minute each time, so long after Monday."""
        camera = self.shop.own.other_camera if elsewhere else self.shop.own.camera
        for minute in minutes:
            track = a_track(
                customer_id,
                camera.site_id,
                at=MONDAY + minute * MINUTE,
                lasting=MINUTE,
                camera_id=camera.camera_id,
            )
            await self.world.record(replace(track, crossing=crossing))

    async def dwell(self, metadata: Metadata | None = None, **fields: object) -> pb.GetDwellResponse:
        request = pb.GetDwellRequest(**{**WEEK, **fields})  # type: ignore[arg-type]
        return await self.core.reports.GetDwell(request, metadata=metadata or self.admin)

    async def occupancy(self, metadata: Metadata | None = None, **fields: object) -> pb.GetOccupancyResponse:
        request = pb.GetOccupancyRequest(**{"site_id": self.site_id, **ONE_DAY, **fields})  # type: ignore[arg-type]
        return await self.core.reports.GetOccupancy(request, metadata=metadata or self.admin)


@pytest.fixture
def floor(shop: Shop, core: Replica) -> Floor:
    return Floor(shop, core)


async def test_dwell_is_between_first_and_last_seen_and_seen_once_says_nothing(floor: Floor) -> None:
    anna, ben, cara = [await floor.person() for _ in range(3)]
    await floor.see(anna, 0, 9)
    await floor.see(ben, 5, 12, 24)
    await floor.see(cara, 30)
    await floor.see(cara, 3 * 24 * 60, elsewhere=True)
    told = await floor.dwell()
    monday, total = told.buckets[0].dwell, told.total
    assert (monday.visits, monday.measured_visits, monday.seen_once_visits) == (3, 2, 1)
    assert (monday.p25_seconds, monday.median_seconds) == (750, 900)
    assert (monday.p75_seconds, monday.p90_seconds) == (1050, 1140)
    assert monday.seen_once_share == pytest.approx(1 / 3)
    assert (total.visits, total.seen_once_visits, total.median_seconds) == (4, 2, 900)
    thursday, friday = told.buckets[3].dwell, told.buckets[4].dwell
    assert thursday.seen_once_share == 1
    assert not thursday.HasField("median_seconds")
    assert friday == pb.Dwell()
    assert list(told.time_zones) == ["Europe/Berlin"]
    assert (told.week_start, told.period.end_date) == (pb.DAY_OF_WEEK_MONDAY, "2026-02-22")
    assert [each.start_date for each in told.buckets[:2]] == ["2026-02-16", "2026-02-17"]
    by_hour = await floor.dwell(**ONE_DAY, granularity=pb.GRANULARITY_HOUR)
    [came] = [each for each in by_hour.buckets if each.dwell.visits]
    assert (came.hour, came.dwell) == (10, monday)
    merged = customer_service_pb2.MergeCustomersRequest(
        customer_id=str(anna), source_customer_ids=[str(ben)], force=True, reason="the same coat"
    )
    await floor.core.customers.MergeCustomers(merged, metadata=floor.admin)
    assert (await floor.dwell()).total.median_seconds == 25 * 60


async def test_occupancy_tells_who_is_there_and_the_peak(floor: Floor) -> None:
    anna, ben, cara = [await floor.person() for _ in range(3)]
    await floor.see(anna, 0, 29)
    await floor.see(ben, 10, 19)
    await floor.see(cara, 12)
    told = await floor.occupancy()
    assert len(told.points) == 24 * 4
    ten = [each for each in told.points if each.peak]
    assert [each.start_time for each in ten] == [
        to_timestamp(MONDAY + minute * MINUTE) for minute in (0, 15, 30)
    ]
    assert [round(each.present, 4) for each in ten] == [round(1 + 6 / 15, 4), round(1 + 5 / 15, 4), 0]
    assert [each.peak for each in ten] == [3, 2, 1]
    [day] = told.days
    assert (day.date, day.peak, day.peak_time) == ("2026-02-16", 3, to_timestamp(MONDAY + 12 * MINUTE))
    assert (day.visits, day.seen_once_visits) == (3, 1)
    assert (told.method, told.time_zone) == (pb.OCCUPANCY_METHOD_VISITS, "Europe/Berlin")
    assert not any(each.HasField("line_present") for each in told.points)
    by_hour = await floor.occupancy(step=pb.OCCUPANCY_STEP_HOUR)
    assert len(by_hour.points) == 24
    assert max(by_hour.points, key=lambda each: each.present).present == pytest.approx(41 / 60)


async def test_who_crosses_the_entry_line_is_told_beside_it(floor: Floor) -> None:
    anna, clerk = await floor.person(), await floor.person(CustomerKind.STAFF)
    await floor.see(anna, 0, 40, crossing=Crossing.IN)
    await floor.see(anna, 20, crossing=Crossing.OUT)
    await floor.see(clerk, 10, crossing=Crossing.IN)
    told = await floor.occupancy(step=pb.OCCUPANCY_STEP_HOUR)
    assert told.method == pb.OCCUPANCY_METHOD_VISITS_AND_LINE
    [ten] = [each for each in told.points if each.entered]
    assert (ten.entered, ten.left, ten.line_present) == (2, 1, 1)
    assert told.points[0].HasField("line_present")
    assert (told.days[0].entered, told.days[0].left) == (2, 1)


async def test_what_is_to_come_has_no_steps_and_gaps_are_told(floor: Floor) -> None:
    now = floor.shop.clock.now()
    camera = floor.shop.own.camera
    async with floor.shop.transactions.begin_exclusive(floor.shop.own.tenant.tenant_id) as tx:
        await tx.uptime.want(camera.camera_id, camera.site_id, now - 60 * MINUTE, wanted=True)
        for minute in range(31):
            await tx.uptime.saw(camera.site_id, [camera.camera_id], now - (60 - minute) * MINUTE)
    told = await floor.occupancy(start_date="2026-03-02", end_date="2026-03-04")
    assert told.points[-1].end_time == to_timestamp(now)
    assert len(told.points) == 6 * 4, "from four to ten"
    assert [each.date for each in told.days] == ["2026-03-02"]
    assert [each.coverage for each in told.points[-4:]] == [1, 1, 0, 0]
    assert not told.points[0].HasField("coverage")
    assert told.days[0].coverage == pytest.approx(0.5)
    nothing = await floor.occupancy(start_date="2026-03-03", end_date="2026-03-03")
    assert (len(nothing.points), len(nothing.days)) == (0, 0)


async def test_a_camera_with_a_line_makes_the_method(floor: Floor) -> None:
    camera = camera_service_pb2.Camera(site_id=floor.site_id, display_name="Door", source_url="usb:0")
    camera.settings.entry_line.start.x, camera.settings.entry_line.end.x = 0.2, 0.8
    request = camera_service_pb2.CreateCameraRequest(camera=camera)
    await floor.core.cameras.CreateCamera(request, metadata=floor.admin)
    told = await floor.occupancy()
    assert told.method == pb.OCCUPANCY_METHOD_VISITS_AND_LINE
    assert {each.line_present for each in told.points} == {0}


async def test_managers_see_their_own_site(floor: Floor) -> None:
    anna = await floor.person()
    await floor.see(anna, 0, 5)
    await floor.see(anna, 0, 9, elsewhere=True)
    assert (await floor.dwell(floor.manager)).total.visits == 1
    assert (await floor.occupancy(floor.manager)).days[0].visits == 1
    for call in (
        floor.dwell(floor.manager, site_ids=[floor.other_site_id]),
        floor.occupancy(floor.manager, site_id=floor.other_site_id),
    ):
        failed = await failure(call)
        assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")


async def test_too_much_at_once_and_days_that_are_none_are_refused(floor: Floor) -> None:
    for call, field in (
        (floor.dwell(end_date="2026-04-22", granularity=pb.GRANULARITY_HOUR), "end_date"),
        (floor.dwell(end_date="2026-02-30"), "end_date"),
        (floor.occupancy(end_date="2026-02-23"), "end_date"),
        (floor.occupancy(end_date="2026-02-15"), "end_date"),
        (floor.occupancy(step=7), "step"),
        (floor.occupancy(site_id="x"), "site_id"),
    ):
        failed = await failure(call)
        assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
        assert failed.fields == (field,)
    assert len((await floor.occupancy(end_date="2026-02-22")).days) == 7
