"""Ends what a supervisor that was killed left behind, and nothing else."""

import asyncio
import signal

from footfall_local.processes import stop_stranger
from footfall_local.state import StackState

PATIENCE = 15.0


async def stop_leftovers(state: StackState | None) -> tuple[str, ...]:
    """Stop the processes of an earlier stack that still run; returns their components' names.

    Each is recognised by its pid and start time together, so that a process that got a pid after ours is
    never touched.
    """
    if state is None:
        return ()
    found = {
        name: component
        for name, component in state.components.items()
        if component.process is not None and component.process.is_running()
    }
    await asyncio.gather(
        *(
            stop_stranger(component.process, number=signal.Signals(component.stop_signal), patience=PATIENCE)
            for component in found.values()
            if component.process is not None
        )
    )
    return tuple(found)
