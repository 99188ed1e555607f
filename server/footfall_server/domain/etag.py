"""Names of states, by which two people who change one thing at the same time are told apart. Pure."""

import hashlib
from datetime import datetime


def etag_of(*changed_at: datetime | None) -> str:
    """16 hexadecimal digits that follow from when each part last changed; None for one that never did."""
    said = "/".join("" if each is None else each.isoformat() for each in changed_at)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
