"""Two replicas of the core behind Envoy, on real stores, with an operator's settings and a first tenant."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from database_fixtures import FootfallDatabase
from footfall_gateway.settings import Address, GatewaySettings
from footfall_local.components.core import Core
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.readiness import running
from stack_fixtures import S3Endpoint

HOST = "127.0.0.1"
EMAIL = "chefin@nord.example"
PASSWORD = "teal-giraffe-49-umbrellas"
PATIENCE_S = 120
REPLICAS_AND_GATEWAY_READ_KEYS_S = 30
"""They read them every five and every ten seconds; a busy machine is late."""


@dataclass(frozen=True)
class OperatedStack:
    """What an operator and a tenant's administrator have at hand."""

    environment: Mapping[str, str]
    gateway_url: str
    keys: Path
    tenant_id: str

    def server(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """One footfall-server command; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "footfall_server", *arguments],
            env=dict(self.environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def token(self) -> str:
        """An administrator's access token that the gateway takes.

        After an emergency replacement of keys a replica that has not read the keys again may sign by the
        dead one, and the gateway may refuse the new one: who signs in again gets a good token soon, as the
        runbook says.
        """
        credentials = {"password": {"email": EMAIL, "password": PASSWORD}}
        end = time.monotonic() + REPLICAS_AND_GATEWAY_READ_KEYS_S
        while True:
            answer = httpx.post(f"{self.gateway_url}/v1/auth/token", json=credentials, timeout=30)
            assert answer.status_code == httpx.codes.OK, answer.text
            token = str(answer.json()["accessToken"])
            if self._lets_in(token):
                return token
            assert time.monotonic() < end, "no token that was issued is taken"
            time.sleep(3)

    def _lets_in(self, token: str) -> bool:
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx.get(f"{self.gateway_url}/v1/auth/me", headers=headers, timeout=30)
        return answer.status_code != httpx.codes.UNAUTHORIZED

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> Any:
        """One call of the JSON API, as the administrator; its answer."""
        headers = {"authorization": f"Bearer {token or self.token()}"}
        answer = httpx.request(method, f"{self.gateway_url}{path}", json=body, headers=headers, timeout=30)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


@contextmanager
def operated_stack(
    folder: Path, database: FootfallDatabase, milvus_uri: str, s3: S3Endpoint
) -> Iterator[OperatedStack]:
    """Brings everything up, with a tenant and its administrator."""
    settings = {
        "POSTGRES__DSN": database.app_dsn,
        "POSTGRES__OWNER_DSN": database.owner_dsn,
        "POSTGRES__SUPERUSER_DSN": database.superuser_dsn,
        "MILVUS__URI": milvus_uri,
        "MILVUS__INDEX_TYPE": "FLAT",
        "S3__ENDPOINT": s3.endpoint,
        "S3__ACCESS_KEY": s3.access_key,
        "S3__SECRET_KEY": s3.secret_key,
        "S3__BUCKET": "operated",
        "S3__SECURE": "false",
        "AUTH__KEYS_DIR": str(folder / "keys"),
        # Longer than the gateway remembers keys, as an operator has to have it.
        "AUTH__KEY_SIGNING_DELAY": "13",
        "AUTH__AUTHORITY_DIR": str(folder / "authority"),
    }
    ours = {f"FOOTFALL_SERVER_{name}": value for name, value in settings.items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    environment = {**inherited, **ours}
    ports = _ports(6)
    gateway = GatewaySettings(
        listen=Address(host=HOST, port=ports[0]),
        admin=Address(host=HOST, port=ports[1]),
        core=tuple(Address(host=HOST, port=port) for port in ports[2:4]),
        web=Address(host=HOST, port=ports[4]),
        keys=Address(host=HOST, port=ports[5]),
    )
    stack = OperatedStack(environment, f"http://{HOST}:{ports[0]}", folder / "keys", "")
    stack.server("generate-keys", "--dir", str(folder / "keys"))
    stack.server("generate-authority", "--dir", str(folder / "authority"))
    tenant_id = str(stack.server("create-tenant", "--name", "Kaufhaus Nord")["tenant_id"])
    stack.server("create-admin", "--tenant-id", tenant_id, "--email", EMAIL, stdin=f"{PASSWORD}\n")
    with ExitStack() as parts:
        for number, port in enumerate(ports[2:4], start=1):
            core = Core(
                number=number, port=port, env=ours, folder=folder / "core", set_up=_nothing, requires=()
            )
            parts.enter_context(running(core, log=folder / f"core-{number}.log"))
        parts.enter_context(
            running(Envoy(settings=gateway, folder=folder / "envoy"), log=folder / "envoy.log")
        )
        yield OperatedStack(environment, stack.gateway_url, folder / "keys", tenant_id)


async def _nothing() -> None:
    """The database and the keys are in order already."""


def _ports(count: int) -> list[int]:
    found: list[int] = []
    for _ in range(count):
        found.append(free_port(avoid=frozenset(found)))
    return found
