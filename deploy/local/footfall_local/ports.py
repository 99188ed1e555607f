"""Which loopback port each part of the stack listens on."""

import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil

from footfall_local.probes import LOOPBACK

# Below the ranges that Linux (32768) and macOS (49152) take for outgoing connections, so that a port that
# is free now does not become somebody's outgoing one before our server has bound it.
FREE_RANGE = range(22000, 32000)


class PortTakenError(Exception):
    """A port that was asked for is in use."""


def is_free(port: int) -> bool:
    """Whether a server of ours could bind the port on loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose old connections are still in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


class _Claims:
    """Ports that processes of this user have chosen and perhaps not bound yet.

    A server binds its port some time after it was chosen, and until then another process may find it free
    and choose it as well. So who chooses locks the byte of that number in one shared file; the system gives
    the lock up when the process ends.
    """

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def claim(self, port: int) -> bool:
        """Whether no other process has chosen the port; none may from now on."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            return False
        return True


@cache
def _claims() -> _Claims:
    # Kept open: closing any descriptor of the file would give up all locks.
    return _Claims(Path(tempfile.gettempdir()) / f"footfall-ports-{os.getuid()}")


def free_port(*, avoid: frozenset[int] = frozenset()) -> int:
    """A port that is free now, not one of `avoid`, and that no other process gets while this one runs."""
    # Whoever seeds `random` (property tests do) must not make two processes try ports in one order.
    for port in random.SystemRandom().sample(FREE_RANGE, k=len(FREE_RANGE)):
        if port not in avoid and _claims().claim(port) and is_free(port):
            return port
    raise PortTakenError(f"no free port between {FREE_RANGE.start} and {FREE_RANGE.stop - 1}")


def assign_ports(preferred: Mapping[str, int], *, asked: Mapping[str, int] | None = None) -> dict[str, int]:
    """The preferred port for each name, or another free one where it is taken or 0 is preferred.

    `asked` are ports that somebody chose by hand and that are known to be free: these are not replaced, even
    if the process that asks has claimed them for this one.
    """
    assigned = dict(asked or {})
    for name, port in preferred.items():
        if name in assigned:
            continue
        used = frozenset(assigned.values())
        usable = port != 0 and port not in used and _claims().claim(port) and is_free(port)
        assigned[name] = port if usable else free_port(avoid=used | frozenset(preferred.values()))
    return assigned


def describe_owner(port: int) -> str:
    """Who listens on the port, as far as the system tells us."""
    try:
        listeners = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells only root
        return "another process"
    for connection in listeners:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "another process"
