"""Whether the worker runs, and what it says of itself."""

from collections.abc import Sequence

from footfall_edge.diagnosis.finding import Finding, Findings
from footfall_edge.diagnosis.running_worker import RunningWorker
from footfall_edge.settings import EdgeSettings


def check_worker(settings: EdgeSettings, running: RunningWorker) -> Sequence[Finding]:
    """The process and its link."""
    findings = Findings("worker")
    status = running.status
    if status is None:
        findings.warn(
            "process",
            "it does not run",
            "start it: systemctl start footfall-edge (Linux), or scripts/mac/setup.zsh start (Mac)",
        )
        return findings.all
    if faults := status.get("faults"):
        findings.fail("process", "; ".join(faults), "restart it, and report this with its log")
    else:
        findings.ok("process", f"runs (pid {status.get('pid')}, version {status.get('version')})")
    if settings.http_port and not running.by_http:
        findings.warn(
            "pages",
            f"do not answer on 127.0.0.1:{settings.http_port}",
            "another program may hold the port: set FOOTFALL_EDGE_HTTP_PORT and restart the worker",
        )
    state, detail = status.get("state"), status.get("detail")
    if state == "online":
        findings.ok("link", f"online since {status.get('since')}")
    else:
        findings.fail("link", f"{state}: {detail}".rstrip(": "), "see the core's findings below")
    return findings.all
