"""docs/privacy.md promises a job, a proof and a test for each class of what is kept: they exist."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from footfall_server.domain.retention import MOST_IMAGE_DAYS, MOST_TEMPLATE_DAYS

ROOT = Path(__file__).parents[3]
PRIVACY = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
SECTION = PRIVACY.split("## What goes by which job", 1)[1].split("\n## ", 1)[0]


def rows() -> Sequence[Sequence[str]]:
    """The table, without its head."""
    lines = [line for line in SECTION.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_class_has_days_an_owner_a_job_a_proof_and_a_test() -> None:
    assert len(rows()) > 15
    for row in rows():
        assert len(row) == 6, row[0]
        assert all(row), f"{row[0]} lacks something"


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+\.py)`", SECTION))))
def test_tests_that_are_named_exist(name: str) -> None:
    assert [*(ROOT / "tests").rglob(name)]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"job `(\w+)`", SECTION))))
def test_jobs_that_are_named_exist(name: str) -> None:
    jobs = (ROOT / "server/footfall_server/services/tenant_jobs.py").read_text(encoding="utf-8")
    assert f'"{name}"' in jobs


@pytest.mark.parametrize("what", sorted(set(re.findall(r"its run: ([^|]*)", SECTION))))
def test_counts_and_failures_that_are_named_are_written_by_a_job(what: str) -> None:
    services = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "server/footfall_server/services").glob("*.py")
    )
    for name in (*re.findall(r"`(\w+)`", what), *re.findall(r"FAILED / (\w+)", what)):
        assert f'"{name}"' in services, name


def test_the_most_that_is_promised_is_the_most_that_is_kept() -> None:
    assert f"`RETENTION__IMAGE_DAYS_MAX`, {MOST_IMAGE_DAYS} at most" in PRIVACY
    assert f"`RETENTION__TEMPLATE_DAYS_MAX`, {MOST_TEMPLATE_DAYS} at most" in PRIVACY
