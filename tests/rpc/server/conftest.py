"""A whole core on loopback with fakes behind it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from fakes.manual_clock import START
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


@pytest.fixture
def shop(keys: KeyRing, authorities: Authorities) -> Shop:
    """Two tenants' rows behind fakes, and everything that a replica is made of."""
    # As weak as argon2 allows: what is tested is who gets in, not how long it takes.
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Shop(keys=keys, passwords=Passwords(hasher=hasher), authorities=authorities)


@pytest.fixture
async def core(shop: Shop) -> AsyncIterator[Replica]:
    """One replica that serves the shop."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(shop.replica())
