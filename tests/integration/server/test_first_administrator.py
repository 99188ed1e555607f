"""The commands that let the first people in, as processes on a real database."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from database_fixtures import FootfallDatabase

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]  # starts five processes

WEAK, PASSWORD = "password1234", "correct horse battery"


@pytest.fixture
def environment(footfall_database: FootfallDatabase) -> Mapping[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOOTFALL_")}
    return {**inherited, "FOOTFALL_SERVER_POSTGRES__DSN": footfall_database.app_dsn}


async def run(
    environment: Mapping[str, str], *arguments: str, stdin: str = ""
) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "footfall_server", *arguments),
        env=dict(environment),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate(stdin.encode())
    return process.returncode, out.decode(), err.decode()


async def test_the_first_administrator_is_bootstrapped_until_one_has_a_password(
    environment: Mapping[str, str],
) -> None:
    bootstrap = ("bootstrap-admin", "--email", "ops@kaufhaus.example")
    answers = []
    for _ in range(2):
        code, out, err = await run(environment, *bootstrap)
        assert code == 0, err
        answers.append(json.loads(out))
    first, again = answers
    assert first["user_id"] == again["user_id"]
    assert first["setup_token"] != again["setup_token"]
    assert again["setup_token"].startswith("ffs_")
    left = datetime.fromisoformat(again["expire_time"]) - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(hours=1)
    second = ("create-system-admin", "--email", "second@kaufhaus.example")
    code, _, err = await run(environment, *second, stdin=f"{WEAK}\n")
    assert code == 1
    assert "easily guessed" in err
    assert WEAK not in err
    code, _, err = await run(environment, *second, stdin=f"{PASSWORD}\n")
    assert code == 0, err
    code, out, err = await run(environment, *bootstrap)
    assert (code, out) == (1, "")
    assert "has a system administrator with a password" in err
    assert err.count("\n") == 1
