"""A whole core on loopback with fakes behind it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from fakes.lender import Lender
from fakes.manual_clock import START
from fakes.seeded_shop import Seeded, seeded_shop
from fakes.shop import Replica, Shop
from footfall_server.auth.authority import Authorities, generate_authority, load_authorities
from footfall_server.auth.keys import KeyRing, generate_key, load_keys
from footfall_server.auth.passwords import Passwords


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    folder = tmp_path_factory.mktemp("keys")
    generate_key(folder, at=datetime(2026, 1, 1, tzinfo=UTC))
    return load_keys(folder)


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    folder = tmp_path_factory.mktemp("authority")
    generate_authority(folder, at=START - timedelta(days=30))
    return load_authorities(folder)


def a_shop(keys: KeyRing, authorities: Authorities) -> Shop:
    # As weak as argon2 allows: what is tested is who gets in, not how long it takes.
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Shop(keys=keys, passwords=Passwords(hasher=hasher), authorities=authorities)


@pytest.fixture
def shop(keys: KeyRing, authorities: Authorities) -> Shop:
    """Two tenants' rows behind fakes, and everything that a replica is made of."""
    return a_shop(keys, authorities)


@pytest.fixture
async def core(shop: Shop) -> AsyncIterator[Replica]:
    """One replica that serves the shop."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(shop.replica())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seeded(keys: KeyRing, authorities: Authorities) -> AsyncIterator[Lender[Seeded]]:
    """For tests of what changes nothing: they are many, and take less than making a core."""
    seeded = Lender(lambda: seeded_shop(a_shop(keys, authorities)), lambda there: there.shop.snapshot())
    yield seeded
    await seeded.close()
