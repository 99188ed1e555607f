"""How a certificate names an edge worker: a SPIFFE id (https://spiffe.io, SPIFFE-ID standard)."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_FORM = re.compile(
    rf"spiffe://footfall/tenant/(?P<tenant>{_ID})/site/(?P<site>{_ID})/worker/(?P<worker>{_ID})"
)


@dataclass(frozen=True, slots=True)
class WorkerName:
    """Which worker, and where it belongs."""

    tenant_id: UUID
    site_id: UUID
    worker_id: UUID

    @property
    def uri(self) -> str:
        return f"spiffe://footfall/tenant/{self.tenant_id}/site/{self.site_id}/worker/{self.worker_id}"

    @classmethod
    def parse(cls, uri: str) -> Self | None:
        """The name that a URI is, or None for any other URI."""
        match = _FORM.fullmatch(uri)
        if match is None:
            return None
        return cls(UUID(match["tenant"]), UUID(match["site"]), UUID(match["worker"]))
