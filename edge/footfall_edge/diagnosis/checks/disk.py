"""Room on the disk of the data folder, and how fast it is."""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from footfall_edge.diagnosis.finding import Finding, Findings

_LEAST_FREE = 64 * 1024 * 1024
_MEASURED_BYTES = 8 * 1024 * 1024
_SYNCS = 15
_SLOW_SYNC_S = 0.2
"""An event is on the disk before it counts: below five a second a busy shop's worker falls behind."""
_MIB = 1024 * 1024


def check_disk(data_dir: Path, *, spool_max_bytes: int) -> Sequence[Finding]:
    """Room for the spool to grow to its limit, and the time that a safe write takes."""
    findings = Findings("disk")
    folder = data_dir if data_dir.is_dir() else _nearest(data_dir)
    free = shutil.disk_usage(folder).free
    wanted = max(spool_max_bytes - _size(data_dir), 0)
    room = f"{free // _MIB} MiB are free, {wanted // _MIB} MiB of them for the spool to grow"
    if free < _LEAST_FREE:
        findings.fail("room", room, "free some room: the worker is about to lose what it sees")
    elif free < wanted + _LEAST_FREE:
        findings.warn("room", room, "free some room, or lower FOOTFALL_EDGE_SPOOL_MAX_BYTES")
    else:
        findings.ok("room", room)
    if free >= _MEASURED_BYTES * 2:
        _measure(findings, folder)
    return findings.all


def _measure(findings: Findings, folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            began = time.perf_counter()
            file.write(os.urandom(_MEASURED_BYTES))
            os.fsync(file.fileno())
            rate = _MEASURED_BYTES / _MIB / (time.perf_counter() - began)
            syncs = []
            for _ in range(_SYNCS):
                began = time.perf_counter()
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
                syncs.append(time.perf_counter() - began)
    except OSError as error:
        findings.fail(
            "writing", f"{folder} cannot be written: {error.strerror}", "run this as the worker's account"
        )
        return
    took = statistics.median(syncs)
    found = f"{rate:.0f} MiB/s; a safe write takes {took * 1000:.1f} ms"
    if took > _SLOW_SYNC_S:
        findings.warn("writing", found, "the disk is very slow or failing: look at its health, or replace it")
    else:
        findings.ok("writing", found)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("spool.sqlite*"))


def _nearest(path: Path) -> Path:
    """The nearest folder above that is there: where the data folder would be made."""
    return next(each for each in path.absolute().parents if each.is_dir())
