"""Real PostgreSQL, Milvus and S3 for tests: one of each per test process, started when first asked for."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from footfall_local.accounts import unprivileged_account
from footfall_local.components.milvus import Milvus
from footfall_local.components.postgres import Postgres
from footfall_local.components.seaweedfs import SeaweedFS, SeaweedPorts
from footfall_local.ports import free_port
from footfall_local.readiness import running
from real_milvus import RealMilvus, is_required, what_is_lacking

S3_BUCKET = "footfall"


@dataclass(frozen=True)
class PostgresServer:
    """A fresh cluster with nothing in it."""

    host: str
    port: int
    user: str
    password: str

    @property
    def superuser_dsn(self) -> str:
        """postgresql://... of the superuser, database `postgres`."""
        return self.dsn(user=self.user, password=self.password, database="postgres")

    def dsn(self, *, user: str, password: str, database: str) -> str:
        """postgresql://... for any role and database of the cluster."""
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{database}"


@dataclass(frozen=True)
class S3Endpoint:
    """A fresh object store with one empty bucket."""

    endpoint: str  # host:port
    access_key: str
    secret_key: str
    bucket: str


@pytest.fixture(scope="session")
def scratch_folder() -> Iterator[Path]:
    # Not pytest's own: that one is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="footfall-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(scratch_folder: Path) -> Iterator[PostgresServer]:
    """Real PostgreSQL; make a database of your own in it."""
    port, password = free_port(), secrets.token_hex(16)
    data = scratch_folder / "postgres"
    server = Postgres(data=data, port=port, password=password, account=unprivileged_account(), durable=False)
    with running(server, log=scratch_folder / "postgres.log"):
        yield PostgresServer(host="127.0.0.1", port=port, user="postgres", password=password)


@pytest.fixture(scope="session")
def milvus_uri(scratch_folder: Path) -> Iterator[str]:
    """Real milvus-lite server; make collections with names of your own in it."""
    server = Milvus(data=scratch_folder / "milvus", port=free_port())
    with running(server, log=scratch_folder / "milvus.log"):
        yield server.uri


@pytest.fixture(scope="session")
def real_milvus_uri(scratch_folder: Path) -> Iterator[str]:
    """Real Milvus 2.3.5, not milvus-lite; its collections take 64 partitions and about 3 s to make.

    Tests that use it belong into the xdist group `real_milvus`, so that one process has the only server.
    """
    lacking = what_is_lacking()
    if lacking is not None and is_required():
        pytest.fail(lacking, pytrace=False)
    if lacking is not None:
        pytest.skip(lacking)
    # Few partitions, because a test wants to reach the limit.
    settings = ["rootCoord.maxPartitionNum=64"]
    server = RealMilvus(data=scratch_folder / "real-milvus", port=free_port(), settings=settings)
    with running(server, log=scratch_folder / "real-milvus.log"):
        yield server.uri


@pytest.fixture(scope="session")
def s3_endpoint(scratch_folder: Path) -> Iterator[S3Endpoint]:
    """Real SeaweedFS; use keys or buckets of your own in it."""
    access_key, secret_key = secrets.token_hex(8), secrets.token_hex(16)
    server = SeaweedFS(
        data=scratch_folder / "seaweedfs",
        ports=SeaweedPorts.any_free(),
        access_key=access_key,
        secret_key=secret_key,
        bucket=S3_BUCKET,
    )
    with running(server, log=scratch_folder / "seaweedfs.log"):
        yield S3Endpoint(
            endpoint=server.endpoint, access_key=access_key, secret_key=secret_key, bucket=S3_BUCKET
        )
