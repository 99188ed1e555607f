"""What holds: a site's word before the tenant's, then the installation's, and never beyond its most."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.image import object_key, site_of, tenant_prefix
from footfall_server.domain.retention import (
    Period,
    PeriodLimits,
    Retention,
    RetentionLimits,
    RetentionRule,
    RuleSource,
)
from footfall_server.settings import RetentionSettings, S3Settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HERE, THERE, ELSEWHERE = (UUID(int=number) for number in (1, 2, 3))
DAYS = st.none() | st.integers(1, 30)


@st.composite
def limits(draw: st.DrawFn) -> PeriodLimits:
    most = draw(st.integers(1, 30))
    return PeriodLimits(draw(st.integers(1, most)), most)


@given(limits(), DAYS, DAYS)
def test_pictures_are_kept_by_the_nearest_word_within_what_is_allowed(
    allowed: PeriodLimits, tenant: int | None, site: int | None
) -> None:
    rules = [RetentionRule(image_days=tenant), RetentionRule(HERE, image_days=site)]
    held = Retention(RetentionLimits(allowed, PeriodLimits(365, 365)), rules)
    nearest = site if site is not None else tenant if tenant is not None else allowed.default
    assert held.images(HERE).days == min(nearest, allowed.most)
    assert held.images(ELSEWHERE) == held.images() == held.images(None)
    assert 1 <= held.images().days <= allowed.most
    before = held.image_cutoffs(NOW)
    for each in (HERE, ELSEWHERE):
        assert NOW - before.of(each) == timedelta(days=held.images(each).days)
    assert before.of(None) == before.others
    assert before.latest == max(before.of(HERE), before.of(ELSEWHERE))


def test_it_is_told_who_says_so() -> None:
    allowed = RetentionLimits(PeriodLimits(20, 25), PeriodLimits(365, 1096))
    rules = [
        RetentionRule(image_days=14, template_days=1096),
        RetentionRule(HERE, image_days=7),
        RetentionRule(THERE, image_days=30),
    ]
    held = Retention(allowed, rules)
    assert held.images() == Period(14, RuleSource.TENANT)
    assert held.images(HERE) == Period(7, RuleSource.SITE)
    assert held.images(THERE) == Period(25, RuleSource.INSTALLATION), "more than is allowed today"
    assert held.templates() == Period(1096, RuleSource.TENANT)
    assert Retention(allowed).images() == Period(20, RuleSource.INSTALLATION)
    assert Retention(allowed).templates() == Period(365, RuleSource.INSTALLATION)


def test_a_state_of_a_rule_has_a_name() -> None:
    untouched = RetentionRule(HERE)
    assert untouched.etag == RetentionRule().etag
    assert RetentionRule(HERE, updated_at=NOW).etag != untouched.etag


def test_a_key_tells_its_site_and_others_tell_none() -> None:
    assert site_of(object_key(THERE, HERE, ELSEWHERE)) == HERE
    for key in (
        tenant_prefix(HERE),
        f"tenants/{HERE}/sites/shop/faces/a.jpg",
        f"staff/{HERE}/sites/{HERE}/a",
    ):
        assert site_of(key) is None


def test_a_tenant_may_say_no_more_than_the_default_unless_the_operator_allows_it() -> None:
    plain = RetentionSettings(image_days=14, template_days=200).limits()
    assert plain == RetentionLimits(PeriodLimits(14, 14), PeriodLimits(200, 200))
    wide = RetentionSettings(image_days=7, image_days_max=30, template_days_max=1096).limits()
    assert wide == RetentionLimits(PeriodLimits(7, 30), PeriodLimits(365, 1096))


@pytest.mark.parametrize(
    "said",
    [
        {"image_days": 31},
        {"image_days": 0},
        {"image_days_max": 31},
        {"image_days": 8, "image_days_max": 7},
        {"template_days": 1097},
        {"template_days_max": 364},
        {"template_days_max": 1097},
    ],
)
def test_no_installation_goes_beyond_30_days_and_three_years(said: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        RetentionSettings(**said)


def test_names_of_buckets_have_to_fit() -> None:
    told = {"endpoint": "127.0.0.1:9000", "access_key": "a", "secret_key": "s"}
    assert S3Settings(**told, bucket="b" * 49).raw_bucket == ""
    with pytest.raises(ValidationError, match="RAW_BUCKET and DERIVED_BUCKET"):
        S3Settings(**told, bucket="b" * 50)
    named = S3Settings(**told, bucket="b" * 63, raw_bucket="raw", derived_bucket="derived")
    assert (named.raw_bucket, named.derived_bucket) == ("raw", "derived")
