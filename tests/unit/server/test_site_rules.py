"""A changed setting adds a version that begins with a business day nobody was counted on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fakes.counting_shop import Shop
from fakes.ended_access import EndedAccess
from fakes.manual_clock import START
from footfall_server.domain.identity import Role
from footfall_server.domain.places import Site
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.services.sites import SiteService, SiteValues
from hypothesis import given
from hypothesis import strategies as st
from storage_samples import a_visit

HOUR = timedelta(hours=1)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
SITE = Site(UUID(int=1), "Shop", "Europe/Berlin", HOUR, 4 * HOUR, START, START)
NOW = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
NEXT = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)  # 4:00 in Berlin


def rules() -> SiteRules:
    return SiteRules.first_of(SITE)


def test_before_anybody_was_counted_a_change_holds_at_once() -> None:
    changed = rules().amended(replace(SITE, visit_gap=2 * HOUR), now=NOW, latest_visit=None)
    assert changed.versions == (SiteRule(1, None, "Europe/Berlin", 2 * HOUR, 4 * HOUR),)


def test_afterwards_it_holds_from_the_next_business_day_on() -> None:
    changed = rules().amended(replace(SITE, time_zone="Asia/Tokyo"), now=NOW, latest_visit=NOW - HOUR)
    first = rules().versions[0]
    assert changed.versions == (first, SiteRule(2, NEXT, "Asia/Tokyo", HOUR, 4 * HOUR))
    assert changed.at(NEXT - timedelta(microseconds=1)) == first
    assert changed.at(NEXT).rule_version == 2
    assert str(changed.day(NEXT - timedelta(microseconds=1))) == "2026-06-01"
    assert str(changed.day(NEXT)) == "2026-06-02"


def test_a_change_that_waits_is_replaced_and_one_in_force_is_not() -> None:
    once = rules().amended(replace(SITE, visit_gap=2 * HOUR), now=NOW, latest_visit=NOW)
    again = replace(SITE, visit_gap=3 * HOUR)
    twice = once.amended(again, now=NOW + HOUR, latest_visit=NOW)
    assert [(rule.rule_version, rule.visit_gap) for rule in twice.versions] == [(1, HOUR), (2, 3 * HOUR)]
    later = twice.amended(replace(SITE, visit_gap=4 * HOUR), now=NEXT, latest_visit=NOW)
    assert [(rule.rule_version, rule.effective_at) for rule in later.versions] == [
        (1, None),
        (2, NEXT),
        (3, NEXT + timedelta(days=1)),
    ]


def test_a_change_that_says_nothing_new_adds_nothing() -> None:
    renamed = replace(SITE, display_name="Another")
    assert rules().amended(renamed, now=NOW, latest_visit=NOW) == rules()


def test_a_camera_whose_clock_is_ahead_keeps_the_day_that_it_counted_on() -> None:
    changed = rules().amended(replace(SITE, visit_gap=2 * HOUR), now=NEXT - HOUR, latest_visit=NEXT)
    assert changed.versions[1].effective_at == NEXT + timedelta(days=1)


@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 100),
            ZONES,
            st.integers(0, 23),
            st.integers(1, 3),
            st.integers(-3, 3),
        ),
        max_size=8,
    )
)
def test_no_change_touches_what_was_counted(changes: list[tuple[int, str, int, int, int]]) -> None:
    """Whatever is changed when, moments up to the latest visit keep their rule and their day."""
    now, current = NOW, rules()
    counted: list[datetime] = [NOW]
    for hours, zone, start, gap, ahead in changes:
        now += timedelta(hours=hours)
        counted.append(max(counted[-1], now + timedelta(hours=ahead)))
        before = [(at, current.at(at), current.day(at)) for at in counted]
        site = replace(SITE, time_zone=zone, business_day_start=start * HOUR, visit_gap=gap * HOUR)
        current = current.amended(site, now=now, latest_visit=counted[-1])
        assert [(at, current.at(at), current.day(at)) for at in counted] == before
        assert current.versions[-1].says(site)
        assert current.versions[0].effective_at is None
        assert [rule.rule_version for rule in current.versions] == list(range(1, len(current.versions) + 1))
        bounds = [rule.effective_at for rule in current.versions if rule.effective_at is not None]
        assert bounds == sorted(set(bounds))


def test_the_days_of_a_stretch_of_time_are_those_of_its_moments() -> None:
    night, day = datetime(2026, 6, 2, tzinfo=UTC), timedelta(days=1)
    # Berlin's business day begins at two o'clock of UTC.
    assert rules().days(night, night + day) == {night.date() - day, night.date()}
    assert rules().days(night + 2 * HOUR, night + day + 2 * HOUR) == {night.date()}
    assert rules().days(night, night + day + 3 * HOUR) == {
        night.date() + offset * day for offset in (-1, 0, 1)
    }


@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 60),
            ZONES,
            st.integers(0, 23),
        ),
        max_size=4,
    ),
    at=st.datetimes(datetime(2026, 5, 30), datetime(2026, 6, 12)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
)
def test_no_moment_of_a_day_of_utc_is_of_another_business_day(
    changes: list[tuple[int, str, int]], at: datetime
) -> None:
    """What changed on a day of UTC is counted anew for these days only, whatever the rules were when."""
    now, current = NOW, rules()
    for hours, zone, start in changes:
        now += timedelta(hours=hours)
        site = replace(SITE, time_zone=zone, business_day_start=start * HOUR)
        current = current.amended(site, now=now, latest_visit=now)
    night = at.replace(hour=0, minute=0, second=0, microsecond=0)
    assert current.day(at) in current.days(night, night + timedelta(days=1)), current.versions


async def test_the_service_keeps_rules_with_the_site() -> None:
    shop = Shop()
    sites = SiteService(transactions=shop.transactions, access=EndedAccess(), clock=shop.clock)
    admin = replace(shop.principal(Role.TENANT_ADMIN), site_ids=None)
    site = await sites.create(admin, SiteValues(display_name="New", time_zone="Asia/Tokyo"), request_id=None)

    async def versions() -> list[tuple[int, datetime | None, timedelta]]:
        async with shop.transactions.begin(shop.tenant_id) as tx:
            kept = (await tx.sites.rules([site.site_id]))[site.site_id]
        return [(rule.rule_version, rule.effective_at, rule.visit_gap) for rule in kept.versions]

    assert await versions() == [(1, None, HOUR)]
    await sites.update(admin, site.site_id, SiteValues(visit_gap=2 * HOUR))
    assert await versions() == [(1, None, 2 * HOUR)]
    visit = a_visit(site.site_id, UUID(int=9), at=shop.clock.now())
    shop.tables.visits[visit.visit_id] = visit
    await sites.update(admin, site.site_id, SiteValues(visit_gap=3 * HOUR))
    await sites.update(admin, site.site_id, SiteValues(visit_gap=4 * HOUR))
    await sites.update(admin, site.site_id, SiteValues(display_name="Newer"))
    four_in_tokyo = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    assert await versions() == [(1, None, 2 * HOUR), (2, four_in_tokyo, 4 * HOUR)]
    await sites.delete(admin, site.site_id)
    assert len(await versions()) == 2
