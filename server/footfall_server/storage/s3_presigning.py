"""Presigned URLs that take one object of one size and type (AWS Signature Version 4, query parameters).

The client library signs the host alone, so whoever has its URL may put any amount of anything there. Headers
that are named in the signature have to be sent as they were signed, or the store refuses the request before
it keeps a byte.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"


def with_signed_headers(url: str, *, secret_key: str, headers: Mapping[str, str]) -> str:
    """A presigned PUT's URL, signed again so that the request has to carry `headers` as they are here.

    Args:
        url: as a client library presigned it with the same key (its date, life and scope are kept).
        secret_key: what it was signed with.
        headers: names in lower case, and values.

    """
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qsl(parts.query) if name != "X-Amz-Signature"}
    signed = dict(sorted({**headers, "host": parts.netloc}.items()))
    query["X-Amz-SignedHeaders"] = ";".join(signed)
    canonical_query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items())
    )
    request = "\n".join(
        (
            "PUT",
            parts.path,
            canonical_query,
            *(f"{name}:{value.strip()}" for name, value in signed.items()),
            "",
            query["X-Amz-SignedHeaders"],
            _UNSIGNED,
        )
    )
    _, _, scope = query["X-Amz-Credential"].partition("/")
    text = "\n".join((_ALGORITHM, query["X-Amz-Date"], scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = hmac.digest(_signing_key(secret_key, scope), text.encode(), hashlib.sha256).hex()
    full_query = f"{canonical_query}&X-Amz-Signature={signature}"
    return SplitResult(parts.scheme, parts.netloc, parts.path, full_query, "").geturl()


def _signing_key(secret_key: str, scope: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
