"""Signatures of webhooks, as the Standard Webhooks specification has them: HMAC-SHA256. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

SECRET_PREFIX: Final = "whsec_"  # noqa: S105
_VERSION: Final = "v1"


def secret_text(secret: bytes) -> str:
    """A secret as people copy it to their receiver."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature, "v1,<base64>", over "<id>.<timestamp>.<body>". `timestamp` is in seconds."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    tag = hmac.digest(secret, signed, hashlib.sha256)
    return f"{_VERSION},{base64.b64encode(tag).decode()}"


def signed_headers(secrets: Iterable[bytes], event_id: UUID, body: bytes, now: datetime) -> Mapping[str, str]:
    """The headers that prove who sent the body, and when. One signature per secret, with spaces between."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, str(event_id), timestamp, body) for each in secrets),
    }
