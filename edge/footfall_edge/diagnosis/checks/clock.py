"""Whether this machine's clock is right: certificates, tokens and the times of visits depend on it."""

import asyncio
import contextlib
import shutil
from collections.abc import Sequence
from datetime import timedelta

from footfall_edge.diagnosis.finding import Finding, Findings

TOLERATED = timedelta(seconds=2)
REFUSED = timedelta(seconds=30)
"""A worker that signs in by its certificate is refused from here on."""
_TIMEOUT_S = 5.0
_ADVICE = (
    "have NTP keep it: timedatectl set-ntp true (Linux), or System Settings, General, Date & Time (Mac);"
    " where NTP is blocked, allow UDP port 123 or name the network's own server"
)


async def check_clock(offset: timedelta | None) -> Sequence[Finding]:
    """offset: this machine's clock less the core's, right to a second or so; None when nobody told."""
    findings = Findings("clock")
    if offset is None:
        findings.warn("offset", "not known: the core did not tell its time", "see the core's findings")
    else:
        seconds = offset.total_seconds()
        found = f"{abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} the core"
        if abs(offset) > REFUSED:
            findings.fail("offset", found, _ADVICE)
        elif abs(offset) > TOLERATED:
            findings.warn("offset", found, _ADVICE)
        else:
            findings.ok("offset", f"within {TOLERATED.total_seconds():.0f} s of the core")
    synchronised = await _is_synchronised()
    if synchronised is False:
        findings.warn("NTP", "the system says that its clock is not synchronised", _ADVICE)
    elif synchronised:
        findings.ok("NTP", "the system says that its clock is synchronised")
    return findings.all


async def _is_synchronised() -> bool | None:
    """What systemd says; None where there is no systemd."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    with contextlib.suppress(OSError, TimeoutError):
        process = await asyncio.create_subprocess_exec(
            program,
            "show",
            "--property=NTPSynchronized",
            "--value",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(_TIMEOUT_S):
            told, _ = await process.communicate()
        return {b"yes": True, b"no": False}.get(told.strip())
    return None
