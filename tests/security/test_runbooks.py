"""Every step of every runbook in docs/security.md, run as an operator would."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from database_fixtures import FootfallDatabase
from security.operated_stack import EMAIL, PASSWORD, OperatedStack, operated_stack
from security.runbook import Runbook, runbooks, setup
from security.worker_key import enrolled_certificate
from stack_fixtures import S3Endpoint

BOOKS = runbooks()


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    footfall_database: FootfallDatabase,
    milvus_uri: str,
    s3_endpoint: S3Endpoint,
) -> Iterator[OperatedStack]:
    folder = tmp_path_factory.mktemp("operated")
    with operated_stack(folder, footfall_database, milvus_uri, s3_endpoint) as running:
        yield running


def nothing_more(_stack: OperatedStack) -> Mapping[str, str]:
    return {}


def credentials_in_wrong_hands(stack: OperatedStack) -> Mapping[str, str]:
    """A key, a worker with a certificate and somebody with an account."""
    site = stack.call("POST", "/v1/sites", {"displayName": "Hafen"})["siteId"]
    key = stack.call("POST", "/v1/api-keys", {"displayName": "Kasse", "siteId": site})
    join = stack.call("POST", "/v1/join-tokens", {"siteId": site, "displayName": "Mac mini"})
    user = {"email": "leiter@nord.example", "role": "ROLE_SITE_MANAGER", "siteIds": [site]}
    return {
        "API_KEY_ID": key["apiKey"]["apiKeyId"],
        "CERTIFICATE_ID": enrolled_certificate(stack.gateway_url, join["secret"]),
        "USER_ID": stack.call("POST", "/v1/users", user)["userId"],
    }


def something_to_look_into(stack: OperatedStack) -> Mapping[str, str]:
    return {
        "TENANT_ID": stack.tenant_id,
        "SINCE": (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


PREPARATIONS: Mapping[str, Callable[[OperatedStack], Mapping[str, str]]] = {
    "Rotate the signing key": nothing_more,
    "A signing key leaked": nothing_more,
    "An API key, a worker or an account is in the wrong hands": credentials_in_wrong_hands,
    "Data may have got out": something_to_look_into,
}


def test_every_runbook_is_run() -> None:
    assert BOOKS.keys() == PREPARATIONS.keys()
    assert all(book.steps for book in BOOKS.values()), "a runbook without a step that can be run"


@pytest.mark.parametrize("title", list(PREPARATIONS))
@pytest.mark.timeout(300)
def test_a_runbook_works_as_it_is_written(stack: OperatedStack, tmp_path: Path, title: str) -> None:
    environment = {
        **stack.environment,
        "GATEWAY_URL": stack.gateway_url,
        "EMAIL": EMAIL,
        "PASSWORD": PASSWORD,
        "KEYS_DIR": str(stack.keys),
        **PREPARATIONS[title](stack),
        "PATH": f"{Path(sys.executable).parent}:{stack.environment['PATH']}",
    }
    try:
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", _script(BOOKS[title])],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    except subprocess.TimeoutExpired as waiting:
        # Which command it waited for, and what that was answered.
        traced = (waiting.stderr or b"")[-3000:].decode(errors="replace")
        pytest.fail(f"{title} did not come to its end:\n{traced}", pytrace=False)
    assert done.returncode == 0, f"{title}:\n{done.stdout}\n{done.stderr}"


def _script(book: Runbook) -> str:
    steps = [f"echo '== step {number}'\n{step}" for number, step in enumerate(book.steps, start=1)]
    return "\n".join([setup(), *steps])
