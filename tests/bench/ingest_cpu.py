"""Where the processor's time goes while a phase runs."""

import os
import time
from dataclasses import dataclass

import psutil

PROGRAMS = {
    "footfall_server": "core",
    "milvus_lite": "milvus",
    "milvus run standalone": "milvus",
    "real_milvus_host": "relay",
    "postgres": "postgres",
    "weed": "seaweedfs",
}


@dataclass(frozen=True)
class CpuTimes:
    """Seconds of processor time so far: of the whole machine, and of each kind of our programs."""

    at: float
    busy: float
    total: float
    ours: dict[str, float]

    @classmethod
    def now(cls) -> "CpuTimes":
        host = psutil.cpu_times()
        total = sum(host[:8])
        idle = host.idle + getattr(host, "iowait", 0.0)
        here = psutil.Process()
        ours: dict[str, float] = {}
        for process in (here, *here.children(recursive=True)):
            try:
                kind = "bench" if process == here else _kind(process)
                ours[kind] = ours.get(kind, 0.0) + sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
        return cls(time.monotonic(), total - idle, total, ours)

    def until(self, later: "CpuTimes", events: int) -> dict[str, object]:
        """Processor time of each program per event, and what others took of the machine, in percent."""
        spent = {kind: later.ours[kind] - self.ours.get(kind, 0.0) for kind in sorted(later.ours)}
        foreign = max(0.0, later.busy - self.busy - sum(spent.values()))
        return {
            "cpu_us_per_event": {kind: round(1e6 * each / max(events, 1)) for kind, each in spent.items()},
            "foreign_cpu_percent": round(100 * foreign / max(later.total - self.total, 1e-9), 1),
            "load": round(os.getloadavg()[0], 1),
        }


def _kind(process: psutil.Process) -> str:
    said = f"{process.name()} {' '.join(process.cmdline())}"
    return next((kind for mark, kind in PROGRAMS.items() if mark in said), "other")
