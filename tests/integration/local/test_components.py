"""The launchers of the real components, as other tests use them."""

import io

import asyncpg
import pytest
from minio import Minio
from pymilvus import MilvusClient
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
    client = MilvusClient(milvus_uri)
    try:
        assert client.list_collections() == []
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
