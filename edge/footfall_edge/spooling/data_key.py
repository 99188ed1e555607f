"""The key that a spool's contents are sealed with: random, and in the spool, wrapped by the key file's."""

import secrets
import sqlite3
from typing import Final

import structlog

from footfall_edge.at_rest.key_file import KeyRing
from footfall_edge.at_rest.sealing import KEY_BYTES, UnsealError, place_of
from footfall_edge.spooling.schema import FACT_TABLE, read_fact, write_fact

_PLACE: Final = place_of("spool key")
_FACT: Final = "wrapped_key"
_log = structlog.get_logger(__name__)


class LostKeyError(Exception):
    """No key opens what is in the spool."""


def wrapped_key(database: sqlite3.Connection) -> bytes | None:
    """What a spool says of its key; None when nothing was sealed in it yet. Raises LostKeyError."""
    found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone()
    text = read_fact(database, _FACT) if found else ""
    try:
        return bytes.fromhex(text) or None
    except ValueError:
        raise LostKeyError("its own key was changed on the disk") from None


def make_data_key(database: sqlite3.Connection, ring: KeyRing) -> bytes:
    """Give the spool a key, for good before anything is sealed with it."""
    data_key = secrets.token_bytes(KEY_BYTES)
    database.execute("BEGIN IMMEDIATE")
    database.execute(FACT_TABLE)
    write_fact(database, _FACT, ring.wrap(data_key, place=_PLACE).hex())
    database.execute("COMMIT")
    return data_key


def unwrap(ring: KeyRing, wrapped: bytes) -> tuple[bytes, bool]:
    """The spool's key, and whether the present key of the key file had wrapped it. Raises LostKeyError."""
    try:
        return ring.unwrap(wrapped, place=_PLACE)
    except UnsealError:
        raise LostKeyError("no key of the key file opens it") from None


def open_data_key(database: sqlite3.Connection, ring: KeyRing, wrapped: bytes) -> bytes:
    """The spool's key; from now on the present key of the key file wraps it. Raises LostKeyError."""
    data_key, is_present = unwrap(ring, wrapped)
    if not is_present:
        write_fact(database, _FACT, ring.wrap(data_key, place=_PLACE).hex())
        _log.info("spool_key_rotated")
    return data_key
