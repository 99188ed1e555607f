"""The cameras that the core wanted last, kept on disk: a site starts again without the core."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.camera_health import CameraSpec, DesiredCameras
from footfall_edge.camera_settings import CameraSettings, from_plain, to_plain
from footfall_edge.leases import Lease

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedCameras:
    """What was wanted last. stopped: cameras that a command stopped."""

    desired: DesiredCameras
    stopped: frozenset[str] = frozenset()


class DesiredCache:
    """One JSON file, readable by its owner only: it holds the cameras' passwords."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved = ""

    def load(self) -> CachedCameras | None:
        """What was saved last; None when nothing was, or when it cannot be read."""
        try:
            return _from_plain(json.loads(self._path.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # The core sends the set again; what matters is to say why cameras start late.
            _log.warning("desired_cache_unreadable", error=type(error).__name__)
            return None

    def save(self, cached: CachedCameras) -> None:
        """Keep this. A full disk costs the cache and nothing else."""
        text = json.dumps(_to_plain(cached))
        if text == self._saved:
            return
        try:
            write_atomically(self._path, text, mode=0o600)
            self._saved = text
        except OSError as error:
            _log.warning("desired_cache_unwritable", error=error.strerror)


def _to_plain(cached: CachedCameras) -> dict[str, Any]:
    leases = {lease.camera_id: lease for lease in cached.desired.leases}
    return {
        "revision": cached.desired.revision,
        "cameras": [
            {
                "camera_id": camera.camera_id,
                "source_url": camera.source_url,
                "display_name": camera.display_name,
                "settings": to_plain(camera.settings),
                "lease": _lease_to_plain(leases.get(camera.camera_id)),
            }
            for camera in cached.desired.cameras
        ],
        "stopped": sorted(cached.stopped),
    }


def _lease_to_plain(lease: Lease | None) -> dict[str, Any] | None:
    if lease is None:
        return None
    return {"token": lease.token, "holder_worker_id": lease.holder_worker_id, "holder": lease.holder_name}


def _from_plain(plain: Mapping[str, Any]) -> CachedCameras:
    """Raises ValueError, KeyError, TypeError or AttributeError for what _to_plain() did not write."""
    cameras = plain["cameras"]
    return CachedCameras(
        desired=DesiredCameras(
            revision=int(plain["revision"]),
            cameras=tuple(
                CameraSpec(
                    camera_id=str(camera["camera_id"]),
                    source_url=str(camera["source_url"]),
                    display_name=str(camera["display_name"]),
                    # A file of an earlier version has none.
                    settings=from_plain(camera["settings"]) if "settings" in camera else CameraSettings(),
                )
                for camera in cameras
            ),
            leases=tuple(
                Lease(
                    camera_id=str(camera["camera_id"]),
                    token=int(lease["token"]),
                    holder_worker_id=str(lease["holder_worker_id"]),
                    holder_name=str(lease["holder"]),
                )
                for camera in cameras
                if (lease := camera.get("lease")) is not None
            ),
        ),
        stopped=frozenset(str(camera_id) for camera_id in plain.get("stopped", ())),
    )
