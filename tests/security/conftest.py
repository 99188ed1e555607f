"""What tests of security share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from fakes.lender import Lender
from footfall_server.auth.authority import generate_authority, load_authorities
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from security.matrix_world import Installation, World, a_world

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Keys and an authority, made once."""
    folder = tmp_path_factory.mktemp("installation")
    generate_key(folder / "keys", at=LONG_AGO)
    generate_authority(folder / "authority", at=LONG_AGO)
    # As weak as argon2 allows: what is tested is who gets in, not how long it takes.
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Installation(
        keys=load_keys(folder / "keys"),
        authorities=load_authorities(folder / "authority"),
        passwords=lambda: Passwords(hasher=weak),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worlds(installation: Installation) -> AsyncIterator[Lender[World]]:
    """Most calls change nothing, and take less than making a world."""
    worlds = Lender(lambda: a_world(installation), lambda world: world.shop.snapshot())
    yield worlds
    await worlds.close()
