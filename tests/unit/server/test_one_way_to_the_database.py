"""Nobody reaches the database but through a transaction that was opened for a tenant, or for the platform.

Three lints say so: ruff bans what makes connections, import-linter bans the libraries outside of
storage/postgres, and here is what neither can see. Each of them is shown something planted.
"""

import ast
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PRODUCT = ("server", "migrations", "deploy/local", "webui", "gateway", "edge", "vision")
POSTGRES = "server/footfall_server/storage/postgres/"

MAKING = frozenset({"connect", "create_pool", "create_engine", "create_async_engine"})
OPENING = MAKING | {"begin", "begin_nested", "raw_connection", "acquire"}
"""What makes connections; and with the methods of engines, connections and pools that open a transaction."""
MAY_OPEN: Mapping[str, str] = {
    f"{POSTGRES}transactions.py": "opens every transaction",
    f"{POSTGRES}engine.py": "makes the pool",
    f"{POSTGRES}notifications.py": "listens; reads no table",
    f"{POSTGRES}bootstrap.py": "makes roles and the database, as a superuser",
    f"{POSTGRES}snapshots.py": "reads all tenants for a backup, as a role of its own",
    f"{POSTGRES}restoring.py": "puts a backup back, as the owner",
    "migrations/footfall_migrations/run.py": "changes the schema, as its owner",
}

SCOPE_WORDS = ("set local role", "set role", "set session", "reset role", "app.tenant_id", "app.site_ids")
"""What decides whose rows a transaction sees."""
MAY_SET_SCOPE: Mapping[str, str] = {
    f"{POSTGRES}transactions.py": "sets the tenant and the sites",
    f"{POSTGRES}platform.py": "enters and leaves the platform's role",
    "migrations/footfall_migrations/versions/r0001_tenants.py": "reads the tenant in its function",
    "migrations/footfall_migrations/versions/r0015_audit_chain.py": "names the log that is chained",
    "migrations/footfall_migrations/versions/r0017_site_scope.py": "reads the sites in its function",
}


def sources() -> Iterator[tuple[str, str]]:
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def touches_the_database(path: str) -> bool:
    """Elsewhere `begin` is that of our own port: the libraries are not there."""
    return path.startswith((POSTGRES, "migrations/"))


def openings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in OPENING:
                yield f"line {node.lineno}: .{name}()"
            case ast.Call(func=ast.Name(id=name)) if name in MAKING:
                yield f"line {node.lineno}: {name}()"


def scope_words(source: str) -> Iterator[str]:
    """Where a text of the program holds one of the words; docstrings and comments are not run."""
    tree = ast.parse(source)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            said = " ".join(node.value.lower().split())
            yield from (f"line {node.lineno}: {word}" for word in SCOPE_WORDS if word in said)


UNCONFINED: Mapping[str, str] = {
    "services/accounts.py": "reads the caller's own account or key, whatever its sites",
    "services/images.py": "a tenant's own rule of retention is of no site; images are asked for confined",
    "services/model_changes.py": "for administrators of the whole tenant",
    "services/staff.py": "a person is known at all sites; whom the caller reaches is asked first",
    "services/staff_faces.py": "as staff.py: a face is compared with those of all sites",
    "services/staff_recognition.py": "as staff_faces.py; of what is found the caller is shown its own sites'",
    "services/tenant_switching.py": "tells the tenant's log, for who acts for another or none",
}
"""What acts for a caller in transactions that see all sites, and why."""


def unconfined(source: str) -> Iterator[str]:
    """Functions that are told who calls, and open a transaction that does not depend on it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if "principal" not in {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}:
            continue
        for inner in ast.walk(node):
            match inner:
                case ast.Call(func=ast.Attribute(attr="begin" | "begin_exclusive"), keywords=keywords) if (
                    "sites" not in {each.arg for each in keywords}
                ):
                    yield node.name


def test_who_calls_decides_which_sites_are_seen() -> None:
    found = {
        path.removeprefix("server/footfall_server/"): told
        for path, source in sources()
        if path.startswith(("server/footfall_server/services/", "server/footfall_server/live/"))
        and (told := list(unconfined(source)))
    }
    strangers = {path: told for path, told in found.items() if path not in UNCONFINED}
    assert not strangers, f"use begin_for or begin_exclusive_for of services.scope: {strangers}"
    assert found.keys() == UNCONFINED.keys(), "the list names what is confined"


def test_a_transaction_that_does_not_ask_who_calls_is_seen() -> None:
    planted = "async def f(self, principal):\n    async with self.t.begin({}) as tx:\n        pass\n"
    assert list(unconfined(planted.format("tenant_of(principal)"))) == ["f"]
    assert not list(unconfined(planted.format("tenant, sites=principal.site_ids")))


def test_transactions_are_opened_in_one_place() -> None:
    found = {
        path: told
        for path, source in sources()
        if touches_the_database(path) and (told := list(openings(source)))
    }
    strangers = {path: told for path, told in found.items() if path not in MAY_OPEN}
    assert not strangers, f"use ports.Transactions: {strangers}"
    assert found.keys() | {f"{POSTGRES}engine.py"} >= MAY_OPEN.keys(), "the list names who opens nothing"


def test_whose_rows_are_seen_is_decided_in_one_place() -> None:
    found = {path: told for path, source in sources() if (told := list(scope_words(source)))}
    strangers = {path: told for path, told in found.items() if path not in MAY_SET_SCOPE}
    assert not strangers, f"use ports.Transactions: {strangers}"
    assert found.keys() == MAY_SET_SCOPE.keys(), "the list names who sets nothing"


@pytest.mark.parametrize(
    "planted",
    [
        "async def f(engine):\n    async with engine.begin() as connection:\n        pass\n",
        "async def f(engine):\n    return await engine.connect()\n",
        "async def f(pool):\n    return await pool.acquire()\n",
        "from asyncpg import connect\nasync def f():\n    return await connect('')\n",
    ],
)
def test_a_second_way_is_seen(planted: str) -> None:
    assert list(openings(planted))


@pytest.mark.parametrize(
    "planted",
    [
        'TEXT = "SET  LOCAL\\n ROLE footfall_platform"\n',
        "async def f(c, t):\n    await c.execute(f\"select set_config('app.tenant_id', '{t}', false)\")\n",
        'def f(c):\n    "Fine here: app.tenant_id."\n    c.run("reset role")\n',
    ],
)
def test_a_scope_that_is_set_elsewhere_is_seen(planted: str) -> None:
    assert list(scope_words(planted))


def test_documentation_may_name_the_settings() -> None:
    assert not list(scope_words('"""Sets app.tenant_id."""\n'))


@pytest.mark.parametrize(
    "planted",
    [
        "import asyncpg\n\nCONNECT = asyncpg.connect\n",
        "from asyncpg import create_pool\n\nPOOL = create_pool\n",
        "from sqlalchemy.ext.asyncio import create_async_engine\n\nMAKE = create_async_engine\n",
        "from sqlalchemy import create_engine\n\nMAKE = create_engine\n",
        "import sqlalchemy.ext.asyncio as database\n\nMAKE = database.create_async_engine\n",
    ],
)
@pytest.mark.parametrize(
    "place", ["server/footfall_server/services/planted.py", f"{POSTGRES}planted.py", "server/planted.py"]
)
def test_ruff_refuses_another_connection(planted: str, place: str) -> None:
    ruff = Path(sysconfig.get_path("scripts")) / "ruff"
    command = [ruff, "check", "--no-cache", "--select", "TID251", "--stdin-filename", place, "-"]
    told = subprocess.run(command, input=planted, capture_output=True, text=True, cwd=ROOT, check=False)
    assert told.returncode == 1, f"nothing was said of {place}: {told.stdout}{told.stderr}"
    assert "TID251" in told.stdout


def test_import_linter_refuses_the_libraries_outside_of_the_adapter(tmp_path: Path) -> None:
    """A core with one import more breaks the contract that the real one keeps."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    [contract] = [each for each in contracts if each["name"].startswith("only storage.postgres")]
    assert "footfall_server.services" in contract["source_modules"]
    forbidden = [each for each in contract["forbidden_modules"] if not each.startswith("footfall")]
    planted = tmp_path / "footfall_server" / "services"
    planted.mkdir(parents=True)
    for folder in (planted.parent, planted):
        (folder / "__init__.py").write_text("", encoding="utf-8")
    (planted / "planted.py").write_text("import asyncpg\n", encoding="utf-8")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = footfall_server\ninclude_external_packages = True\n"
        f"[importlinter:contract:one]\nname = {contract['name']}\ntype = {contract['type']}\n"
        "source_modules = footfall_server.services\n"
        "forbidden_modules =\n" + "".join(f"    {each}\n" for each in forbidden),
        encoding="utf-8",
    )
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    told = subprocess.run(
        [*command, "--config", tmp_path / ".importlinter", "--no-cache"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        check=False,
    )
    assert "footfall_server.services.planted -> asyncpg" in told.stdout, told.stdout + told.stderr
