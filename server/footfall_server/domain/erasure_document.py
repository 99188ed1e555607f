"""An erasure as it lies in the bucket, where a database that is put back learns whom it must not know."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ErasureDocument:
    """A receipt with the tombstones of its erasure.

    `tombstones` are digests with the kind of what each stands for. Kinds are words here: what a later
    release wrote is carried over as it is.
    """

    erasure_id: UUID
    erased_at: datetime
    receipt: str = field(repr=False)
    tombstones: Mapping[bytes, str] = field(repr=False)

    def to_json(self) -> bytes:
        """As it lies in the bucket."""
        return json.dumps(
            {
                "erasure_id": str(self.erasure_id),
                "erased_at": self.erased_at.isoformat(),
                "receipt": self.receipt,
                "tombstones": [
                    {"kind": kind, "digest": base64.b64encode(digest).decode()}
                    for digest, kind in self.tombstones.items()
                ],
            }
        ).encode()

    @classmethod
    def from_json(cls, document: bytes) -> Self:
        """What to_json wrote. Raises ValueError for anything else."""
        try:
            told = json.loads(document)
            return cls(
                UUID(told["erasure_id"]),
                instant(told["erased_at"]),
                str(told.get("receipt", "")),  # not needed to know whom it is about
                {
                    base64.b64decode(each["digest"], validate=True): str(each["kind"])
                    for each in told["tombstones"]
                },
            )
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise ValueError(f"not the document of an erasure ({type(error).__name__})") from None


def instant(text: str) -> datetime:
    """A moment in ISO 8601. Raises ValueError for one without its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at
