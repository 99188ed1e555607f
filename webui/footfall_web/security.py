"""Headers that keep a page from doing what the console never does."""

import secrets
from collections.abc import Mapping
from types import MappingProxyType

# Sent with everything.
COMMON_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
    }
)


def new_nonce() -> str:
    """Return a value that nobody can guess; a new one for every page (CSP level 3, 7.1)."""
    return secrets.token_urlsafe(18)


def page_headers(nonce: str) -> dict[str, str]:
    """Headers of an HTML page whose styles carry the nonce.

    Scripts come from files only. Faces are blob URLs. The camera is for enrolment in the browser.
    """
    policy = (
        "default-src 'self'",
        "script-src 'self'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
    return {
        **COMMON_HEADERS,
        "content-security-policy": "; ".join(policy),
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        "cache-control": "no-cache",
    }
