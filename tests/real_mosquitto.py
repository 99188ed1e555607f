"""A real MQTT broker for tests: mosquitto, as the system's packages have it, on loopback with a password."""

import asyncio
import os
import shutil
from pathlib import Path

from footfall_local.component import NotReadyError, ProcessSpec
from footfall_local.probes import LOOPBACK

REQUIRED = "FOOTFALL_REQUIRE_MOSQUITTO"
"""Set to 1 where tests must not be skipped for want of it."""
USERNAME, PASSWORD = "footfall", "broker-secret"
_FOLDERS = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin{os.pathsep}/usr/local/sbin"


def what_is_lacking() -> str | None:
    """Why mosquitto cannot run here; None when it can."""
    for program in ("mosquitto", "mosquitto_passwd"):
        if shutil.which(program, path=_FOLDERS) is None:
            return f"{program} is not installed (Debian and Ubuntu: apt-get install mosquitto)"
    return None


def is_required() -> bool:
    """Whether its absence is a failure."""
    return os.environ.get(REQUIRED) == "1"


class Mosquitto:
    """One broker of footfall_local's kind; it keeps sessions and what waits for them when it is restarted."""

    name = "mosquitto"
    requires: tuple[str, ...] = ()
    start_timeout = 20.0

    def __init__(self, *, data: Path, port: int) -> None:
        self._data = data
        self._port = port

    @property
    def url(self) -> str:
        return f"mqtt://{LOOPBACK}:{self._port}"

    async def prepare(self) -> ProcessSpec:
        self._data.mkdir(parents=True, exist_ok=True)
        passwords = self._data / "passwords"
        config = self._data / "mosquitto.conf"
        if not passwords.exists():
            passwords.touch(mode=0o600)
            made = await asyncio.create_subprocess_exec(
                _program("mosquitto_passwd"), "-b", str(passwords), USERNAME, PASSWORD
            )
            assert await made.wait() == 0
        account = "root" if os.geteuid() == 0 else ""
        lines = [
            f"listener {self._port} {LOOPBACK}",
            "allow_anonymous false",
            f"password_file {passwords}",
            "persistence true",
            f"persistence_location {self._data}/",
            "max_queued_messages 0",
            *([f"user {account}"] if account else []),
        ]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ProcessSpec(argv=(_program("mosquitto"), "-c", str(config)), cwd=self._data)

    async def check(self) -> None:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self._port)
        except OSError as error:
            raise NotReadyError(type(error).__name__) from None
        writer.close()


def _program(name: str) -> str:
    found = shutil.which(name, path=_FOLDERS)
    assert found is not None
    return found
