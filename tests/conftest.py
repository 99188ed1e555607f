"""Marks every test by the folder that it lies in, so that a suite is chosen by folder or by marker."""

from pathlib import Path

import pytest
from hypothesis import settings
from opened_by import name_openers

pytest_plugins = ("stack_fixtures", "database_fixtures", "model_fixtures")

# How long an example takes says how busy the machine is.
settings.register_profile("footfall", deadline=None)
settings.load_profile("footfall")

TESTS = Path(__file__).parent
KINDS = frozenset({"unit", "rpc", "contract", "integration", "security", "e2e"})


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    name_openers(patch)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kind = item.path.relative_to(TESTS).parts[0]
        if kind not in KINDS:
            msg = f"{item.nodeid}: tests belong into one of {sorted(KINDS)}"
            raise pytest.UsageError(msg)
        item.add_marker(kind)
