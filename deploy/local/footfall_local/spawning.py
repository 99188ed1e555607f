"""Starts child processes: own session, bare environment, output to a log, root dropped where asked."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from footfall_local import exec_child
from footfall_local.component import ComponentError, ProcessSpec

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH")
LITTLE_MEMORY: Mapping[str, str] = {"MALLOC_ARENA_MAX": "2"}
"""Threads take turns; by default each would keep memory of its own that it has freed (glibc only)."""
SHOWN_LINES = 12


def bare_environment(home: Path) -> dict[str, str]:
    """What a child needs of ours. Secrets, proxies and Python settings of the caller stay outside."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {"LANG": "C.UTF-8", **LITTLE_MEMORY, **kept, "HOME": str(home), "PYTHONUNBUFFERED": "1"}


def python_program(module: str, *arguments: str) -> tuple[str, ...]:
    """The argv that runs a module with the interpreter and packages of this process."""
    return (sys.executable, "-m", module, *arguments)


def spawn(spec: ProcessSpec, *, log: Path) -> subprocess.Popen[bytes]:
    """Start the process; it ends with us at the latest (on Linux)."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the argv is made by our components
            _wrapped(spec),
            cwd=spec.cwd,
            env=_environment(spec),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def run_to_end(spec: ProcessSpec, *, log: Path, timeout: float) -> str:  # noqa: ASYNC109 - the child is ended
    """Run a command to its end.

    Its standard error goes to the log, its standard output is returned (it may be a secret).

    Raises:
        ComponentError: it failed or took longer than `timeout` seconds.

    """
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *_wrapped(spec),
            cwd=spec.cwd,
            env=_environment(spec),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    label = shlex.join([Path(spec.argv[0]).name, *spec.argv[1:4]])
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        raise ComponentError(f"`{label}` did not end within {timeout:.0f} s; see {log}") from None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()
    if process.returncode != 0:
        raise ComponentError(f"`{label}` ended with code {process.returncode}; see {log}\n{tail(log)}")
    return output.decode()


def tail(log: Path, *, lines: int = SHOWN_LINES) -> str:
    """The log's last lines, or a sentence when there are none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            found = file.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        found = []
    return "\n".join(found) or "(it wrote nothing)"


def _wrapped(spec: ProcessSpec) -> list[str]:
    wrapper = [sys.executable, "-I", "-S", exec_child.__file__, "--parent", str(os.getpid())]
    wrapper += ["--death-signal", str(int(spec.stop_signal))]
    if spec.account is not None:
        wrapper += ["--uid", str(spec.account.uid), "--gid", str(spec.account.gid)]
    return [*wrapper, "--", *spec.argv]


def _environment(spec: ProcessSpec) -> Mapping[str, str]:
    return {**bare_environment(spec.cwd), **spec.env}
