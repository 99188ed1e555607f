"""Ids that the core makes."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562, section 5.7): ids sort by the time that they were made at.

    Below the millisecond they have twelve bits of time (section 6.2, method 3), so that of two ids that one
    process makes one after the other the first one is lower.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
