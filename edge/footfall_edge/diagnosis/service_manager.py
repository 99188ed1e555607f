"""Tells the service manager that started the worker how it does (sd_notify(3) of systemd).

One datagram each to the socket that NOTIFY_SOCKET names. Elsewhere (launchd, a terminal) nobody listens.
"""

import os
import socket
from collections.abc import Mapping
from typing import Self

import structlog

_log = structlog.get_logger(__name__)


class ServiceManager:
    """What systemd wants to know. A message that cannot be sent costs nothing but the message."""

    def __init__(self, address: str) -> None:
        """address: a path, or @name for one of Linux's abstract sockets; empty when nobody listens."""
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """As the process was started."""
        return cls(environment.get("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """The worker is at work."""
        self._send("READY=1")

    def alive(self) -> None:
        """Its loops turn. Who does not hear this for WatchdogSec kills the worker and starts it again."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """It is about to end by itself."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.connect(self._address)
                sender.send(message.encode())
        except OSError as error:
            _log.warning("service_manager_not_reached", error=error.strerror)
