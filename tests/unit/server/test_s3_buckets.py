"""Where objects lie, and what a bucket that somebody changed lacks."""

from dataclasses import replace
from uuid import UUID

import pytest
from footfall_server.domain.erasure import receipt_key
from footfall_server.domain.image import object_key
from footfall_server.domain.staff import portrait_key
from footfall_server.services.import_store import imports_prefix
from footfall_server.storage.s3_buckets import Buckets, LifeCycleRule, as_config, lacking
from minio.commonconfig import DISABLED
from minio.lifecycleconfig import LifecycleConfig

ID = UUID(int=7)
RAW, PORTRAIT = object_key(ID, ID, ID), portrait_key(ID, ID, ID)
FACES = LifeCycleRule("faces", "tenants/", 30)
PORTRAITS = LifeCycleRule("portraits", "staff/", None)


def test_each_class_of_pictures_has_a_bucket_and_what_was_there_before_is_looked_for() -> None:
    buckets = Buckets("shop")
    assert buckets.places(RAW) == ["shop-faces-raw", "shop"]
    assert buckets.places(PORTRAIT) == ["shop-faces-derived", "shop"]
    for key in (imports_prefix(ID), receipt_key(ID, ID)):
        assert buckets.places(key) == ["shop"]


def test_buckets_may_have_other_names_and_one_bucket_may_be_all() -> None:
    named = Buckets("shop", raw="seen", derived="made")
    assert (named.home(RAW), named.home(PORTRAIT), named.home("imports/")) == ("seen", "made", "shop")
    one = Buckets("shop", raw="shop", derived="shop")
    assert one.places(RAW) == one.places(PORTRAIT) == ["shop"]
    assert [*one.life_cycles] == ["shop"]


def test_raw_pictures_go_after_30_days_wherever_they_are() -> None:
    cycles = Buckets("shop").life_cycles
    assert cycles["shop-faces-raw"] == {FACES}
    assert cycles["shop-faces-derived"] == {PORTRAITS}
    assert cycles["shop"] == {FACES, PORTRAITS, LifeCycleRule("imports", "imports/", 1)}


@pytest.mark.parametrize(
    ("found", "lacks"),
    [
        (None, 2),
        (as_config([FACES]), 1),
        (as_config([replace(FACES, days=31), PORTRAITS]), 1),
        (as_config([replace(FACES, prefix="tenant/"), replace(PORTRAITS, days=1)]), 2),
        (as_config([replace(FACES, rule_id="renamed"), PORTRAITS, LifeCycleRule("own", "logs/", 3)]), 0),
    ],
)
def test_what_is_gone_or_otherwise_is_lacking(found: LifecycleConfig | None, lacks: int) -> None:
    assert lacking([FACES, PORTRAITS], found) == lacks


def test_a_rule_that_was_switched_off_is_lacking() -> None:
    [rule] = as_config([FACES]).rules
    off = LifecycleConfig([replace(rule, status=DISABLED)])
    assert lacking([FACES], off) == 1
