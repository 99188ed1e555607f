"""Commands a running demo camera over its control port."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

_TIMEOUT_S = 5.0


class PlayControlError(Exception):
    """The camera did not answer, or refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """What the camera says. `started_at` is the wall time of the last play's first frame, None before any."""

    rtsp_url: str
    playing: bool
    started_at: datetime | None
    duration_s: float
    clients: int

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        started = raw["started_at"]
        return cls(
            rtsp_url=str(raw["rtsp_url"]),
            playing=bool(raw["playing"]),
            started_at=None if started is None else datetime.fromisoformat(started),
            duration_s=float(raw["duration_s"]),
            clients=int(raw["clients"]),
        )


class PlayControl:
    """The camera's remote control. Every call raises PlayControlError when it fails."""

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self._address = f"http://{host}:{port}"

    def state(self) -> CameraState:
        return self._ask("GET", "/state")

    def start(self) -> CameraState:
        """Begins the play; fails while one is running."""
        return self._ask("POST", "/start")

    def stop(self) -> CameraState:
        """Ends the play: the shop is empty."""
        return self._ask("POST", "/stop")

    def _ask(self, method: str, path: str) -> CameraState:
        request = urllib.request.Request(self._address + path, method=method)  # noqa: S310 - loopback http
        # A proxy in the environment is for the outside, not for loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                return CameraState.from_json(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            raise PlayControlError(f"the demo camera answers {error.code}: {said}") from error
        except (OSError, ValueError, KeyError) as error:
            raise PlayControlError(f"the demo camera does not answer at {self._address}: {error}") from error
