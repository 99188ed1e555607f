"""Headers that every answer has, and those that answers of the API have beside them."""

from typing import Any

HSTS = f"max-age={365 * 24 * 3600}"


def common_headers(*, over_tls: bool) -> list[dict[str, Any]]:
    """Mutations of every answer, the console's included. What tells of the software goes."""
    fixed = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
    if over_tls:
        fixed["strict-transport-security"] = HSTS
    gone = [{"remove": name} for name in ("server", "x-powered-by", "x-envoy-upstream-service-time")]
    return [*gone, *(_header(name, value, "OVERWRITE_IF_EXISTS_OR_ADD") for name, value in fixed.items())]


def api_headers() -> list[dict[str, Any]]:
    """Mutations of the API's answers: data, never a page, and nobody's to keep."""
    return [
        _header(
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "OVERWRITE_IF_EXISTS_OR_ADD",
        ),
        # A route may have said something else already.
        _header("cache-control", "no-store", "ADD_IF_ABSENT"),
    ]


def _header(name: str, value: str, action: str) -> dict[str, Any]:
    return {"append": {"header": {"key": name, "value": value}, "append_action": action}}
