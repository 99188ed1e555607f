"""The worker that runs on this machine, as seen from another process."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from footfall_edge.diagnosis.local_http import LOOPBACK
from footfall_edge.settings import EdgeSettings

_TIMEOUT_S = 6.0
_FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """status: what its /status page or, without the page, a fresh status.json says; None: it does not run."""

    status: dict[str, Any] | None
    by_http: bool = False
    cameras: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By camera id."""

    @classmethod
    def of(cls, status: dict[str, Any] | None, *, by_http: bool = False) -> "RunningWorker":
        """As the status says."""
        listed = status.get("cameras", []) if status else []
        return cls(status, by_http, {str(camera["camera_id"]): camera for camera in listed})


async def find_running(settings: EdgeSettings) -> RunningWorker:
    """The worker of this data folder. One of another folder, on the same port, is passed over."""
    written = await asyncio.to_thread(_read, settings.data_dir / "status.json")
    asked = await _ask(settings.http_port) if settings.http_port else None
    if asked is not None and written is not None and asked.get("pid") == written.get("pid"):
        return RunningWorker.of(asked, by_http=True)
    return RunningWorker.of(written if written is not None and _is_fresh(written) else None)


async def _ask(port: int) -> dict[str, Any] | None:
    # aiohttp asks no proxy of the environment, which could not reach this machine's own loopback.
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as client,
            client.get(f"http://{LOOPBACK}:{port}/status") as answer,
        ):
            status = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None
    return status if answer.status == 200 and isinstance(status, dict) else None  # noqa: PLR2004 (HTTP)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        status = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return status if isinstance(status, dict) else None


def _is_fresh(status: dict[str, Any]) -> bool:
    try:
        written = datetime.fromisoformat(status["time"])
        return status["state"] != "stopped" and datetime.now(UTC) - written <= _FRESH
    except (ValueError, KeyError, TypeError):
        return False
