"""Who may read the worker's files."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from footfall_edge.diagnosis.finding import Finding, Findings

_PRIVATE = (
    "identity.json",
    "next_key.pem",
    "desired_cameras.json",
    "spool.sqlite",
    "spool.sqlite-wal",
    "spool.key",
    "staff_gallery",
    "command_results.json",
)
"""They hold keys, cameras' passwords or faces."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check_files(data_dir: Path, env_file: Path | None) -> Sequence[Finding]:
    """The data folder and what lies in it, and the file with the settings where there is one."""
    findings = Findings("files")
    if env_file is not None:
        _check_settings(findings, env_file)
    try:
        folder = data_dir.stat()
    except FileNotFoundError:
        findings.warn("data folder", f"{data_dir} is not there yet", "the worker makes it at its first start")
        return findings.all
    except OSError as error:
        findings.fail("data folder", f"{data_dir}: {error.strerror}", "run this as the worker's account")
        return findings.all
    if not stat.S_ISDIR(folder.st_mode):
        findings.fail("data folder", f"{data_dir} is no folder", "set FOOTFALL_EDGE_DATA_DIR to a folder")
        return findings.all
    if folder.st_uid != os.geteuid():
        findings.warn(
            "data folder",
            f"{data_dir} belongs to another account (uid {folder.st_uid})",
            "run this as the worker's account; the service must run as it, too",
        )
    elif folder.st_mode & _OTHERS_WRITE:
        findings.fail("data folder", f"others may write to {data_dir}", f"chmod go-w {data_dir}")
    else:
        findings.ok("data folder", f"{data_dir} is the worker's own")
    exposed = [name for name in _PRIVATE if _is_exposed(data_dir / name)]
    for name in exposed:
        findings.fail(name, "other accounts may read or write it", f"chmod 600 {data_dir / name}")
    if not exposed:
        findings.ok("private files", "nobody else may read them")
    return findings.all


def _check_settings(findings: Findings, path: Path) -> None:
    """A service's account may read it through its group, and nobody else: a key may be in it."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        findings.fail("settings", f"{path}: {error.strerror}", "run this as the worker's account")
        return
    if mode & (stat.S_IWGRP | stat.S_IRWXO):
        findings.fail("settings", f"others may read or write {path}", f"chmod 640 {path}")
    else:
        findings.ok("settings", f"nobody else may read {path}")


def _is_exposed(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False
