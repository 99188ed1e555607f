"""Identifiers that the edge makes."""

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562, section 5.7): its text sorts by the time it was made, to the millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return str(UUID(int=value))
