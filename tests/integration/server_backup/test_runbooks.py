"""The runbooks of backups in docs/operations.md, run by a shell; and what the commands refuse."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from backup_worlds import all_rows, not_logged
from database_fixtures import DatabaseFactory, FootfallDatabase
from footfall_server import administration, backup_administration
from footfall_server.__main__ import main
from footfall_server.auth.erasure_key import generate_erasure_key
from footfall_server.domain.identifiers import new_id
from footfall_server.storage.postgres.roles import BACKUP
from minio import Minio
from security.runbook import BACKUPS, runbooks
from stack_fixtures import S3Endpoint

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]

BOOKS = runbooks(BACKUPS)
PASSWORD = "teal-giraffe-49-umbrellas"

Settings = Callable[[FootfallDatabase], Mapping[str, str]]
Said = Sequence[Mapping[str, object]]


@pytest.fixture
def settings_for(
    database_factory: DatabaseFactory, milvus_uri: str, s3_endpoint: S3Endpoint, tmp_path: Path
) -> Settings:
    bucket = f"runbook-{new_id()}"
    client = Minio(
        s3_endpoint.endpoint, s3_endpoint.access_key, s3_endpoint.secret_key, secure=False, region="us-east-1"
    )
    client.make_bucket(bucket)  # as the core does when it starts

    generate_erasure_key(tmp_path / "keys")

    def settings(database: FootfallDatabase) -> Mapping[str, str]:
        server = database_factory.server
        told = {
            "POSTGRES__DSN": database.app_dsn,
            "POSTGRES__OWNER_DSN": database.owner_dsn,
            "POSTGRES__SUPERUSER_DSN": server.superuser_dsn,
            "POSTGRES__BACKUP_DSN": server.dsn(
                user=BACKUP, password=database_factory.owner_password, database=database.name
            ),
            "MILVUS__URI": milvus_uri,
            "MILVUS__INDEX_TYPE": "FLAT",
            "RECOGNITION__MODEL_ID": "runbook-model-64",
            "RECOGNITION__DIMENSION": "64",
            "RECOGNITION__IMPOSTOR_TAIL": "[[0.249, 0.01], [0.342, 0.001]]",
            "S3__ENDPOINT": s3_endpoint.endpoint,
            "S3__ACCESS_KEY": s3_endpoint.access_key,
            "S3__SECRET_KEY": s3_endpoint.secret_key,
            "S3__BUCKET": bucket,
            "S3__SECURE": "false",
            "AUTH__KEYS_DIR": str(tmp_path / "keys"),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
        return {
            **inherited,
            **{f"FOOTFALL_SERVER_{name}": value for name, value in told.items()},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "BACKUPS": str(tmp_path / "backups"),
            "KEY": str(tmp_path / "backup.key"),
        }

    return settings


def run(book: str, environment: Mapping[str, str]) -> tuple[Said, str]:
    """What the steps of a runbook said on stdout as JSON, and stderr."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(BOOKS[book].steps)],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{book}:\n{done.stdout}\n{done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done.stderr


class CommandLine:
    """Runs subcommands in this process: each as a process of its own takes seconds to load the adapters."""

    def __init__(self, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._captured = captured

    def told(self, environment: Mapping[str, str]) -> None:
        """Settings for what follows."""
        for name, value in environment.items():
            if name.startswith("FOOTFALL_SERVER_"):
                self._patch.setenv(name, value)

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> tuple[Said, str]:
        """The lines of JSON that it said on stdout, and its stderr."""
        self._patch.setattr("sys.stdin", io.StringIO(stdin))
        exited = 0
        try:
            main(arguments)
        except SystemExit as left:
            exited = int(left.code or 0)
        out, err = self._captured.readouterr()
        assert exited == code, f"{arguments}: {err}"
        return [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    for module in (administration, backup_administration):
        monkeypatch.setattr(module, "configure_logging", lambda **_: None)  # is the whole process's
    return CommandLine(monkeypatch, capsys)


def test_a_night_and_the_morning_after(
    database_factory: DatabaseFactory, settings_for: Settings, command: CommandLine, tmp_path: Path
) -> None:
    assert set(BOOKS) == {"Back up every night", "Restore a backup", "Practise"}
    database = database_factory.described(f"footfall_{new_id().hex[-12:]}")
    environment = settings_for(database)
    command.told(environment)
    command("bootstrap-database")
    command("migrate")
    [made], _ = command("create-tenant", "--name", "Nord")
    account = ("create-admin", "--tenant-id", str(made["tenant_id"]), "--email", "ann@nord.example")
    command(*account, stdin=f"{PASSWORD}\n")
    key = environment["KEY"]
    command("backup", "new-key", key)

    stale = tmp_path / "backups" / "2020-01-01T000000Z"
    stale.mkdir(parents=True)
    os.utime(stale, (0, 0))
    [created, verified], progress = run("Back up every night", environment)
    assert (verified["ok"], verified["faults"], verified["rows"]) == (True, [], created["rows"])
    assert created["tenants"] == 1
    assert "backup: table 1 of " in progress
    assert "nord.example" not in progress
    [backup] = (tmp_path / "backups").iterdir()
    assert not stale.exists()

    before, empty = asyncio.run(all_rows(database)), asyncio.run(not_logged(database))
    restore = ("backup", "restore", str(backup), "--key", key)
    command("backup", "new-key", f"{key}.other")
    _, complaint = command(*restore[:-1], f"{key}.other", code=1)
    assert "was made with another key" in complaint
    _, complaint = command(*restore, "--key", f"{key}.other", code=1)
    assert "footfall-server backup: the database holds tenants or accounts; --replace" in complaint
    asyncio.run(database_factory.drop(database))

    said, _ = run("Restore a backup", {**environment, "BACKUP": str(backup)})
    told = next(line for line in said if "backup_id" in line)
    assert (told["backup_id"], told["rows"]) == (created["backup_id"], created["rows"])
    after = asyncio.run(all_rows(database))
    for table in before.keys() - empty - {"audit_log", "audit_heads"}:
        assert after[table] == before[table], table
    assert [line["ok"] for line in said if "ok" in line] == [True, True], "the audit logs are whole"

    damaged = backup / "tenants.rows.sealed"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    [bad], complaint = command("backup", "verify", str(backup), "--key", key, code=1)
    assert bad["ok"] is False
    assert "footfall-server backup: tenants.rows.sealed: " in complaint
    _, complaint = command(*restore, "--replace", code=1)
    assert "is damaged: tenants.rows.sealed: " in complaint
    asyncio.run(database_factory.drop(database))


def test_what_is_asked_wrongly_is_said(
    footfall_database: FootfallDatabase,
    settings_for: Settings,
    command: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = settings_for(footfall_database)
    command.told(environment)
    key, folder = environment["KEY"], Path(environment["BACKUPS"])
    command("backup", "new-key", key)
    with_key, without = (str(folder), "--key", key), (str(folder), "--key", "nowhere")

    def refused(complaint: str, *arguments: str) -> None:
        said, told = command("backup", *arguments, code=1)
        assert complaint in told
        assert told.count("\n") == 1
        assert not said

    refused("File exists", "new-key", key)
    refused("nowhere: no such file", "create", *without)
    refused("is no backup: it has no manifest.json", "verify", *with_key)
    refused("is no backup: it has no manifest.json", "restore", *with_key)
    monkeypatch.setenv("FOOTFALL_SERVER_POSTGRES__BACKUP_DSN", footfall_database.app_dsn)
    refused("is bound by row-level security", "create", *with_key)
    monkeypatch.delenv("FOOTFALL_SERVER_POSTGRES__BACKUP_DSN")
    refused("FOOTFALL_SERVER_POSTGRES__BACKUP_DSN", "create", *with_key)
    monkeypatch.delenv("FOOTFALL_SERVER_POSTGRES__OWNER_DSN")
    refused("FOOTFALL_SERVER_POSTGRES__OWNER_DSN", "restore", *with_key)
    assert not folder.exists()
