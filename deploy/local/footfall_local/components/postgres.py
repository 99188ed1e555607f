"""PostgreSQL 18 from its wheel, on loopback TCP with scram passwords."""

import asyncio
import locale
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psutil

from footfall_local.accounts import Account
from footfall_local.component import ComponentError, ProcessSpec
from footfall_local.components.postgres_files import PostgresFiles, place_files
from footfall_local.probes import LOOPBACK, probe_postgres
from footfall_local.spawning import run_to_end

SUPERUSER = "postgres"
INITDB_TIMEOUT = 90.0
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # Nobody signs in without a password, so there is no socket that trusts by account.
    "unix_socket_directories": "",
    "max_connections": "80",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement or a DETAIL line may hold a person's data; neither belongs into a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
SHARED_BUFFERS_MB = 64
"""Enough for a demo's rows on a machine that does other work, too."""
SCRATCH_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster with a generated superuser password."""

    name = "postgres"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(
        self,
        *,
        data: Path,
        port: int,
        password: str,
        account: Account | None,
        durable: bool = True,
        shared_buffers_mb: int = SHARED_BUFFERS_MB,
    ) -> None:
        """Nothing is made or started here.

        Args:
            data: the cluster's folder, made by the first `prepare`. Another one is used when `account`
                cannot reach it: see `data_folder`.
            port: to listen on, loopback only.
            password: of the superuser `postgres`; used when the cluster is made.
            account: to run as, when this process is root.
            durable: False gives up crash safety for speed (tests).
            shared_buffers_mb: memory for pages of tables and indexes.

        """
        self._wanted_data = data
        self._port = port
        self._password = password
        self._account = account
        memory = {"shared_buffers": f"{shared_buffers_mb}MB"}
        self._settings = {**SETTINGS, **memory, **({} if durable else SCRATCH_SETTINGS)}

    @property
    def superuser_dsn(self) -> str:
        """postgresql://... for the database `postgres`. Secret."""
        return f"postgresql://{SUPERUSER}:{quote(self._password, safe='')}@{LOOPBACK}:{self._port}/postgres"

    @property
    def data_folder(self) -> Path:
        """Where the data really is."""
        return self._place().data

    async def prepare(self) -> ProcessSpec:
        files = await asyncio.to_thread(self._place)
        if not (files.data / "PG_VERSION").exists():
            await self._make_cluster(files)
        _remove_stale_pid_file(files.data)
        flags = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        argv = (str(files.programs / "postgres"), "-D", str(files.data), "-p", str(self._port), *flags)
        # SIGINT is the fast shutdown: open connections are cut, data is written.
        return ProcessSpec(argv=argv, cwd=files.data, account=self._account, stop_signal=signal.SIGINT)

    async def check(self) -> None:
        await probe_postgres(self.superuser_dsn)

    def _place(self) -> PostgresFiles:
        return place_files(self._wanted_data, self._account)

    async def _make_cluster(self, files: PostgresFiles) -> None:
        """Make the cluster beside its place and move it there whole: a crash leaves no half of one."""
        parent = files.data.parent
        with tempfile.TemporaryDirectory(prefix="initdb-", dir=parent) as scratch_name:
            scratch = Path(scratch_name)
            password_file = scratch / "password"
            password_file.touch(mode=0o600)
            password_file.write_text(self._password)
            fresh = scratch / "data"
            fresh.mkdir(mode=0o700)
            self._give_away([scratch, password_file, fresh])
            argv = [str(files.programs / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8"]
            argv += ["-A", "scram-sha-256", f"--pwfile={password_file}", "--locale=C.UTF-8", "--no-sync"]
            if not _has_c_utf8():
                argv[argv.index("--locale=C.UTF-8")] = "--locale=C"
            spec = ProcessSpec(argv=tuple(argv), cwd=scratch, account=self._account)
            await run_to_end(spec, log=scratch / "initdb.log", timeout=INITDB_TIMEOUT)
            if files.data.exists():  # what an interrupted start left: without PG_VERSION it is no cluster
                if any(files.data.iterdir()):
                    raise ComponentError(
                        f"{files.data} is neither empty nor a PostgreSQL cluster; move it away"
                    )
                files.data.rmdir()
            shutil.move(fresh, files.data)

    def _give_away(self, paths: Sequence[Path]) -> None:
        if self._account is not None:
            for path in paths:
                os.chown(path, self._account.uid, self._account.gid)


def _has_c_utf8() -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:  # macOS before 15
        return False
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return True


def _remove_stale_pid_file(data: Path) -> None:
    """Remove a postmaster.pid whose pid went to another program.

    PostgreSQL refuses to start then, which happens after a restart of the machine or container. In every
    other case the file stays: by it PostgreSQL finds backends that a killed server left behind, and two
    servers on one folder would destroy the data.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = abs(int(pid_file.read_text().split("\n", 1)[0]))
        stranger = psutil.Process(pid)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
    if not stranger.name().startswith("postgres") and not _has_backends(data):
        pid_file.unlink()


def _has_backends(data: Path) -> bool:
    """Whether any PostgreSQL process works in the data folder; each has it as its current one."""
    for process in psutil.process_iter(["name", "cwd"]):
        if (process.info["name"] or "").startswith("postgres") and process.info["cwd"] == str(data):
            return True
    return False
