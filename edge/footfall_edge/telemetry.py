"""Structured logging: one JSON object a line on stderr or in a file, or coloured text for people."""

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Any

import structlog

_FILE_BYTES = 10 * 1024 * 1024
_OLD_FILES = 5


class LogFile:
    """A file that is put aside when it is 10 MiB large; five old ones are kept."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be opened."""
        self._handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
        )
        self._handler.terminator = ""

    def write(self, text: str) -> None:
        """Append. What a full disk does not take is lost, and told on stderr."""
        record = {"msg": text, "levelno": logging.INFO, "levelname": "INFO"}
        self._handler.handle(logging.makeLogRecord(record))

    def flush(self) -> None:
        """Each write is flushed already."""


def configure_logging(*, level: str, log_format: str, log_file: Path | None = None) -> None:
    """Set up structlog for the process. Call once, before the first logger speaks.

    log_file: in place of stderr. Raises OSError when it cannot be opened.
    """
    renderers: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=log_file is None and sys.stderr.isatty())]
        if log_format == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    # WriteLogger asks for a text file and uses no more than write() and flush().
    stream: Any = LogFile(log_file) if log_file else sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
