"""A real Milvus for tests and benchmarks: the standalone server of PyPI's `milvus`, on loopback only."""

import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from footfall_local.component import ProcessSpec
from footfall_local.probes import LOOPBACK, probe_grpc

HOST = Path(__file__).with_name("real_milvus_host.py")
PROGRAMS = Path(__file__).parents[1] / ".cache" / "milvus-2.3.5"
"""The unpacked server, kept from one run to the next: 250 MB, ten seconds of work."""
REQUIRED = "FOOTFALL_REQUIRE_REAL_MILVUS"
"""Set to 1 where tests must not be skipped for want of it."""
SERVES = "/milvus.proto.milvus.MilvusService/ListDatabases"


def what_is_lacking() -> str | None:
    """Why a real Milvus cannot run here; None when it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "PyPI's milvus 2.3.5 is for Linux on x86_64"
    if importlib.util.find_spec("milvus") is None:
        return "the package milvus is not installed"
    # Asked of another process: there is no way back out of a namespace.
    probe = subprocess.run([sys.executable, HOST, "--probe"], check=False, capture_output=True, text=True)
    return f"no real Milvus here: {probe.stderr.strip()}" if probe.returncode else None


def is_required() -> bool:
    """Whether its absence is a failure."""
    return os.environ.get(REQUIRED) == "1"


class RealMilvus:
    """One server of footfall_local's kind; takes about ten seconds to start, and goes on with its data."""

    name = "milvus"
    requires: tuple[str, ...] = ()
    start_timeout = 110.0

    def __init__(self, *, data: Path, port: int, settings: Sequence[str] = ()) -> None:
        """`settings` are of milvus.yaml, as path.of.key=value."""
        self._data = data
        self._port = port
        self._settings = settings

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    async def prepare(self) -> ProcessSpec:
        self._data.mkdir(parents=True, exist_ok=True)
        PROGRAMS.mkdir(parents=True, exist_ok=True)
        package = importlib.util.find_spec("milvus")
        assert package is not None
        assert package.origin is not None
        where = ("--port", str(self._port), "--data", str(self._data), "--programs", str(PROGRAMS))
        return ProcessSpec(
            argv=(sys.executable, str(HOST), *where, "--set", *self._settings),
            env={"PYTHONPATH": str(Path(package.origin).parents[1])},
            cwd=self._data,
        )

    async def check(self) -> None:
        await probe_grpc(self._port, SERVES)
