"""The stack under the ingest benchmark: real stores and two replicas of the core, on ports of its own."""

import asyncio
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from core_stack import CoreStack, core_stack
from footfall_local.components.postgres import SHARED_BUFFERS_MB

EMAIL = "bench@example.com"


@dataclass(frozen=True)
class Target:
    """Cores to load, as host:port, and an administrator of the tenant that the events go to.

    `api_key` is a site's; empty when one is to be made on `stack` once the site is there.
    """

    cores: tuple[str, ...]
    email: str
    password: str = field(repr=False)
    api_key: str = field(default="", repr=False)
    tenant_id: str = ""
    stack: CoreStack | None = None

    async def another_tenant(self, name: str) -> "Target":
        """The same cores with a new tenant and its administrator."""
        if self.stack is None:
            raise RuntimeError("tenants are opened on a stack of one's own only")
        email = f"{secrets.token_hex(8)}@example.com"
        tenant_id = await _enrol(self.stack, name, email, self.password)
        return replace(self, tenant_id=tenant_id, email=email)

    async def api_key_of(self, site_id: str) -> str:
        """A key of the site."""
        if self.stack is None:
            return self.api_key
        which = ("--tenant-id", self.tenant_id, "--site-id", site_id, "--name", "bench")
        return str((await self.stack.made("create-api-key", *which))["api_key"])


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
    shared_buffers_mb: int = SHARED_BUFFERS_MB,
) -> Iterator[Target]:
    """PostgreSQL (durable), milvus-lite, SeaweedFS and core replicas in a scratch folder.

    `settings` are variables for the cores, beside those that name the stores; `replica_settings` those of
    one replica each, the first of the first; `shared_buffers_mb` is PostgreSQL's. Nothing is limited unless
    they say so: what a benchmark asks for is what the core can do.
    """
    # A measurement signs in once, and asks for as much as it can get.
    settings = {
        "FOOTFALL_SERVER_AUTH__PERSON_TOKEN_TTL": "3600",
        "FOOTFALL_SERVER_AUTH__WORKER_TOKEN_TTL": "3600",
        "FOOTFALL_SERVER_LIMITS__ENFORCED": "false",
        **(settings or {}),
    }
    with core_stack(
        replicas=replicas,
        settings=settings,
        replica_settings=replica_settings,
        shared_buffers_mb=shared_buffers_mb,
    ) as stack:
        password = secrets.token_hex(16)
        yield Target(
            cores=tuple(core.address for core in stack.cores),
            email=EMAIL,
            password=password,
            tenant_id=asyncio.run(_enrol(stack, "Bench", EMAIL, password)),
            stack=stack,
        )


async def _enrol(stack: CoreStack, name: str, email: str, password: str) -> str:
    tenant_id = await stack.open_tenant(name)
    await stack.open_account("create-admin", "--tenant-id", tenant_id, email=email, password=password)
    return tenant_id
