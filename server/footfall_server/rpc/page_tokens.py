"""Page tokens: opaque, and good only for the method, the filters and whom they were made for.

That is the tenant, and in it the sites that the caller may see: a token tells where a list goes on, which may
be the name of something that only others may see.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError
from footfall_server.ports import NameCursor, ScoreCursor, TimeCursor

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500

_TAG_BYTES = 16


def page_limit(page_size: int) -> int:
    """How many items a page holds: 50 when nothing is said, at most 500 whatever is said."""
    return min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)


class PageTokens:
    """Seals cursors into tokens and opens them again.

    `secrets` tells the keys of the seal as they are now: the first seals, all open, so that tokens survive a
    new signing key.
    """

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        self._secrets = secrets

    def seal_name(self, request: Message, principal: Principal, cursor: NameCursor | None) -> str:
        """The token of the next page of a list by name; empty on the last page."""
        if cursor is None:
            return ""
        return self._seal(request, principal, [cursor.name, cursor.resource_id.hex])

    def seal_time(self, request: Message, principal: Principal, cursor: TimeCursor | None) -> str:
        """The token of the next page of a list by time; empty on the last page."""
        if cursor is None:
            return ""
        return self._seal(request, principal, [cursor.at.isoformat(), cursor.resource_id.hex])

    def seal_number(self, request: Message, principal: Principal, cursor: int | None) -> str:
        """The token of the next page of a list by number; empty on the last page."""
        if cursor is None:
            return ""
        return self._seal(request, principal, [str(cursor)])

    def seal_score(self, request: Message, principal: Principal, cursor: ScoreCursor | None) -> str:
        """The token of the next page of a list by score; empty on the last page."""
        if cursor is None:
            return ""
        return self._seal(request, principal, [cursor.score.hex(), cursor.resource_id.hex])

    def open_name(self, request: Message, principal: Principal) -> NameCursor | None:
        """Where a list by name goes on; None for its first page. Raises BAD_PAGE_TOKEN."""
        opened = self._open(request, principal)
        return None if opened is None else NameCursor(opened[0], UUID(opened[1]))

    def open_time(self, request: Message, principal: Principal) -> TimeCursor | None:
        """Where a list by time goes on; None for its first page. Raises BAD_PAGE_TOKEN."""
        opened = self._open(request, principal)
        return None if opened is None else TimeCursor(datetime.fromisoformat(opened[0]), UUID(opened[1]))

    def open_number(self, request: Message, principal: Principal) -> int | None:
        """Where a list by number goes on; None for its first page. Raises BAD_PAGE_TOKEN."""
        opened = self._open(request, principal)
        return None if opened is None else int(opened[0])

    def open_score(self, request: Message, principal: Principal) -> ScoreCursor | None:
        """Where a list by score goes on; None for its first page. Raises BAD_PAGE_TOKEN."""
        opened = self._open(request, principal)
        return None if opened is None else ScoreCursor(float.fromhex(opened[0]), UUID(opened[1]))

    def _seal(self, request: Message, principal: Principal, values: list[str]) -> str:
        payload = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        tag = _tag(self._secrets()[0], _binding(request, principal), payload)
        return base64.urlsafe_b64encode(tag + payload).rstrip(b"=").decode()

    def _open(self, request: Message, principal: Principal) -> list[str] | None:
        text: str = _field(request, "page_token")
        if not text:
            return None
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _bad_page_token() from None
        tag, payload = data[:_TAG_BYTES], data[_TAG_BYTES:]
        binding = _binding(request, principal)
        if not any(hmac.compare_digest(tag, _tag(key, binding, payload)) for key in self._secrets()):
            raise _bad_page_token()
        values: list[str] = json.loads(payload)
        return values


def _binding(request: Message, principal: Principal) -> bytes:
    """What a token is tied to: the request's type (one method's) and filters, the tenant and the sites."""
    filters = type(request)()
    filters.CopyFrom(request)
    for name in ("page_size", "page_token"):
        filters.ClearField(name)
    sites = "all" if principal.site_ids is None else ",".join(sorted(map(str, principal.site_ids)))
    head = f"{request.DESCRIPTOR.full_name}\0{principal.tenant_id}\0{sites}\0".encode()
    return head + filters.SerializeToString(deterministic=True)


def _tag(key: bytes, binding: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, hashlib.sha256(binding).digest() + payload, "sha256")[:_TAG_BYTES]


def _field(request: Message, name: str) -> Any:
    return getattr(request, name)


def _bad_page_token() -> FootfallError:
    return FootfallError(
        ErrorKind.INVALID_ARGUMENT,
        "BAD_PAGE_TOKEN",
        "page_token was not made by this method with these filters; begin with the first page",
        violations=[
            FieldViolation("page_token", "was not made by this method with these filters", "page_token")
        ],
    )
