"""footfall-server audit, as an operator and an auditor run it: on a real database, and on a file alone."""

import asyncio
import io
import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import pytest
from database_fixtures import FootfallDatabase
from footfall_server import administration, audit_administration
from footfall_server.__main__ import main
from footfall_server.domain.identifiers import new_id

PASSWORD = "correct horse battery"
NO_TENANT = "00000000-0000-0000-0000-000000000000"
DSN = "FOOTFALL_SERVER_POSTGRES__DSN"

Said = Sequence[Mapping[str, object]]


class CommandLine:
    """Runs subcommands in this process: each as a process of its own takes seconds to load the adapters."""

    def __init__(self, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._captured = captured

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

    def without_settings(self) -> None:
        """As on an auditor's machine."""
        self._patch.delenv(DSN)


@pytest.fixture
def run(
    footfall_database: FootfallDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    for name in os.environ:
        if name.startswith("FOOTFALL_SERVER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(DSN, footfall_database.app_dsn)
    for module in (administration, audit_administration):
        monkeypatch.setattr(module, "configure_logging", lambda **_: None)  # is the whole process's
    return CommandLine(monkeypatch, capsys)


def a_chain(run: CommandLine, name: str) -> str:
    """A tenant with two administrators, made by commands."""
    [made], _ = run("create-tenant", "--name", name)
    tenant_id = str(made["tenant_id"])
    for number in range(2):
        email = f"{number}@{new_id().hex}.example"
        arguments = ("create-admin", "--tenant-id", tenant_id, "--email", email)
        run(*arguments, stdin=f"{PASSWORD}\n")
    return tenant_id


async def delete_second(database: FootfallDatabase, tenant_id: str) -> None:
    server = await asyncpg.connect(database.superuser_dsn)
    await server.execute("delete from audit_log where tenant_id = $1::text::uuid and sequence = 2", tenant_id)
    await server.close()


def test_the_way_of_a_log_from_commands_to_an_auditor(
    footfall_database: FootfallDatabase, run: CommandLine, tmp_path: Path
) -> None:
    tenant_id = a_chain(run, "Kaufhaus Nord")
    said, _ = run("audit", "verify")
    assert {line["log"]: (line["entries"], line["ok"]) for line in said} == {
        NO_TENANT: (1, True),
        tenant_id: (2, True),
    }
    [own], _ = run("audit", "verify", "--tenant-id", tenant_id)
    assert own == next(line for line in said if line["log"] == tenant_id)
    [installation], _ = run("audit", "verify", "--platform")
    assert installation["log"] == NO_TENANT

    file = tmp_path / "log.jsonl"
    export = ("audit", "export", "--tenant-id", tenant_id, "--output", str(file))
    [exported], _ = run(*export)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["action"] for line in lines] == ["user.create", "user.create", "audit.export"]
    assert all(line["actor_id"] is None for line in lines)
    assert all(json.loads(line["detail"])["by"] == "operator" for line in lines)
    assert ".example" not in file.read_text(encoding="utf-8"), "addresses are personal"
    _, complaint = run(*export, code=1)
    assert "File exists" in complaint
    assert len(file.read_text(encoding="utf-8").splitlines()) == 3

    asyncio.run(delete_second(footfall_database, tenant_id))
    said, complaint = run("audit", "verify", code=1)
    assert {line["log"]: line["ok"] for line in said} == {NO_TENANT: True, tenant_id: False}
    assert f"the log of the tenant {tenant_id}: sequence 2: " in complaint
    assert complaint.count("\n") == 1

    run.without_settings()
    anchor = f"{exported['entries']}:{exported['hash']}"
    [checked], _ = run("audit", "verify-file", str(file), "--anchor", anchor)
    assert checked == {"log": tenant_id, "entries": 3, "hash": exported["hash"], "ok": True}
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines[:2]), encoding="utf-8")
    [cut], complaint = run("audit", "verify-file", str(file), "--anchor", anchor, code=1)
    assert (cut["ok"], cut["sequence"], cut["fault"]) == (False, 3, "truncated")
    assert "sequence 3: " in complaint


def test_what_is_asked_wrongly_is_said(run: CommandLine, tmp_path: Path) -> None:
    anchor = f"1:{'ab' * 32}"
    _, complaint = run("audit", "verify", "--anchor", anchor, code=1)
    assert "an anchor belongs to one log" in complaint
    other = ("--anchor", f"1:{'cd' * 32}")
    _, complaint = run("audit", "verify", "--platform", "--anchor", anchor, *other, code=1)
    assert "two anchors for sequence 1 differ" in complaint
    for bad in ("x", "0:" + "ab" * 32, "1:ab", "-1:" + "ab" * 32):
        _, complaint = run("audit", "verify", "--platform", f"--anchor={bad}", code=2)
        assert "must be a sequence from 1 on" in complaint
    unknown = ("--tenant-id", str(new_id()))
    _, complaint = run("audit", "verify", *unknown, code=1)
    assert "there is no" in complaint
    file = tmp_path / "log.jsonl"
    run("audit", "export", *unknown, "--output", str(file), code=1)
    assert not file.exists()
    _, complaint = run("audit", "verify-file", str(file), code=1)
    assert "No such file" in complaint
    file.write_text("geheim\n", encoding="utf-8")
    _, complaint = run("audit", "verify-file", str(file), code=1)
    assert "line 1 is no entry" in complaint
    assert "geheim" not in complaint
