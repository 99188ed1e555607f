"""Envoy's local rate limits: a bucket per client address and one for everybody, by kind of route."""

from typing import Any

from footfall_gateway.settings import RateLimit, RouteLimits

FILTER = "envoy.filters.http.local_ratelimit"
_TYPE = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
ADDRESSES = 10_000
"""Clients that are remembered per kind of route. The one that was quiet for longest is forgotten first."""
_KEY = "masked_remote_address"
_ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}


def rate_limit(name: str, limits: RouteLimits) -> dict[str, Any]:
    """The filter's configuration, for all routes or for one.

    A client above its own limit takes nothing from the bucket of all. Of an IPv6 address the first 64 bits
    count: what one subscriber is given.
    """
    return {
        "@type": _TYPE,
        "stat_prefix": name,
        "token_bucket": _bucket(limits.together),
        "filter_enabled": {**_ALWAYS, "runtime_key": f"footfall.{name}_limit_enabled"},
        "filter_enforced": {**_ALWAYS, "runtime_key": f"footfall.{name}_limit_enforced"},
        "rate_limited_as_resource_exhausted": True,
        "max_dynamic_descriptors": ADDRESSES,
        "rate_limits": [
            {"actions": [{_KEY: {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}]},
        ],
        # A descriptor without a value makes a bucket for each value that comes.
        "descriptors": [{"entries": [{"key": _KEY}], "token_bucket": _bucket(limits.per_address)}],
    }


def _bucket(limit: RateLimit) -> dict[str, Any]:
    return {"max_tokens": limit.burst, "tokens_per_fill": limit.per_second, "fill_interval": "1s"}
