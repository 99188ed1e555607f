"""Reports as pages: what is in them, and that nothing of a name or a number keeps them from being drawn."""

import io
import logging
import re
import warnings
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from footfall_server.domain.report import CountedBucket, Counts, UncountedTally, VisitorsReport, VisitTally
from footfall_server.domain.report_file import NamedSite, ReportFormat, ReportHead, ReportPart
from footfall_server.domain.report_period import Cut, Granularity, Period, buckets, calendars
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.services.report_picture import report_book
from PIL import Image

AT = datetime(2026, 11, 27, 22, 5, tzinfo=UTC)
BERLIN = SiteRules((SiteRule(1, None, "Europe/Berlin", timedelta(minutes=10), timedelta(hours=4)),))
SHOP = NamedSite(UUID(int=0x1F3A9C2E), "Harbour Street")
NEW = (0x00, 0x72, 0xB2)
UNIQUE = (0xD5, 0x5E, 0x00)
GAP = (0xE4, 0xDF, 0xD3)


def a_part(
    *sites: NamedSite,
    days: int = 7,
    visits: int = 40,
    coverage: float | None = 1.0,
    granularity: Granularity = Granularity.DAY,
) -> ReportPart:
    period = Period(date(2026, 3, 2), date(2026, 3, 2) + timedelta(days=days - 1))
    cut = Cut(granularity)
    counts = Counts(VisitTally(visits, visits // 2, visits // 3), UncountedTally(3, 2), coverage)
    found = buckets(period, cut, calendars(period, cut, {SHOP.site_id: BERLIN}))
    report = VisitorsReport(period, [CountedBucket(each, counts) for each in found], counts)
    return ReportPart(sites or (SHOP,), report, ("Europe/Berlin",))


def drawn(
    *parts: ReportPart,
    file_format: ReportFormat = ReportFormat.PNG,
    granularity: Granularity = Granularity.DAY,
    at: datetime = AT,
    tenant: str = "Northwind",
) -> bytes:
    book = report_book(ReportHead(tenant, Cut(granularity), len(parts)), file_format, at)
    for each in parts:
        book.add(each)
    return book.close()


def pixels(part: ReportPart, **choices: Granularity) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(drawn(part, **choices))).convert("RGB"))


def share(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((picture == np.array(colour, np.uint8)).all(axis=2).mean())


def test_a_picture_has_bars_and_a_line() -> None:
    picture = pixels(a_part())
    assert picture.shape == (1754, 1240, 3)
    assert share(picture, NEW) > 0.03
    assert share(picture, UNIQUE) > 0.0005
    assert share(picture, GAP) == 0


def test_times_with_gaps_are_shaded() -> None:
    assert share(pixels(a_part(visits=0, coverage=0.94)), GAP) > 0.2
    unknown = share(pixels(a_part(visits=0, coverage=None)), GAP)
    assert 0.005 < unknown < 0.15, "hatched, which is another thing than a gap"
    assert share(pixels(a_part(visits=0, coverage=0.96)), GAP) == 0


def test_nothing_is_drawn_beyond_the_page() -> None:
    sites = [NamedSite(UUID(int=each), f"{'A long name of a site ' * 4}{each}") for each in range(1, 51)]
    for part in (a_part(*sites, days=31, visits=9_999_999), a_part(coverage=None)):
        picture = pixels(part)
        edge = np.concatenate([picture[:40].ravel(), picture[-40:].ravel()])
        sides = np.concatenate([picture[:, :20].ravel(), picture[:, -20:].ravel()])
        assert (edge == 255).all()
        assert (sides == 255).all()


@pytest.mark.parametrize(
    ("granularity", "days"),
    [
        (Granularity.HOUR, 1),
        (Granularity.HOUR, 41),
        (Granularity.DAY, 1),
        (Granularity.DAY, 1000),
        (Granularity.WEEK, 3700),
        (Granularity.MONTH, 3700),
    ],
)
def test_periods_of_any_length_are_drawn(granularity: Granularity, days: int) -> None:
    assert share(pixels(a_part(days=days, granularity=granularity), granularity=granularity), NEW) > 0.02


@pytest.mark.parametrize("granularity", Granularity)
def test_a_chain_without_sites_has_a_page_as_well(granularity: Granularity) -> None:
    period = Period(date(2026, 3, 2), date(2026, 3, 8))
    nothing = ReportPart((), VisitorsReport(period, [], Counts()), ())
    assert drawn(nothing, file_format=ReportFormat.PDF, granularity=granularity).startswith(b"%PDF")


@pytest.mark.parametrize("file_format", [ReportFormat.PNG, ReportFormat.PDF])
def test_names_in_any_script_are_drawn_without_a_warning(
    file_format: ReportFormat, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [
        "東京 店",
        "مقهى القاهرة",
        "ร้านกาแฟ",
        "दुकान",
        "😀",
        "$\\frac{1}{0}$",
        "\x00\u202e\ud7ff",
        "קפה",
        "",
    ]
    part = a_part(*(NamedSite(UUID(int=number), name) for number, name in enumerate(names, 1)))
    with warnings.catch_warnings(), caplog.at_level(logging.INFO):
        warnings.simplefilter("error")
        for each in part.sites:
            assert drawn(a_part(each), file_format=file_format, tenant=each.name)
        assert drawn(part, file_format=file_format)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("file_format", [ReportFormat.PNG, ReportFormat.PDF])
def test_the_same_report_is_the_same_file(file_format: ReportFormat) -> None:
    first, second = (drawn(a_part(), file_format=file_format) for _ in range(2))
    assert first == second
    later = drawn(a_part(), file_format=file_format, at=AT + timedelta(hours=1))
    assert later != first, "it says when it was made"


def test_a_document_has_a_page_for_each_part_and_the_date_that_it_is_given() -> None:
    document = drawn(a_part(), a_part(), a_part(), file_format=ReportFormat.PDF)
    assert len(re.findall(rb"/Type /Page\b", document)) == 3
    assert b"(D:20261127220500" in document
    [width, height] = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", document)[0]
    assert (round(float(width)), round(float(height))) == (595, 842), "A4"


def test_a_document_is_drawn_in_lines_that_are_sharp_at_any_size() -> None:
    document = drawn(a_part(), file_format=ReportFormat.PDF)
    assert b"/Subtype /Image" not in document
    assert b"/Type /Font" in document, "letters are letters"
