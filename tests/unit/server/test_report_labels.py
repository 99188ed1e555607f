"""What a drawn report says in words, and where its labels stand."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from footfall_server.domain.report import CountedBucket, Counts
from footfall_server.domain.report_period import Cut, Granularity, Period, buckets, calendars, too_long
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.services.legible_text import legible, legible_name
from footfall_server.services.report_labels import MOST_TICKS, period_label, ticks, zones_label
from hypothesis import given
from hypothesis import strategies as st

BERLIN = SiteRules((SiteRule(1, None, "Europe/Berlin", timedelta(minutes=10), timedelta(hours=4)),))
ID = UUID(int=0x1F3A9C2E)


def counted(start: date, end: date, granularity: Granularity) -> list[CountedBucket]:
    period, cut = Period(start, end), Cut(granularity)
    found = buckets(period, cut, calendars(period, cut, {ID: BERLIN}))
    return [CountedBucket(each, Counts()) for each in found]


def labels(start: date, end: date, granularity: Granularity) -> list[str]:
    return [each.label for each in ticks(counted(start, end, granularity), Cut(granularity))]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 2, 16), date(2026, 2, 16), "16 Feb 2026"),
        (date(2026, 2, 16), date(2026, 2, 22), "16 \u2013 22 Feb 2026"),
        (date(2026, 2, 16), date(2026, 3, 1), "16 Feb \u2013 1 Mar 2026"),
        (date(2025, 12, 16), date(2026, 3, 1), "16 Dec 2025 \u2013 1 Mar 2026"),
    ],
)
def test_a_period_says_as_much_as_differs(start: date, end: date, said: str) -> None:
    assert period_label(Period(start, end)) == said


def test_zones_are_named_as_long_as_there_are_few() -> None:
    assert zones_label([]) == ""
    assert zones_label(["Asia/Ho_Chi_Minh"]) == "Days are those of Asia/Ho Chi Minh."
    assert zones_label(["A/A", "B/B"]).endswith("its own zone: A/A, B/B.")
    assert zones_label(["A/A", "B/B", "C/C", "D/D", "E/E"]).endswith("A/A, B/B, C/C and 2 more.")


def test_labels_stand_at_round_places() -> None:
    day = date(2026, 3, 3)
    assert labels(day, day, Granularity.HOUR)[:3] == ["04:00", "07:00", "10:00"]
    assert labels(date(2026, 3, 2), date(2026, 3, 4), Granularity.HOUR)[0] == "Mon\n2 Mar"
    assert labels(date(2026, 3, 1), date(2026, 3, 31), Granularity.DAY) == [
        f"{each} Mar" for each in (1, 8, 15, 22, 29)
    ]
    assert labels(date(2025, 3, 5), date(2026, 3, 4), Granularity.DAY)[:2] == ["May 2025", "Jul 2025"]
    assert labels(date(2023, 3, 10), date(2026, 3, 9), Granularity.MONTH)[:2] == ["Jul 2023", "Jan 2024"]


@given(
    st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    st.integers(0, 3699),
    st.sampled_from(Granularity),
)
def test_labels_are_few_and_in_their_order(start: date, days: int, granularity: Granularity) -> None:
    end = start + timedelta(days=days)
    if too_long(Period(start, end), Cut(granularity)):
        end = start + timedelta(days=days % 41)
    found = counted(start, end, granularity)
    told = ticks(found, Cut(granularity))
    assert 1 <= len(told) <= MOST_TICKS + 1
    assert all(earlier.place < later.place for earlier, later in pairwise(told))
    assert all(0 <= each.place < len(found) for each in told)
    assert len({each.label for each in told}) == len(told)


@pytest.mark.parametrize(
    "name",
    ["Phở Hà Nội", "Kaffee & Söhne", "Москва", "Ελλάδα", "$x^2$ a_b \\frac", "=1+1"],
)
def test_a_name_that_the_font_has_is_drawn_as_it_is(name: str) -> None:
    assert legible_name(name, "1f3a9c2e") == name


def test_a_letter_and_its_accent_are_one() -> None:
    assert legible("Pho\u031b\u0309") == "Ph\u1edf"


def test_what_the_font_lacks_is_a_box_and_the_site_is_still_told() -> None:
    assert legible_name("Shop \u6771\u4eac", "1f3a9c2e") == "Shop \u25a1\u25a1 (1f3a9c2e)"
    assert legible_name("", "1f3a9c2e") == "1f3a9c2e"
    assert legible_name("\u0007\u202e", "1f3a9c2e") == "1f3a9c2e"


@given(st.text(max_size=60))
def test_any_text_is_one_line_without_orders_to_whoever_shows_it(text: str) -> None:
    line = legible(text)
    assert "\n" not in line
    assert "\u202e" not in line
    assert legible(line) == line
