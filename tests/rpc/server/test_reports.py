"""ReportService, as people use it."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

import grpc
import pytest
from customer_samples import a_customer, a_track
from fakes.manual_clock import START
from fakes.merge_world import MergeWorld
from fakes.rpc_failures import failure
from fakes.shop import MODEL_ID, Metadata, Replica, Shop
from footfall.v1 import camera_service_pb2, customer_service_pb2
from footfall.v1 import report_service_pb2 as pb
from footfall_server.domain import report_file
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration, MeasuredPairs
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.sighting import Sighting
from google.protobuf.field_mask_pb2 import FieldMask

DAY = timedelta(days=1)
MONDAY = START - 14 * DAY
"""Ten in the morning of the 16th of February in Berlin, where the shops are."""
WEEK = {"start_date": "2026-02-16", "end_date": "2026-02-22"}


class Chain:
    """The shop's own chain and who may look at it."""

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
        self, customer_id: UUID, *, days: int = 0, hours: float = 0, elsewhere: bool = False
    ) -> None:
        """Somebody is before a camera, so long after Monday."""
        camera = self.shop.own.other_camera if elsewhere else self.shop.own.camera
        at = MONDAY + timedelta(days=days, hours=hours)
        track = a_track(customer_id, camera.site_id, at=at, camera_id=camera.camera_id)
        await self.world.record(track)

    async def visitors(self, metadata: Metadata | None = None, **fields: object) -> pb.GetVisitorsResponse:
        request = pb.GetVisitorsRequest(**{**WEEK, **fields})  # type: ignore[arg-type]
        return await self.core.reports.GetVisitors(request, metadata=metadata or self.admin)

    async def split(self, distribution: pb.Distribution, **fields: object) -> list[pb.DistributionSlice]:
        request = pb.GetDistributionRequest(**WEEK, distribution=distribution, **fields)  # type: ignore[arg-type]
        return list((await self.core.reports.GetDistribution(request, metadata=self.admin)).slices)

    async def export(self, metadata: Metadata | None = None, **fields: object) -> list[dict[str, str]]:
        request = pb.ExportVisitorsRequest(**{**WEEK, **fields})  # type: ignore[arg-type]
        pieces = [
            each async for each in self.core.reports.ExportVisitors(request, metadata=metadata or self.admin)
        ]
        assert {each.content_type for each in pieces} == {"text/csv; charset=utf-8"}
        text = b"".join(each.data for each in pieces).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def chain(shop: Shop, core: Replica) -> Chain:
    return Chain(shop, core)


async def test_a_merge_and_its_undoing_change_the_report_and_change_it_back(chain: Chain) -> None:
    anna, same = await chain.person(), await chain.person()
    await chain.see(anna)
    await chain.see(same, hours=0.5)
    await chain.see(same, days=3)
    before = await chain.visitors()
    assert (before.report.total.visits, before.report.total.unique_visitors) == (3, 2)
    assert before.report.total.new_visits == 2
    merge = await chain.core.customers.MergeCustomers(
        customer_service_pb2.MergeCustomersRequest(
            customer_id=str(anna), source_customer_ids=[str(same)], force=True, reason="the same coat"
        ),
        metadata=chain.admin,
    )
    merged = (await chain.visitors()).report
    assert (merged.total.visits, merged.total.unique_visitors, merged.total.new_visits) == (2, 1, 1)
    assert [each.counts.visits for each in merged.buckets[:4]] == [1, 0, 0, 1]
    await chain.core.customers.UnmergeCustomers(
        customer_service_pb2.UnmergeCustomersRequest(merge_id=merge.merge_id), metadata=chain.admin
    )
    assert await chain.visitors() == before


async def test_four_numbers_stand_side_by_side(chain: Chain) -> None:
    anna, clerk = await chain.person(), await chain.person(CustomerKind.STAFF)
    await chain.see(anna)
    await chain.see(anna, hours=5)
    await chain.see(clerk)
    async with chain.shop.transactions.begin_exclusive(chain.shop.own.tenant.tenant_id) as tx:
        blurred = a_track(anna, UUID(chain.site_id), at=MONDAY, camera_id=chain.shop.own.camera.camera_id)
        await tx.sightings.save([blurred_of(blurred)])
    report = (await chain.visitors()).report
    total = report.total
    assert (total.visits, total.unique_visitors) == (2, 1)
    assert (total.staff_sightings, total.unidentifiable_sightings) == (1, 1)
    assert report.buckets[0].counts == total
    assert len(report.buckets) == 7
    assert all(each.counts == pb.VisitorCounts() for each in report.buckets[1:])


def blurred_of(track: Sighting) -> Sighting:
    """Somebody else, whose face says nothing."""
    return replace(
        track, track_id=new_id(), customer_id=None, owner_id=None, outcome=FaceOutcome.UNRECOGNISABLE
    )


async def test_hours_are_those_of_the_shops_clock(chain: Chain) -> None:
    await chain.see(await chain.person())
    answer = await chain.visitors(granularity=pb.GRANULARITY_HOUR, site_ids=[chain.site_id])
    assert answer.time_zones == ["Europe/Berlin"]
    first = answer.report.buckets[0]
    assert (first.start_date, first.hour) == ("2026-02-16", 4)  # the business day begins at four
    [came] = [each for each in answer.report.buckets if each.counts.visits]
    assert (came.start_date, came.hour, came.is_repeated_hour) == ("2026-02-16", 10, False)
    assert came.start_time.ToDatetime().hour == 9


async def test_another_period_is_counted_beside_it(chain: Chain) -> None:
    anna = await chain.person()
    await chain.see(anna)
    await chain.see(anna, days=-7)
    answer = await chain.visitors(compare_start_date="2026-02-09", compare_end_date="2026-02-15")
    assert (answer.report.total.visits, answer.report.total.new_visits) == (1, 0)
    assert (answer.compared.total.visits, answer.compared.total.new_visits) == (1, 1)
    assert not (await chain.visitors()).HasField("compared")


async def test_managers_count_their_own_sites(chain: Chain) -> None:
    anna = await chain.person()
    await chain.see(anna, elsewhere=True)
    await chain.see(anna, days=1)
    everywhere = (await chain.visitors()).report.total
    own = (await chain.visitors(chain.manager)).report.total
    at_site = (await chain.visitors(chain.manager, new_visit_scope=pb.NEW_VISIT_SCOPE_SITE)).report.total
    assert (everywhere.visits, everywhere.unique_visitors, everywhere.new_visits) == (2, 1, 1)
    assert (own.visits, own.new_visits, own.repeat_visits) == (1, 0, 1)
    assert (at_site.visits, at_site.new_visits) == (1, 1)
    told = await failure(chain.visitors(chain.manager, site_ids=[chain.other_site_id]))
    assert (told.code, told.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")


async def test_visits_are_split_by_kind_and_by_day(chain: Chain) -> None:
    anna, ben = await chain.person(), await chain.person()
    await chain.see(anna)
    await chain.see(ben)
    await chain.see(anna, days=3)
    kinds = await chain.split(pb.DISTRIBUTION_NEW_VS_REPEAT)
    assert [(each.key, each.visits, each.unique_visitors) for each in kinds] == [
        ("new", 2, 2),
        ("repeat", 1, 1),
    ]
    assert not any(each.HasField("average") for each in kinds)
    days = await chain.split(pb.DISTRIBUTION_DAY_OF_WEEK)
    assert [each.key for each in days][:2] == ["monday", "tuesday"]
    assert [each.visits for each in days] == [2, 0, 0, 1, 0, 0, 0]
    assert days[0].average == pb.DayAverage(days=1, visits=2, unique_visitors=2)
    genders = await chain.split(pb.DISTRIBUTION_GENDER)
    assert {each.key: each.visits for each in genders} == {
        "female": 0,
        "male": 0,
        "unknown": 0,
        "not_estimated": 3,
    }


async def test_a_day_that_is_not_over_says_nothing_of_its_kind(chain: Chain) -> None:
    request = pb.GetDistributionRequest(
        start_date="2026-02-23",
        end_date="2026-03-02",
        distribution=pb.DISTRIBUTION_DAY_OF_WEEK,
    )
    answer = await chain.core.reports.GetDistribution(request, metadata=chain.admin)
    assert (answer.slices[0].average.days, answer.slices[0].average.days_left_out) == (1, 1)


async def test_an_export_has_the_buckets_and_the_total_and_is_audited(chain: Chain) -> None:
    anna = await chain.person()
    await chain.see(anna)
    await chain.see(anna, days=3)
    rows = await chain.export(granularity=pb.GRANULARITY_DAY)
    assert [row["row"] for row in rows] == ["bucket"] * 7 + ["total"]
    assert [int(row["unique_visitors"]) for row in rows] == [1, 0, 0, 1, 0, 0, 0, 1]
    assert rows[0]["start_date"] == "2026-02-16"
    assert rows[-1]["new_visits"] == "1"
    entries = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id).audit.values()
    [entry] = [each for each in entries if each.action == "report.export"]
    assert json.loads(entry.detail) == {
        "site_ids": [],
        "start_date": "2026-02-16",
        "end_date": "2026-02-22",
        "granularity": "day",
        "by_site": False,
        "format": "csv",
    }


async def test_an_export_by_site_has_each_site_for_itself(chain: Chain) -> None:
    anna = await chain.person()
    await chain.see(anna)
    await chain.see(anna, days=1, elsewhere=True)
    name = chain.shop.own.site.display_name
    tables = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id)
    site = tables.sites[UUID(chain.other_site_id)]
    tables.sites[site.site_id] = replace(site, display_name="=1+1")
    rows = await chain.export(granularity=pb.GRANULARITY_WEEK, by_site=True)
    assert [(row["site"], row["row"], row["visits"]) for row in rows] == [
        ("'=1+1", "bucket", "1"),
        ("'=1+1", "total", "1"),
        (name, "bucket", "1"),
        (name, "total", "1"),
    ]
    assert {row["site"] for row in await chain.export(chain.manager, by_site=True)} == {name}


async def drawn(chain: Chain, metadata: Metadata | None = None, **fields: object) -> tuple[bytes, str, str]:
    """A file that is no text, its type and what it is to be saved as."""
    request = pb.ExportVisitorsRequest(**{**WEEK, **fields})  # type: ignore[arg-type]
    call = chain.core.reports.ExportVisitors(request, metadata=metadata or chain.admin)
    pieces = [each async for each in call]
    [content_type] = {each.content_type for each in pieces}
    headers = dict(await call.initial_metadata())
    return b"".join(each.data for each in pieces), content_type, str(headers["content-disposition"])


async def test_a_report_is_drawn_and_audited(chain: Chain) -> None:
    await chain.see(await chain.person())
    picture, content_type, saved_as = await drawn(chain, format=pb.REPORT_FORMAT_PNG)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert content_type == "image/png"
    assert saved_as == 'attachment; filename="footfall-2026-02-16-2026-02-22.png"'
    entries = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id).audit.values()
    [entry] = [each for each in entries if each.action == "report.export"]
    assert json.loads(entry.detail)["format"] == "png"
    chain.shop.clock.advance(timedelta(seconds=1))
    again, _, _ = await drawn(chain, format=pb.REPORT_FORMAT_PNG)
    assert again == picture, "the same minute, the same picture"


async def test_a_document_has_a_page_for_each_site_that_the_caller_may_see(chain: Chain) -> None:
    async def pages(metadata: Metadata, *, by_site: bool) -> int:
        document, content_type, saved_as = await drawn(
            chain, metadata, format=pb.REPORT_FORMAT_PDF, by_site=by_site
        )
        assert content_type == "application/pdf"
        assert saved_as.endswith('.pdf"')
        return len(re.findall(rb"/Type /Page\b", document))

    assert await pages(chain.admin, by_site=True) == 2
    assert await pages(chain.admin, by_site=False) == 1
    assert await pages(chain.manager, by_site=True) == 1


async def test_a_picture_has_one_page(chain: Chain) -> None:
    told = await failure(drawn(chain, format=pb.REPORT_FORMAT_PNG, by_site=True))
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert "by_site" in told.fields
    entries = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id).audit.values()
    assert not [each for each in entries if each.action == "report.export"], "what is refused was no export"


async def test_a_document_has_no_more_pages_than_it_may(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_file, "MOST_PAGES", 1)
    told = await failure(drawn(chain, format=pb.REPORT_FORMAT_PDF, by_site=True))
    assert (told.reason, list(told.fields)) == ("INVALID_FIELD", ["by_site"])
    assert len(await chain.export(by_site=True)) == 16, "of lines there may be more"


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-02-30", "2026-03-01", "start_date"),
        ("2026-02-01", "2026-02-32", "end_date"),
        ("1999-12-31", "2000-01-01", "start_date"),
        ("2200-01-01", "2200-01-01", "start_date"),
        ("2026-02-02", "2026-02-01", "end_date"),
        ("16.02.2026", "2026-02-16", "start_date"),
        ("2023-01-01", "2026-02-16", "end_date"),
    ],
)
async def test_a_bad_period_is_named(chain: Chain, start: str, end: str, field: str) -> None:
    told = await failure(chain.visitors(start_date=start, end_date=end))
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert field in told.fields


async def test_numbers_are_told_with_how_much_of_the_time_was_seen(chain: Chain) -> None:
    camera = chain.shop.own.camera
    async with chain.shop.transactions.begin(chain.shop.own.tenant.tenant_id) as tx:
        # Until the middle of Monday's business day, which begins at four.
        await tx.uptime.want(camera.camera_id, camera.site_id, MONDAY - timedelta(hours=6), wanted=True)
        at = MONDAY - timedelta(hours=6)
        while at <= MONDAY + timedelta(hours=6):
            await tx.uptime.saw(camera.site_id, [camera.camera_id], at)
            at += timedelta(seconds=90)
    report = (await chain.visitors(site_ids=[chain.site_id])).report
    assert report.buckets[0].counts.coverage == pytest.approx(0.5)
    assert [each.counts.coverage for each in report.buckets[1:]] == [0] * 6
    assert report.total.coverage == pytest.approx(0.5 / 7)
    days = await chain.split(pb.DISTRIBUTION_DAY_OF_WEEK, site_ids=[chain.site_id])
    assert [each.average.days for each in days] == [1, 0, 0, 0, 0, 0, 0]
    rows = await chain.export(site_ids=[chain.site_id])
    assert [row["coverage"] for row in rows][:2] == ["0.5000", "0.0000"]
    elsewhere = (await chain.visitors(site_ids=[chain.other_site_id])).report
    assert not elsewhere.total.HasField("coverage")


async def test_cameras_that_are_switched_off_are_missed_by_nobody(chain: Chain) -> None:
    camera = pb_camera(chain)
    stub, admin = chain.core.cameras, chain.admin
    made = await stub.CreateCamera(camera_service_pb2.CreateCameraRequest(camera=camera), metadata=admin)
    chain.shop.clock.advance(timedelta(minutes=20))
    made.enabled = False
    made = await stub.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(camera=made, update_mask=FieldMask(paths=["enabled"])),
        metadata=admin,
    )
    chain.shop.clock.advance(timedelta(minutes=20))
    made.enabled = True
    await stub.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(camera=made, update_mask=FieldMask(paths=["enabled"])),
        metadata=admin,
    )
    chain.shop.clock.advance(timedelta(minutes=10))
    await stub.DeleteCamera(camera_service_pb2.DeleteCameraRequest(camera_id=made.camera_id), metadata=admin)
    kept = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id).uptime.values()
    assert [(each.start - START, each.end and each.end - START) for each in kept] == [
        (timedelta(0), timedelta(minutes=20)),
        (timedelta(minutes=40), timedelta(minutes=50)),
    ]


def pb_camera(chain: Chain) -> camera_service_pb2.Camera:
    """One more camera, to be read at once."""
    return camera_service_pb2.Camera(
        site_id=chain.site_id, display_name="Till", source_url="usb:0", enabled=True
    )


def calibrate(chain: Chain, *, missed: int) -> None:
    """The own tenant decides by a calibration, in which so many of a thousand pairs were missed."""
    counts = [0] * 400
    counts[200], counts[399] = missed, 1000 - missed
    tables = chain.shop.transactions.tables(chain.shop.own.tenant.tenant_id)
    tables.calibrations[MODEL_ID] = AppliedCalibration(
        model_id=MODEL_ID,
        target_rate=0.001,
        tail=ImpostorTail((0.2, 0.4), (1e-2, 1e-4)),
        applied_at=START - DAY,
        applied_by=new_id(),
        measured=MeasuredPairs(people=400, genuine_counts=tuple(counts), impostor_pairs=10_000_000),
    )


async def test_counts_have_ranges_where_errors_were_measured(chain: Chain) -> None:
    people = [await chain.person() for _ in range(20)]
    for number, person in enumerate(people):
        await chain.see(person, hours=number / 4)
        await chain.see(person, hours=number / 4 + 0.1)
    never = await chain.visitors()
    assert not never.HasField("accuracy")
    assert not never.report.total.HasField("unique_visitors_low")
    [*_, whole] = await chain.export()
    assert (whole["visits_low"], whole["unique_visitors_high"]) == ("", "")
    calibrate(chain, missed=100)
    told = await chain.visitors(compare_start_date="2026-02-09", compare_end_date="2026-02-15")
    accuracy, total = told.accuracy, told.report.total
    assert (accuracy.model_id, accuracy.people, accuracy.gallery_size) == (MODEL_ID, 400, 20)
    assert accuracy.measure_time.ToDatetime(UTC) == START - DAY
    assert 0.1 < accuracy.split_rate < 0.15
    assert 0 < accuracy.merge_rate < 0.01
    assert accuracy.passages_per_visit == 2
    assert total.unique_visitors == 20
    assert 10 < total.unique_visitors_low < 20 < total.unique_visitors_high < 25
    assert (total.visits_low, total.visits_high) == (total.unique_visitors_low, total.unique_visitors_high)
    monday, tuesday = told.report.buckets[0].counts, told.report.buckets[1].counts
    assert monday.unique_visitors_low == total.unique_visitors_low
    assert tuesday.HasField("unique_visitors_low")
    assert (tuesday.unique_visitors_low, tuesday.unique_visitors_high) == (0, 0)
    assert told.compared.total.HasField("visits_high")
    [*_, whole] = await chain.export()
    assert int(whole["unique_visitors_low"]) == total.unique_visitors_low
    assert int(whole["visits_high"]) == total.visits_high


async def test_a_sample_that_says_nothing_gives_no_range_but_is_told(chain: Chain) -> None:
    await chain.see(await chain.person())
    calibrate(chain, missed=900)
    told = await chain.visitors()
    assert told.accuracy.split_rate > 0.5
    assert not told.report.total.HasField("visits_low")
