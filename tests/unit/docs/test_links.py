import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "gateway" / "README.md"])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_what_a_page_points_to_is_there(page: Path) -> None:
    missing = [target for target in LINK.findall(page.read_text()) if not (page.parent / target).exists()]
    assert not missing, f"{page.name} points to what is not there: {missing}"


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (PROJECT / "docs" / "adr").glob("*.md")]
    assert len(numbers) == len(set(numbers)), sorted(numbers)
