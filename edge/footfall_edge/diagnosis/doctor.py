"""`footfall-edge doctor`: looks at everything that a worker needs, and says what to do."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.capture.opencv import OpenVideo
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.diagnosis.camera_look import look_at
from footfall_edge.diagnosis.checks.cameras import check_cameras
from footfall_edge.diagnosis.checks.clock import check_clock
from footfall_edge.diagnosis.checks.core import check_core
from footfall_edge.diagnosis.checks.disk import check_disk
from footfall_edge.diagnosis.checks.files import check_files
from footfall_edge.diagnosis.checks.models import check_models
from footfall_edge.diagnosis.checks.spool import check_spool
from footfall_edge.diagnosis.checks.worker import check_worker
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.diagnosis.running_worker import find_running
from footfall_edge.settings import EdgeSettings

_log = structlog.get_logger(__name__)

Say = Callable[[str], None]


async def examine(
    settings: EdgeSettings, *, env_file: Path | None, open_video: OpenVideo, look_s: float, say: Say
) -> Sequence[Finding]:
    """Every check, also after one that failed.

    env_file: where settings came from, too. say: told what is looked at, for who waits.

    Changes nothing, and does no harm to a worker that runs meanwhile.
    """
    say("the worker, its files, its disk")
    running = await find_running(settings)
    cached = await asyncio.to_thread(DesiredCache(settings.data_dir / "desired_cameras.json").load)
    desired = cached.desired if cached is not None else None
    findings = [*_safely("worker", lambda: check_worker(settings, running))]
    checks: list[tuple[str, Callable[[], Sequence[Finding]]]] = [
        ("files", partial(check_files, settings.data_dir, env_file)),
        ("disk", partial(check_disk, settings.data_dir, spool_max_bytes=settings.spool_max_bytes)),
        (
            "spool",
            partial(
                check_spool,
                settings.data_dir / "spool.sqlite",
                settings.spool_key_file,
                max_bytes=settings.spool_max_bytes,
            ),
        ),
    ]
    for area, check in checks:
        findings += await asyncio.to_thread(_safely, area, check)
    say("the models")
    cameras = desired.cameras if desired else ()
    of_models, vision = await asyncio.to_thread(check_models, settings, cameras=len(cameras))
    findings += of_models
    say("the core and the clock")
    of_core, offset = await check_core(settings)
    findings += [*of_core, *await check_clock(_measured(running.status) or offset)]
    if cameras:
        say(f"{len(cameras)} cameras, for {look_s:.0f} s")
    detect = vision.detect if vision is not None else lambda _: ()
    look = partial(look_at, open_video=open_video, detect=detect, seconds=look_s)
    findings += await check_cameras(desired, running, look=look, look_s=look_s)
    return findings


def _measured(status: dict[str, Any] | None) -> timedelta | None:
    """Our clock less the core's, as a running worker measured it; better than a sign-in can."""
    told = status.get("clock_offset_s") if status else None
    return timedelta(seconds=-told) if isinstance(told, int | float) else None


def _safely(area: str, check: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """A check that breaks down is a finding, too, and the others go on."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (whatever an ailing machine makes of a check)
        _log.exception("check_broke_down", area=area)
        return [
            Finding(
                area=area,
                subject="check",
                verdict=Verdict.FAIL,
                found=f"the check itself broke down ({type(error).__name__})",
                advice="report this with what is said above",
            )
        ]
