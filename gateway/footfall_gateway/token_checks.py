"""Envoy's own check of access tokens: a second wall, before the core's."""

from typing import Any

from footfall_gateway.methods import PUBLIC_METHODS, paths
from footfall_gateway.settings import GatewaySettings

JWKS_PATH = "/.well-known/jwks.json"
CLOCK_SKEW_SECONDS = 30
_TYPE = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
_PROVIDER = "core"
_REQUIRED = {"provider_name": _PROVIDER}


def token_check(settings: GatewaySettings) -> dict[str, Any]:
    """Envoy's JwtAuthentication: who is asked for a token, and which tokens are good.

    Keys come from whichever replica answers, every five seconds, or every second while none does. A key
    that is gone is refused 10 s later at most.
    """
    provider = {
        "issuer": settings.token_issuer,
        "audiences": [settings.token_audience],
        "require_expiration": True,
        "forward": True,
        "clock_skew_seconds": CLOCK_SKEW_SECONDS,
        # Nowhere else: a token in a query would stand in logs and histories.
        "from_headers": [
            {"name": "authorization", "value_prefix": "Bearer "},
            {"name": "authorization", "value_prefix": "bearer "},
        ],
        "remote_jwks": {
            "http_uri": {"uri": f"http://core{JWKS_PATH}", "cluster": "keys", "timeout": "2s"},
            "cache_duration": "10s",
            # The listener does not wait: a core that starts later is found by asking again.
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": "1s"},
        },
    }
    return {
        "@type": _TYPE,
        "providers": {_PROVIDER: provider},
        "rules": _rules(),
        "bypass_cors_preflight": True,
        # Why a token is bad is not told.
        "strip_failure_response": True,
    }


def _rules() -> list[dict[str, Any]]:
    """The first that matches decides; what none matches is the console's.

    What needs no token takes no notice of a bad one, as in the core: who signs in may still hold an old one.
    """
    public = [{"match": {"path": path}} for path in paths(PUBLIC_METHODS)]
    api = [{"match": {"prefix": prefix}, "requires": _REQUIRED} for prefix in ("/footfall.", "/v1/")]
    # Health and reflection.
    return [*public, {"match": {"prefix": "/grpc."}}, *api]
