"""The cameras that the core wanted last, kept on disk: a site starts again without the core."""

import json
from pathlib import Path

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.camera_health import CameraSpec, DesiredCameras

_log = structlog.get_logger(__name__)


class DesiredCache:
    """One JSON file, readable by its owner only: it holds the cameras' passwords."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> DesiredCameras | None:
        """What was saved last; None when nothing was, or when it cannot be read."""
        try:
            saved = json.loads(self._path.read_text())
            return DesiredCameras(
                revision=int(saved["revision"]),
                cameras=tuple(
                    CameraSpec(
                        camera_id=str(camera["camera_id"]),
                        source_url=str(camera["source_url"]),
                        display_name=str(camera["display_name"]),
                    )
                    for camera in saved["cameras"]
                ),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            # The core sends the set again; what matters is to say why cameras start late.
            _log.warning("desired_cache_unreadable", error=type(error).__name__)
            return None

    def save(self, desired: DesiredCameras) -> None:
        """Keep this set. A full disk costs the cache and nothing else."""
        cameras = [
            {
                "camera_id": camera.camera_id,
                "source_url": camera.source_url,
                "display_name": camera.display_name,
            }
            for camera in desired.cameras
        ]
        try:
            write_atomically(
                self._path, json.dumps({"revision": desired.revision, "cameras": cameras}), mode=0o600
            )
        except OSError as error:
            _log.warning("desired_cache_unwritable", error=error.strerror)
