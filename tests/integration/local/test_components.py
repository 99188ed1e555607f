"""The launchers of the real components, as other tests use them."""

import asyncio
import io
import os
import secrets
from pathlib import Path

import asyncpg
import pytest
from footfall_local.accounts import unprivileged_account
from footfall_local.components.postgres import Postgres
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.storage.milvus.connection import connect
from minio import Minio
from stack_fixtures import PostgresServer, S3Endpoint


async def test_postgres_takes_queries_over_tcp(postgres_server: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres_server.superuser_dsn)
    try:
        assert await connection.fetchval("show server_version_num") >= "180000"
        assert await connection.fetchval("show listen_addresses") == "127.0.0.1"
        assert await connection.fetchval("show password_encryption") == "scram-sha-256"
    finally:
        await connection.close()


async def test_postgres_refuses_a_wrong_password(postgres_server: PostgresServer) -> None:
    dsn = postgres_server.dsn(user="postgres", password="wrong", database="postgres")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(dsn)


def test_milvus_lists_collections(milvus_uri: str) -> None:
    client = connect(milvus_uri, timeout=30)
    try:
        client.create_collection("local_component", dimension=8)
        assert "local_component" in client.list_collections()
        client.drop_collection("local_component")
    finally:
        client.close()


def test_object_store_keeps_what_was_put(s3_endpoint: S3Endpoint) -> None:
    client = Minio(
        s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        secure=False,
    )
    assert client.bucket_exists(s3_endpoint.bucket), "the launcher makes the bucket"
    client.put_object(s3_endpoint.bucket, "shelf/apple", io.BytesIO(b"red"), length=3)
    answer = client.get_object(s3_endpoint.bucket, "shelf/apple")
    try:
        assert answer.read() == b"red"
    finally:
        answer.close()
        answer.release_conn()


def test_postgres_heals_after_a_kill(scratch_folder: Path) -> None:
    """kill -9 leaves postmaster.pid and backends; its next start has to cope, and lose nothing."""
    server = Postgres(
        data=scratch_folder / "killed",
        port=free_port(),
        password=secrets.token_hex(16),
        account=unprivileged_account(),
    )
    log = scratch_folder / "killed.log"
    with running(server, log=log) as process:
        asyncio.run(_execute(server.superuser_dsn, "create table kept as select 7 as number"))
        process.kill()
        process.wait()
    pid_file = server.data_folder / "postmaster.pid"
    assert pid_file.exists()
    # The pid went to another program meanwhile: to this one.
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with running(server, log=log):
        assert asyncio.run(_execute(server.superuser_dsn, "select number from kept")) == 7


async def _execute(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
