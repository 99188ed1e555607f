"""Replicas of the core as processes on real stores in a scratch folder, for whoever loads or attacks them."""

import asyncio
import json
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from footfall_local.accounts import unprivileged_account
from footfall_local.components.core import Core
from footfall_local.components.milvus import Milvus
from footfall_local.components.postgres import SHARED_BUFFERS_MB, Postgres
from footfall_local.components.seaweedfs import SeaweedFS, SeaweedPorts
from footfall_local.core_setup import CoreSetup
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_local.server_command import ServerCommand
from footfall_server.auth.authority import generate_authority

BUCKET = "footfall"


@dataclass(frozen=True)
class CoreProcess:
    """One replica that runs."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class CoreStack:
    """What runs, and how to get in."""

    home: Path
    command: ServerCommand
    cores: tuple[CoreProcess, ...]
    app_dsn: str = field(repr=False)
    superuser_dsn: str = field(repr=False)

    async def open_tenant(self, name: str) -> str:
        """The id of a new tenant."""
        return str((await self.made("create-tenant", "--name", name))["tenant_id"])

    async def open_account(self, subcommand: str, *which: str, email: str, password: str) -> None:
        """`subcommand` is create-admin or create-system-admin."""
        file = self.home / "password"
        file.write_text(password + "\n", encoding="utf-8")
        who = ("--email", email, "--name", email.partition("@")[0], "--password-file", str(file))
        await self.made(subcommand, *which, *who)

    async def made(self, *arguments: str) -> dict[str, object]:
        """What a subcommand says that it made."""
        made: dict[str, object] = json.loads((await self.command.run(*arguments)).strip().splitlines()[-1])
        return made


@contextmanager
def core_stack(
    *,
    replicas: int,
    settings: Mapping[str, str] | None = None,
    replica_settings: Sequence[Mapping[str, str]] = (),
    durable: bool = True,
    shared_buffers_mb: int = SHARED_BUFFERS_MB,
) -> Iterator[CoreStack]:
    """PostgreSQL, milvus-lite, SeaweedFS and core replicas, with no tenant yet.

    `settings` are variables for the cores, beside those that name the stores; `replica_settings` those of
    single replicas, by their place. `shared_buffers_mb` is PostgreSQL's.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footfall-cores-")))
        home.chmod(0o711)
        superuser, owner, app, s3_access, s3_secret = (secrets.token_hex(16) for _ in range(5))
        port = free_port()
        postgres = Postgres(
            data=home / "postgres",
            port=port,
            password=superuser,
            account=unprivileged_account(),
            durable=durable,
            shared_buffers_mb=shared_buffers_mb,
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
            "FOOTFALL_SERVER_AUTH__AUTHORITY_DIR": str(home / "authority"),
            "FOOTFALL_SERVER_LOG_LEVEL": "WARNING",
            **(settings or {}),
        }
        (home / "keys").mkdir(mode=0o700)
        generate_authority(home / "authority", at=datetime.now(UTC))
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
        cores = []
        for number in range(1, replicas + 1):
            core_port = free_port()
            own = replica_settings[number - 1] if number <= len(replica_settings) else {}
            core = Core(
                number=number,
                port=core_port,
                env={**env, **own},
                folder=home / "core",
                set_up=_nothing,
                requires=(),
            )
            log = home / f"{core.name}.log"
            cores.append(CoreProcess(core_port, stack.enter_context(running(core, log=log)), log))
        yield CoreStack(
            home=home,
            command=command,
            cores=tuple(cores),
            app_dsn=dsn("footfall_app", app),
            superuser_dsn=dsn("postgres", superuser),
        )


async def _nothing() -> None:
    """The set-up ran before."""
