"""What `footfall status` says: processes, health asked now, memory, ports."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from footfall_local.component import Component, NotReadyError
from footfall_local.home import StackHome
from footfall_local.plan import StackPlan
from footfall_local.processes import ProcessIdentity
from footfall_local.stack import build_components
from footfall_local.state import Phase, StackState


@dataclass(frozen=True)
class StatusReport:
    """A picture of this moment."""

    phase: str
    healthy: bool
    document: dict[str, Any]


def report_status(home: StackHome, state: StackState | None, plan: StackPlan | None) -> StatusReport:
    """Ask every component that should run how it is."""
    if state is None or plan is None or not state.is_alive:
        left = (
            [] if state is None else [name for name, item in state.components.items() if _alive(item.process)]
        )
        phase = "broken" if left else str(Phase.STOPPED)
        return StatusReport(phase, healthy=False, document={"phase": phase, "left_running": left})
    lacks = asyncio.run(_ask(build_components(home)(plan)))
    rows = {}
    total = _memory(state.supervisor, with_children=False)
    for name, item in state.components.items():
        used = _memory(item.process) if item.process is not None else 0
        total += used
        rows[name] = {
            "condition": str(item.condition),
            "healthy": name in lacks and lacks[name] is None,
            "lacks": lacks.get(name) or item.detail,
            "pid": item.pid,
            "restarts": item.restarts,
            "seconds_to_ready": item.seconds_to_ready,
            "memory_bytes": used,
            "log": item.log,
        }
    healthy = state.phase is Phase.RUNNING and all(row["healthy"] for row in rows.values())
    document = {
        "phase": str(state.phase),
        "healthy": healthy,
        "gateway_url": plan.gateway_url,
        "memory_bytes": total,
        "home": str(home.root),
        "sign_in": str(home.demo_env),
        "ports": plan.ports,
        "components": rows,
    }
    return StatusReport(str(state.phase), healthy=healthy, document=document)


async def _ask(components: Sequence[Component]) -> dict[str, str | None]:
    return dict(await asyncio.gather(*(_lack(component) for component in components)))


async def _lack(component: Component) -> tuple[str, str | None]:
    try:
        await component.check()
    except NotReadyError as error:
        return component.name, str(error)
    return component.name, None


def _alive(identity: ProcessIdentity | None) -> bool:
    return identity is not None and identity.is_running()


def _memory(identity: ProcessIdentity, *, with_children: bool = True) -> int:
    """Bytes of a process and what it started; shared pages are shared out (PSS) where the system tells."""
    try:
        process = psutil.Process(identity.pid)
        family = [process, *(process.children(recursive=True) if with_children else ())]
    except psutil.NoSuchProcess:
        return 0
    return sum(_own_memory(member) for member in family)


def _own_memory(process: psutil.Process) -> int:
    try:
        told = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(told, "pss", 0) or told.rss)
