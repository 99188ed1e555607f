"""Ids that the core makes."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, section 5.7): ids sort by the millisecond that they were made in."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
