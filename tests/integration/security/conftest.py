"""Two chains of a test's own on the real stores."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from database_fixtures import FootfallDatabase
from real_chain import RealChain, TwoChains


@pytest.fixture
async def chains(footfall_database: FootfallDatabase, milvus_uri: str) -> AsyncIterator[TwoChains]:
    async with contextlib.AsyncExitStack() as stack:
        one, other = (RealChain(footfall_database, milvus_uri, stack) for _ in range(2))
        await one.open()
        await other.open()
        yield one, other
