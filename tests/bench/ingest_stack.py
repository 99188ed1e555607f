"""The stack under the ingest benchmark: real stores and two replicas of the core, on ports of its own."""

import asyncio
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from footfall_local.accounts import unprivileged_account
from footfall_local.components.core import Core
from footfall_local.components.milvus import Milvus
from footfall_local.components.postgres import Postgres
from footfall_local.components.seaweedfs import SeaweedFS, SeaweedPorts
from footfall_local.core_setup import CoreSetup
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_local.server_command import ServerCommand

BUCKET = "footfall"
EMAIL = "bench@example.com"


@dataclass(frozen=True)
class Target:
    """Cores to load, as host:port, and an administrator of the tenant that the events go to.

    `api_key` is a site's; empty when one is to be made by `command` once the site is there.
    """

    cores: tuple[str, ...]
    email: str
    password: str = field(repr=False)
    api_key: str = field(default="", repr=False)
    tenant_id: str = ""
    command: ServerCommand | None = None
    home: Path | None = None

    async def another_tenant(self, name: str) -> "Target":
        """The same cores with a new tenant and its administrator."""
        if self.command is None or self.home is None:
            raise RuntimeError("tenants are opened on a stack of one's own only")
        email = f"{secrets.token_hex(8)}@example.com"
        tenant_id = await _enrol(self.command, self.home, name, email, self.password)
        return replace(self, tenant_id=tenant_id, email=email)

    async def api_key_of(self, site_id: str) -> str:
        """A key of the site."""
        if self.command is None:
            return self.api_key
        which = ("--tenant-id", self.tenant_id, "--site-id", site_id, "--name", "bench")
        return str((await _made(self.command, "create-api-key", *which))["api_key"])


def given_target() -> Target | None:
    """The stack that FOOTFALL_BENCH_CORES and its companions name, or None when they name none."""
    cores = os.environ.get("FOOTFALL_BENCH_CORES", "")
    if not cores:
        return None
    return Target(
        cores=tuple(cores.split(",")),
        email=os.environ["FOOTFALL_BENCH_EMAIL"],
        password=os.environ["FOOTFALL_BENCH_PASSWORD"],
        api_key=os.environ["FOOTFALL_BENCH_API_KEY"],
    )


@contextmanager
def own_stack(
    *,
    replicas: int,
    settings: Mapping[str, str] | None = None,
    replica_settings: Sequence[Mapping[str, str]] = (),
) -> Iterator[Target]:
    """PostgreSQL (durable), milvus-lite, SeaweedFS and core replicas in a scratch folder.

    `settings` are variables for the cores, beside those that name the stores; `replica_settings` those of
    one replica each, the first of the first. Nothing is limited unless they say so: what a benchmark asks
    for is what the core can do.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footfall-bench-")))
        home.chmod(0o711)
        superuser, owner, app, s3_access, s3_secret, admin = (secrets.token_hex(16) for _ in range(6))
        port = free_port()
        postgres = Postgres(
            data=home / "postgres", port=port, password=superuser, account=unprivileged_account()
        )
        milvus = Milvus(data=home / "milvus", port=free_port())
        images = SeaweedFS(
            data=home / "seaweedfs",
            ports=SeaweedPorts.any_free(),
            access_key=s3_access,
            secret_key=s3_secret,
            bucket=BUCKET,
        )
        for store in (postgres, milvus, images):
            stack.enter_context(running(store, log=home / f"{store.name}.log"))

        def dsn(role: str, password: str, database: str = "footfall") -> str:
            return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"

        env = {
            "FOOTFALL_SERVER_POSTGRES__DSN": dsn("footfall_app", app),
            "FOOTFALL_SERVER_MILVUS__URI": milvus.uri,
            "FOOTFALL_SERVER_MILVUS__INDEX_TYPE": "FLAT",
            "FOOTFALL_SERVER_S3__ENDPOINT": images.endpoint,
            "FOOTFALL_SERVER_S3__ACCESS_KEY": s3_access,
            "FOOTFALL_SERVER_S3__SECRET_KEY": s3_secret,
            "FOOTFALL_SERVER_S3__BUCKET": BUCKET,
            "FOOTFALL_SERVER_S3__SECURE": "false",
            "FOOTFALL_SERVER_AUTH__KEYS_DIR": str(home / "keys"),
            "FOOTFALL_SERVER_LOG_LEVEL": "WARNING",
            "FOOTFALL_SERVER_LIMITS__ENFORCED": "false",
            **(settings or {}),
        }
        (home / "keys").mkdir(mode=0o700)
        command = ServerCommand(env=env, folder=home / "core", log=home / "set-up.log")
        set_up = CoreSetup(
            command=command,
            keys=home / "keys",
            database_env={
                "FOOTFALL_SERVER_POSTGRES__SUPERUSER_DSN": dsn("postgres", superuser, "postgres"),
                "FOOTFALL_SERVER_POSTGRES__OWNER_DSN": dsn("footfall_owner", owner),
            },
            marker=home / "migrations-done",
        )
        asyncio.run(set_up.ensure())
        tenant_id = asyncio.run(_enrol(command, home, "Bench", EMAIL, admin))
        ports = [free_port() for _ in range(replicas)]
        for number, core_port in enumerate(ports, start=1):
            own = replica_settings[number - 1] if number <= len(replica_settings) else {}
            core = Core(
                number=number,
                port=core_port,
                env={**env, **own},
                folder=home / "core",
                set_up=_nothing,
                requires=(),
            )
            stack.enter_context(running(core, log=home / f"{core.name}.log"))
        yield Target(
            cores=tuple(f"127.0.0.1:{core_port}" for core_port in ports),
            email=EMAIL,
            password=admin,
            tenant_id=tenant_id,
            command=command,
            home=home,
        )


async def _nothing() -> None:
    """The set-up ran before."""


async def _enrol(command: ServerCommand, home: Path, name: str, email: str, password: str) -> str:
    tenant_id = str((await _made(command, "create-tenant", "--name", name))["tenant_id"])
    file = home / "password"
    file.write_text(password + "\n", encoding="utf-8")
    who = ("--email", email, "--name", name, "--password-file", str(file))
    await _made(command, "create-admin", "--tenant-id", tenant_id, *who)
    return tenant_id


async def _made(command: ServerCommand, *arguments: str) -> dict[str, object]:
    made: dict[str, object] = json.loads((await command.run(*arguments)).strip().splitlines()[-1])
    return made
