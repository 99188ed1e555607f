"""What a provider says of itself: its addresses (OpenID Connect Discovery 1.0) and its keys (RFC 7517)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt

from footfall_server.auth.oidc_http import BadAnswerError, ask
from footfall_server.auth.oidc_settings import fault_of_url
from footfall_server.ports import Clock

METADATA_KEPT_FOR = timedelta(hours=1)
"""Keys as well: one that the provider withdrew is believed no longer than this."""

KEYS_ASKED_AGAIN_AFTER = timedelta(minutes=1)
"""A token that names an unknown key makes the core fetch the keys, and no more often than this."""

FAILURE_KEPT_FOR = timedelta(seconds=5)
"""Callers need no token, so a provider that is away must not be asked for each of them."""

MAX_KEYS = 100


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The provider's addresses. `userinfo_endpoint` is empty when there is none."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    secret_in_body: bool


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A key that ID tokens are signed with. `algorithm` is the only one that it is for, if it says one."""

    key: jwt.PyJWK
    algorithm: str | None


class Discovery:
    """Fetches what is not known yet or too old, once for all who wait. Methods raise BadAnswerError."""

    def __init__(self, *, issuer: str, http: httpx.AsyncClient, clock: Clock) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._metadata: tuple[datetime, ProviderMetadata] | None = None
        self._failed_at: datetime | None = None
        self._keys: tuple[datetime, Mapping[str, ProviderKey]] | None = None
        self._fetching = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """The provider's addresses, at most an hour old."""
        async with self._fetching:
            return await self._known_metadata()

    async def key(self, kid: str | None) -> ProviderKey | None:
        """The key with this name; without a name the only one that there is. None when there is none."""
        async with self._fetching:
            now = self._clock.now()
            if self._keys is None or now - self._keys[0] >= self._kept_for(self._keys[1], kid):
                metadata = await self._known_metadata()
                self._keys = (now, _read_keys(await self._get(metadata.jwks_uri)))
            return _chosen(self._keys[1], kid)

    @staticmethod
    def _kept_for(keys: Mapping[str, ProviderKey], kid: str | None) -> timedelta:
        return KEYS_ASKED_AGAIN_AFTER if _chosen(keys, kid) is None else METADATA_KEPT_FOR

    async def _known_metadata(self) -> ProviderMetadata:
        now = self._clock.now()
        if self._metadata is not None and now - self._metadata[0] < METADATA_KEPT_FOR:
            return self._metadata[1]
        if self._failed_at is not None and now - self._failed_at < FAILURE_KEPT_FOR:
            raise BadAnswerError("it failed a moment ago")
        try:
            told = await self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = self._read(told)
        except BadAnswerError:
            self._failed_at = now
            raise
        self._metadata = (now, metadata)
        return metadata

    async def _get(self, url: str) -> Mapping[str, Any]:
        answer = await ask(self._http, self._http.build_request("GET", url))
        if answer.status != httpx.codes.OK:
            raise BadAnswerError(f"status {answer.status}")
        return answer.values

    def _read(self, told: Mapping[str, Any]) -> ProviderMetadata:
        # Section 4.3: a document that speaks for another issuer is what a mix-up attack would serve.
        if told.get("issuer") != self._issuer:
            raise BadAnswerError("the metadata is another issuer's")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if not isinstance(methods, list):
            raise BadAnswerError("the metadata is malformed")
        return ProviderMetadata(
            authorization_endpoint=self._address(told, "authorization_endpoint"),
            token_endpoint=self._address(told, "token_endpoint"),
            jwks_uri=self._address(told, "jwks_uri"),
            userinfo_endpoint=self._address(told, "userinfo_endpoint") if "userinfo_endpoint" in told else "",
            secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
        )

    def _address(self, told: Mapping[str, Any], name: str) -> str:
        url = told.get(name)
        if not isinstance(url, str) or fault_of_url(url) is not None:
            raise BadAnswerError(f"{name} is no https address")
        if url.startswith("http:") and not self._issuer.startswith("http:"):
            raise BadAnswerError(f"{name} is no https address")
        return url


def _read_keys(told: Mapping[str, Any]) -> Mapping[str, ProviderKey]:
    listed = told.get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise BadAnswerError("the key set is malformed")
    found: dict[str, ProviderKey] = {}
    for number, each in enumerate(listed):
        # Keys of a kind that we do not know are none of ours to use (RFC 7517, section 5).
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
            continue
        try:
            key = jwt.PyJWK(each)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        algorithm = each.get("alg")
        found[key.key_id or f"\0{number}"] = ProviderKey(key, str(algorithm) if algorithm else None)
    return found


def _chosen(keys: Mapping[str, ProviderKey], kid: str | None) -> ProviderKey | None:
    if kid is not None:
        return keys.get(kid)
    return next(iter(keys.values())) if len(keys) == 1 else None
