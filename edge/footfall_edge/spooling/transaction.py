"""One transaction on the spool's file."""

import sqlite3
from pathlib import Path

from footfall_edge.spooling.errors import spool_error


class Transaction:
    """Commits at its end, or takes everything back and says what went wrong with which file."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path

    def __enter__(self) -> None:
        try:
            self._database.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise spool_error(self._path, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._database.execute("COMMIT")
            elif self._database.in_transaction:
                self._database.execute("ROLLBACK")
        except sqlite3.Error as failure:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise spool_error(self._path, failure) from failure
        if isinstance(error, sqlite3.Error):
            raise spool_error(self._path, error) from error
