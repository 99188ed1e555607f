"""An installation of a test's own on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from database_fixtures import FootfallDatabase
from footfall_server.auth.keys import generate_key, load_keys
from real_access import RealAccess


@pytest.fixture
async def access(footfall_database: FootfallDatabase, tmp_path: Path) -> AsyncIterator[RealAccess]:
    generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    async with RealAccess(footfall_database, load_keys(tmp_path)) as access:
        yield access
