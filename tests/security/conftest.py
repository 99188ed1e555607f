"""What tests of security share."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from footfall_server.auth.keys import KeyRing, generate_key, load_keys
from footfall_server.auth.passwords import Passwords


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    folder = tmp_path_factory.mktemp("keys")
    generate_key(folder, at=datetime(2026, 1, 1, tzinfo=UTC))
    return load_keys(folder)


@pytest.fixture
def passwords() -> Passwords:
    # As weak as argon2 allows: what is tested is who gets in, not how long it takes.
    return Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
