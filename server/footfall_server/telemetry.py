"""Logging: JSON lines on stderr, and no personal data or secret in them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

FORBIDDEN_KEYS = frozenset(
    {
        "access_token",
        "api_key",
        "authorization",
        "client_secret",
        "code_verifier",
        "crop",
        "crop_jpeg",
        "customer_name",
        "display_name",
        "dsn",
        "email",
        "embedding",
        "login_secret",
        "name",
        "password",
        "password_hash",
        "put_url",
        "secret",
        "secret_key",
        "setup_token",
        "source_url",
        "token",
        "vector",
    }
)
REDACTED = "[redacted]"


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the value of every key that may hold personal data or a secret, at any depth."""
    for key, value in event.items():
        event[key] = REDACTED if key.lower() in FORBIDDEN_KEYS else _redacted(value)
    return event


def _redacted(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: REDACTED if str(key).lower() in FORBIDDEN_KEYS else _redacted(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_redacted(inner) for inner in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[{len(value)} bytes]"
    return value


def configure_logging(*, log_format: str, log_level: str) -> None:
    """Sets up structlog for this process, and the standard library's loggers beneath it."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderers: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if log_format == "console"
        else [
            # Without the frames' local variables: they hold what must never be logged.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
    )
    level = logging.getLevelNamesMapping()[log_level]
    structlog.configure(
        processors=[*shared, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries say what they do at INFO and what they were given at DEBUG: neither belongs in our log.
    root.setLevel(max(level, logging.WARNING))
