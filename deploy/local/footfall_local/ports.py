"""Which loopback port each part of the stack listens on."""

import random
import socket
from collections.abc import Mapping

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


def free_port(*, avoid: frozenset[int] = frozenset()) -> int:
    """A port that is free now and not one of `avoid`."""
    for port in random.sample(FREE_RANGE, k=len(FREE_RANGE)):
        if port not in avoid and is_free(port):
            return port
    raise PortTakenError(f"no free port between {FREE_RANGE.start} and {FREE_RANGE.stop - 1}")


def assign_ports(preferred: Mapping[str, int]) -> dict[str, int]:
    """The preferred port for each name, or another free one where it is taken or 0 is preferred."""
    assigned: dict[str, int] = {}
    for name, port in preferred.items():
        used = frozenset(assigned.values())
        usable = port != 0 and port not in used and is_free(port)
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
