"""`footfall-web`: serves the built console."""

import socket
import sys

import structlog
import uvicorn
from pydantic import ValidationError

from footfall_web.app import create_app
from footfall_web.bundle import BundleError
from footfall_web.settings import WebSettings
from footfall_web.telemetry import configure_logging

SHUTDOWN_SECONDS = 5
IDLE_SECONDS = 75
"""Longer than the gateway keeps an idle connection: a side that closes one never meets a request on it."""


def main() -> int:
    """Serve until a signal ends it; returns the exit code."""
    try:
        settings = WebSettings()
        app = create_app(settings)
        listener = _listen(settings)
    except ValidationError as error:
        faults = "; ".join(f"FOOTFALL_WEB_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        return _refuse(faults)
    except BundleError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    structlog.get_logger().info("web_listening", host=settings.host, port=settings.port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )
    server.run(sockets=[listener])
    return 0


def _listen(settings: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _refuse(reason: str) -> int:
    sys.stderr.write(f"footfall-web: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
