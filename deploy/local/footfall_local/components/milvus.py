"""milvus-lite's server: the face index on loopback."""

from pathlib import Path

from footfall_local.component import ProcessSpec
from footfall_local.probes import LOOPBACK, probe_grpc
from footfall_local.spawning import python_program

VERSION_METHOD = "/milvus.proto.milvus.MilvusService/GetVersion"

UNSEALED_BYTES = 1 << 18
"""How much milvus-lite holds unsealed: some hundred faces. It walks those one by one in Python for every
search, 45 us each, and searches what is sealed by matrix: with its default of 128 MiB, 5000 faces take 220 ms
instead of 20 to 30. With less, tenants of thousands pay for many small segments until they are merged."""


class Milvus:
    """One server process; it alone may open its data folder."""

    name = "milvus"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(self, *, data: Path, port: int) -> None:
        self._data = data
        self._port = port

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    async def prepare(self) -> ProcessSpec:
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Its own default host is every interface.
        flags = ("--host", LOOPBACK, "--port", str(self._port), "--data-dir", str(self._data))
        return ProcessSpec(
            argv=python_program("milvus_lite", "server", *flags),
            # Searches here are small; a pool of BLAS threads per process would only fight for the cores.
            env={
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES": str(UNSEALED_BYTES),
            },
            cwd=self._data,
        )

    async def check(self) -> None:
        await probe_grpc(self._port, VERSION_METHOD)
