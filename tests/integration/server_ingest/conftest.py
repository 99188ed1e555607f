"""A chain of a test's own on the real stores."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from database_fixtures import FootfallDatabase
from real_chain import RealChain


@pytest.fixture
async def chain(footfall_database: FootfallDatabase, milvus_uri: str) -> AsyncIterator[RealChain]:
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(footfall_database, milvus_uri, stack)
        await chain.open()
        yield chain
