"""The spool's file: whole, and how full. And its key."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from footfall_edge.at_rest.key_file import KeyFile, KeyFileError
from footfall_edge.diagnosis.finding import Finding, Findings
from footfall_edge.spooling.depth import SpoolDepth, measure
from footfall_edge.spooling.schema import is_plain

_NEARLY_FULL = 0.8
_BUSY_TIMEOUT_S = 5.0
_MIB = 1024 * 1024
_SET_ASIDE = ("damaged", "unreadable")


@dataclass(frozen=True, slots=True)
class _Look:
    """fault: SQLite's words for what is broken. depth: None in a spool of the version before."""

    fault: str
    used_bytes: int
    depth: SpoolDepth | None


def check_spool(path: Path, key_file: Path | None, *, max_bytes: int) -> Sequence[Finding]:
    """Looks into the file without changing it; the worker may be at work on it.

    key_file: where the key was put; None is spool.key beside the spool.
    """
    findings = Findings("spool")
    _check_set_aside(findings, path)
    if not path.exists():
        findings.ok("file", "there is none yet; the worker makes it at its first start")
        return findings.all
    _check_key(findings, key_file or path.with_name("spool.key"))
    try:
        look = _look(path)
    except sqlite3.Error as error:
        findings.fail(
            "file",
            f"{path.name} cannot be read ({error})",
            "check the disk, and restart the worker: it sets the file aside and begins a new one",
        )
        return findings.all
    if look.fault:
        findings.fail(
            "file",
            f"it is damaged: {look.fault}",
            "check the disk, and restart the worker: it sets the file aside and begins a new one",
        )
    elif look.depth is None:
        findings.ok("file", "whole, of the version before; it is sealed at the worker's next start")
    else:
        findings.ok("file", "whole")
    if look.depth is not None:
        _check_fill(findings, look.depth, look.used_bytes, max_bytes)
        _check_losses(findings, look.depth)
    return findings.all


def _look(path: Path) -> _Look:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_TIMEOUT_S)) as database:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        pages, free, size = (
            int(database.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return _Look(
            fault="" if verdict == "ok" else str(verdict),
            used_bytes=(pages - free) * size,
            depth=None if is_plain(database) else measure(database),
        )


def _check_set_aside(findings: Findings, path: Path) -> None:
    aside = [
        each
        for kind in _SET_ASIDE
        for each in path.parent.glob(f"{path.name}.{kind}-*")
        if not each.name.endswith(("-wal", "-shm"))
    ]
    if aside:
        findings.warn(
            "set aside",
            f"damaged, or without their key: {', '.join(sorted(each.name for each in aside))}",
            "check the disk and the key file; what was in them was not sent; delete them when of no use",
        )


def _check_key(findings: Findings, path: Path) -> None:
    try:
        ring = KeyFile(path).load()
    except KeyFileError as error:
        findings.fail("key", str(error), "put the right file back; without it what is in the spool is lost")
        return
    if ring is None:
        findings.fail("key", f"{path} is missing", "put it back; without it what is in the spool is lost")
    else:
        findings.ok("key", "can be read")


def _check_fill(findings: Findings, depth: SpoolDepth, used: int, max_bytes: int) -> None:
    found = (
        f"{depth.events} events and {depth.images} images wait; {used / _MIB:.1f} of {max_bytes // _MIB} MiB"
    )
    if depth.oldest_seen is not None:
        found += f"; the oldest was seen at {depth.oldest_seen:%Y-%m-%d %H:%M} UTC"
    if used > max_bytes * _NEARLY_FULL:
        findings.warn("fill", found, "bring the core back, or raise FOOTFALL_EDGE_SPOOL_MAX_BYTES")
    else:
        findings.ok("fill", found)


def _check_losses(findings: Findings, depth: SpoolDepth) -> None:
    if depth.rejected:
        findings.warn(
            "rejected",
            f"the core refused {depth.rejected} events for good",
            "worker and core may be of different versions; the worker's log has the reasons",
        )
    if depth.dropped:
        findings.warn(
            "dropped",
            f"{depth.dropped} events were dropped since the spool was made",
            "the spool was full: raise FOOTFALL_EDGE_SPOOL_MAX_BYTES, or see why the core was away so long",
        )
    if depth.unreadable:
        findings.warn("unreadable", f"{depth.unreadable} events were changed on the disk", "check the disk")
