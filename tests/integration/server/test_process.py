"""The core as a process on the real stores: from an empty database to SIGTERM."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import grpc.aio
import pytest
from database_fixtures import FootfallDatabase
from footfall.v1 import (
    api_key_service_pb2,
    api_key_service_pb2_grpc,
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
)
from footfall_server.auth.erasure_key import generate_erasure_key
from footfall_server.auth.keys import generate_key
from grpc_health.v1 import health_pb2, health_pb2_grpc
from stack_fixtures import S3Endpoint

PASSWORD = "correct horse battery"


@pytest.fixture
def environment(
    footfall_database: FootfallDatabase,
    milvus_uri: str,
    s3_endpoint: S3Endpoint,
    tmp_path: Path,
    unused_tcp_port_factory: Callable[[], int],
) -> Mapping[str, str]:
    settings = {
        "LISTEN": f"127.0.0.1:{unused_tcp_port_factory()}",
        "POSTGRES__DSN": footfall_database.app_dsn,
        "POSTGRES__OWNER_DSN": footfall_database.owner_dsn,
        "POSTGRES__SUPERUSER_DSN": footfall_database.superuser_dsn,
        "MILVUS__URI": milvus_uri,
        "MILVUS__INDEX_TYPE": "FLAT",
        "S3__ENDPOINT": s3_endpoint.endpoint,
        "S3__ACCESS_KEY": s3_endpoint.access_key,
        "S3__SECRET_KEY": s3_endpoint.secret_key,
        "S3__BUCKET": "process",
        "S3__SECURE": "false",
        "AUTH__KEYS_DIR": str(tmp_path / "keys"),
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOOTFALL_")}
    return {**inherited, **{f"FOOTFALL_SERVER_{key}": value for key, value in settings.items()}}


async def run(environment: Mapping[str, str], *arguments: str, stdin: str = "", fails: bool = False) -> str:
    """Runs one subcommand to its end. Returns what it said: stdout, or stderr of one that is to fail."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "footfall_server", *arguments),
        env=dict(environment),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate(stdin.encode())
    assert process.returncode == (1 if fails else 0), f"{arguments[0]}: {err.decode()}"
    return (err if fails else out).decode()


@asynccontextmanager
async def served(environment: Mapping[str, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A serving process; ends it with SIGTERM and checks how it goes."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "footfall_server", "serve"), env=dict(environment), stderr=PIPE
    )
    assert process.stderr is not None
    log = asyncio.create_task(process.stderr.read())
    try:
        async with grpc.aio.insecure_channel(environment["FOOTFALL_SERVER_LISTEN"]) as channel:
            await serving(channel, process)
            yield channel
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0, (await log).decode()
        assert time.monotonic() - began < 30, "draining has an end"
    finally:
        if process.returncode is None:
            process.kill()
        await log
    lines = [json.loads(line) for line in (await log).decode().splitlines()]
    assert [line["event"] for line in lines][-1] == "stopped"
    assert PASSWORD not in json.dumps(lines)


async def serving(channel: grpc.aio.Channel, process: asyncio.subprocess.Process) -> None:
    """Waits until the process says that it serves."""
    health = health_pb2_grpc.HealthStub(channel)
    async with asyncio.timeout(60):
        async for answer in health.Watch(health_pb2.HealthCheckRequest(), wait_for_ready=True):
            assert process.returncode is None, "the process ended"
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                return


async def test_from_nothing_to_a_signed_in_worker(environment: Mapping[str, str], tmp_path: Path) -> None:
    await run(environment, "bootstrap-database")
    await run(environment, "migrate")
    await run(environment, "generate-keys", "--dir", str(tmp_path / "keys"))
    tenant_id = json.loads(await run(environment, "create-tenant", "--name", "Kaufhaus"))["tenant_id"]
    await run(
        environment,
        *("create-admin", "--tenant-id", tenant_id, "--email", "chefin@kaufhaus.example"),
        stdin=f"{PASSWORD}\n",
    )
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD)
    await run(
        environment,
        *("create-system-admin", "--email", "ops@kaufhaus.example", "--password-file", str(password_file)),
    )
    async with served(environment) as channel:
        auth = auth_service_pb2_grpc.AuthServiceStub(channel)
        issued = await auth.IssueToken(
            auth_service_pb2.IssueTokenRequest(
                password=auth_service_pb2.PasswordCredentials(
                    email="Chefin@Kaufhaus.example", password=PASSWORD
                )
            )
        )
        metadata = (("authorization", f"Bearer {issued.access_token}"),)
        me = await auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=metadata)
        assert (me.tenant_id, me.tenant_name) == (tenant_id, "Kaufhaus")
        site = await site_service_pb2_grpc.SiteServiceStub(channel).CreateSite(
            site_service_pb2.CreateSiteRequest(
                site=site_service_pb2.Site(display_name="Hauptstraße", time_zone="Europe/Berlin")
            ),
            metadata=metadata,
        )
        camera = await camera_service_pb2_grpc.CameraServiceStub(channel).CreateCamera(
            camera_service_pb2.CreateCameraRequest(
                camera=camera_service_pb2.Camera(
                    site_id=site.site_id, display_name="Tür", source_url="rtsp://a:b@127.0.0.1/x"
                )
            ),
            metadata=metadata,
        )
        assert camera.source_url == "rtsp://a:***@127.0.0.1/x"
        made = json.loads(
            await run(
                environment,
                *("create-api-key", "--tenant-id", tenant_id, "--site-id", site.site_id, "--name", "Kasse"),
            )
        )
        reader = json.loads(
            await run(
                environment,
                *("create-api-key", "--tenant-id", tenant_id, "--site-id", site.site_id, "--name", "Tablet"),
                *("--role", "site_manager", "--expires-in-days", "7"),
            )
        )
        listed = await api_key_service_pb2_grpc.ApiKeyServiceStub(channel).ListApiKeys(
            api_key_service_pb2.ListApiKeysRequest(), metadata=metadata
        )
        [tablet, kasse] = listed.api_keys
        assert (tablet.api_key_id, tablet.role) == (reader["api_key_id"], auth_service_pb2.ROLE_SITE_MANAGER)
        assert abs(tablet.expire_time.seconds - tablet.create_time.seconds - 7 * 24 * 60 * 60) < 60
        assert (kasse.prefix, kasse.role) == (f"ffk_{made['prefix']}", auth_service_pb2.ROLE_WORKER)
        refreshed = await auth.IssueToken(
            auth_service_pb2.IssueTokenRequest(refresh_token=issued.refresh_token)
        )
        assert refreshed.principal.subject_id == issued.principal.subject_id
        worker = await auth.IssueToken(auth_service_pb2.IssueTokenRequest(api_key=made["api_key"]))
        assert list(worker.principal.site_ids) == [site.site_id]
        for action in (("rebuild",), ("verify", "--tenant-id", tenant_id, "--ids")):
            [line] = (await run(environment, "index", *action)).splitlines()
            told = json.loads(line)
            assert (told["tenant_id"], told["gallery"], told["drifted"]) == (tenant_id, 0, False)


async def test_what_is_wrong_is_said_in_one_line(environment: Mapping[str, str], tmp_path: Path) -> None:
    nobody = "019aa000-0000-7000-8000-000000000000"
    without_keys = await run(environment, "serve", fails=True)
    assert "signing key" in without_keys
    (tmp_path / "keys").mkdir()
    generate_key(tmp_path / "keys", at=datetime.now(UTC))
    no_erasure_key = await run(environment, "serve", fails=True)
    assert "erasures.key is not there" in no_erasure_key
    generate_erasure_key(tmp_path / "keys")
    no_authority = {**environment, "FOOTFALL_SERVER_AUTH__AUTHORITY_DIR": str(tmp_path / "nowhere")}
    unset = {key: value for key, value in environment.items() if "MILVUS" not in key}
    assert "FOOTFALL_SERVER_MILVUS__URI" in await run(unset, "serve", fails=True)
    unreachable = {**environment, "FOOTFALL_SERVER_POSTGRES__DSN": "postgresql://a:geheim@127.0.0.1:1/x"}
    said = [
        without_keys,
        no_erasure_key,
        await run(no_authority, "serve", fails=True),
        await run(
            environment,
            "create-api-key",
            "--tenant-id",
            nobody,
            "--site-id",
            nobody,
            "--name",
            "x",
            fails=True,
        ),
        await run(environment, "create-system-admin", "--email", "nonsense", stdin="short\n", fails=True),
        await run(environment, "create-tenant", "--name", "  ", fails=True),
        await run(environment, "index", "verify", "--tenant-id", nobody, fails=True),
        await run(unreachable, "create-tenant", "--name", "x", fails=True),
        await run({**environment, "FOOTFALL_SERVER_LISTEN": "nowhere"}, "serve", fails=True),
        await run({**environment, "FOOTFALL_SERVER_LISTEN": "0.0.0.0:50051"}, "serve", fails=True),
    ]
    assert "generate-authority" in said[2]
    for line in said:
        assert re.fullmatch(r"footfall-server [a-z-]+: [^\n]+\n", line), line
        assert "geheim" not in line
