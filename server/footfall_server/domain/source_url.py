"""Where a camera's frames come from, and the secrets that such a URL may hold."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MASK = "***"

_USER_PASSWORD = re.compile(r"^[a-z]+://[^/?#@]*?:(?P<secret>[^/?#]*)@")
_QUERY_SECRET = re.compile(
    r"[?&](?:password|passwd|pwd|pass|token|secret|auth)=(?P<secret>[^&#]*)", re.IGNORECASE
)


class BadSourceUrlError(ValueError):
    """The URL cannot be used; the text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class _Secret:
    start: int
    end: int


def masked(url: str) -> str:
    """The URL as people may see it: each secret in it is "***"."""
    return _with_secrets(url, [MASK] * len(_secrets(url)))


def checked_source_url(url: str) -> str:
    """The URL, when a worker can read it. Raises BadSourceUrlError."""
    if not url.startswith(("rtsp://", "rtsps://")):
        return url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSourceUrlError(
            "has no valid host and port; a password's '/', '?', '#' and '@' are written %2F, %3F, %23 and %40"
        ) from None
    if not parts.hostname or port == 0:
        raise BadSourceUrlError("has no host")
    return url


def with_kept_secrets(url: str, stored: str) -> str:
    """`url` with each "***" in it replaced by the secret that `stored` has in its place.

    Raises BadSourceUrlError when there is none, or when the URL leads to another host or user: a stored
    password is never sent where it was not meant for.
    """
    new_secrets = _secrets(url)
    texts = [url[secret.start : secret.end] for secret in new_secrets]
    if MASK not in texts:
        return url
    old_texts = [stored[secret.start : secret.end] for secret in _secrets(stored)]
    if len(old_texts) != len(texts):
        raise BadSourceUrlError('has "***" where no password is stored')
    if _destination(url) != _destination(stored):
        raise BadSourceUrlError("leads to another host or user, so it needs its password again")
    kept = [old if new == MASK else new for new, old in zip(texts, old_texts, strict=True)]
    return _with_secrets(url, kept)


def _secrets(url: str) -> list[_Secret]:
    matches = [*_USER_PASSWORD.finditer(url), *_QUERY_SECRET.finditer(url)]
    return [_Secret(*match.span("secret")) for match in matches]


def _with_secrets(url: str, texts: list[str]) -> str:
    parts: list[str] = []
    position = 0
    for secret, text in zip(_secrets(url), texts, strict=True):
        parts += [url[position : secret.start], text]
        position = secret.end
    return "".join([*parts, url[position:]])


def _destination(url: str) -> tuple[str, str | None, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.username, parts.hostname, parts.port
