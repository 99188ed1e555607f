"""An identity provider, over the net: authorization code with PKCE (RFC 6749, RFC 7636, OpenID Connect)."""

import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote_plus

import httpx
import structlog

from footfall_server.auth.id_tokens import BadIdTokenError, named_key, verified_claims
from footfall_server.auth.oidc_discovery import FAILURE_KEPT_FOR, Discovery, ProviderMetadata
from footfall_server.auth.oidc_http import Answer, BadAnswerError, ask
from footfall_server.auth.oidc_settings import OidcProviderSettings
from footfall_server.domain.oidc import ExternalIdentity, ProvenIdentity, ProviderPolicy
from footfall_server.errors import unavailable
from footfall_server.ports import Clock

MAX_GROUPS = 1000
MAX_EMAIL_CHARS = 254
MAX_NAME_CHARS = 120

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

_log = structlog.get_logger()


class OidcClient:
    """IdentityProvider."""

    def __init__(self, *, settings: OidcProviderSettings, http: httpx.AsyncClient, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._discovery = Discovery(issuer=settings.issuer, http=http, clock=clock)

    @property
    def policy(self) -> ProviderPolicy:
        """See IdentityProvider.policy."""
        return self._settings.policy

    async def authorization_url(self, *, state: str, nonce: str, code_challenge: str) -> str:
        """See IdentityProvider.authorization_url."""
        try:
            metadata = await self._discovery.metadata()
        except BadAnswerError as error:
            self._refuse(error)
        url = httpx.URL(metadata.authorization_endpoint).copy_merge_params(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": self._settings.redirect_uri,
                "scope": " ".join(self._settings.scopes),
                "state": state,
                "nonce": nonce,
                "code_challenge": code_challenge,
                "code_challenge_method": "S256",
            }
        )
        return str(url)

    async def identify(self, *, code: str, code_verifier: str, nonce: str) -> ProvenIdentity | None:
        """See IdentityProvider.identify."""
        try:
            metadata = await self._discovery.metadata()
            tokens = await self._exchange(metadata, code, code_verifier)
            if tokens is None:
                return None
            claims = await self._claims(tokens, nonce)
            return self._proven({**await self._userinfo(metadata, tokens, claims), **claims})
        except BadAnswerError as error:
            self._refuse(error)
        except BadIdTokenError as error:
            _log.warning("id_token_refused", provider_id=self._settings.provider_id, why=str(error))
            return None

    async def _exchange(
        self, metadata: ProviderMetadata, code: str, code_verifier: str
    ) -> Mapping[str, Any] | None:
        """The tokens for a code; None for one that the provider does not know, or no longer."""
        client_id = self._settings.client_id
        secret = self._settings.client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": code_verifier,
        }
        if metadata.secret_in_body:
            authorised = None
            form |= {"client_id": client_id, "client_secret": secret}
        else:
            # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
            authorised = httpx.BasicAuth(quote_plus(client_id), quote_plus(secret))
        request = self._http.build_request("POST", metadata.token_endpoint, data=form)
        answer = await ask(self._http, request, auth=authorised)
        if answer.status == httpx.codes.OK:
            return answer.values
        if _is_bad_grant(answer):
            _log.info("oidc_code_refused", provider_id=self._settings.provider_id)
            return None
        raise BadAnswerError(f"the token endpoint answers with status {answer.status}")

    async def _claims(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        text, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(text, str) or not isinstance(access_token, str):
            raise BadAnswerError("the token endpoint gives no ID token")
        algorithm, kid = named_key(text)
        key = await self._discovery.key(kid)
        if key is None:
            raise BadIdTokenError("its key is unknown")
        if key.algorithm not in {None, algorithm}:
            raise BadIdTokenError("its key is for another algorithm")
        return verified_claims(
            text,
            key.key,
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            nonce=nonce,
            access_token=access_token,
            now=self._clock.now(),
        )

    async def _userinfo(
        self, metadata: ProviderMetadata, tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the ID token leaves out (section 5.3). It has to be about the same subject."""
        complete = self._settings.groups_claim in claims and "email" in claims
        if complete or not metadata.userinfo_endpoint:
            return {}
        request = self._http.build_request(
            "GET",
            metadata.userinfo_endpoint,
            headers={"authorization": f"Bearer {tokens['access_token']}"},
        )
        answer = await ask(self._http, request)
        if answer.status != httpx.codes.OK:
            raise BadAnswerError(f"the userinfo endpoint answers with status {answer.status}")
        if answer.values.get("sub") != claims["sub"]:
            raise BadIdTokenError("the userinfo is about somebody else")
        return answer.values

    def _proven(self, claims: Mapping[str, Any]) -> ProvenIdentity:
        email = _text(claims.get("email"), MAX_EMAIL_CHARS)
        named = _text(claims.get("name"), MAX_NAME_CHARS)
        groups = claims.get(self._settings.groups_claim)
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return ProvenIdentity(
            identity=ExternalIdentity(
                provider_id=self._settings.provider_id,
                issuer=self._settings.issuer,
                subject=claims["sub"],
            ),
            email=email if _EMAIL.fullmatch(email) else "",
            # Some providers write it as a text, and then "false" is one, too.
            email_verified=claims.get("email_verified") is True,
            display_name=named,
            groups=frozenset(each for each in listed[:MAX_GROUPS] if isinstance(each, str)),
        )

    def _refuse(self, error: BadAnswerError) -> NoReturn:
        provider_id = self._settings.provider_id
        _log.warning("identity_provider_failed", provider_id=provider_id, why=str(error))
        raise unavailable(
            "IDENTITY_PROVIDER_UNAVAILABLE",
            f"the identity provider {provider_id} does not answer as it should",
            FAILURE_KEPT_FOR,
        ) from None


def _is_bad_grant(answer: Answer) -> bool:
    return answer.status == httpx.codes.BAD_REQUEST and answer.values.get("error") == "invalid_grant"


def _text(value: object, most: int) -> str:
    """A printable text of a claim; empty for what is none or too long."""
    return value.strip() if isinstance(value, str) and len(value) <= most and value.isprintable() else ""
