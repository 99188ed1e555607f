"""Who calls: verifies the bearer token."""

import hmac
from collections.abc import Mapping
from typing import Any

import structlog

from footfall_server.auth.tokens import AccessTokens, BadTokenError
from footfall_server.domain.identity import Principal
from footfall_server.errors import unavailable
from footfall_server.live.revocation_list import RevocationList
from footfall_server.rpc.call_context import set_principal
from footfall_server.rpc.client_certificates import presented_certificate
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.interceptors.request_ids import metadata_value
from footfall_server.rpc.permissions import Permission, Scope
from footfall_server.services.sign_in import unauthenticated

_SCHEME = "bearer "

log = structlog.get_logger()


class Authentication(BehaviourInterceptor):
    """Lets a call through with a Principal, or without one where the table says that none is needed.

    With `require_bound_certificates`, a token that is bound to a certificate (RFC 8705) is good only on a
    connection that was made with it.
    """

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        revocations: RevocationList,
        permissions: Mapping[str, Permission],
        require_bound_certificates: bool,
    ) -> None:
        super().__init__()
        self._tokens = tokens
        self._revocations = revocations
        self._permissions = permissions
        self._require_bound_certificates = require_bound_certificates

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del handler
        permission = self._permissions.get(method)
        if permission is not None and permission.scope is Scope.PUBLIC:
            return inner

        async def behave(request: Any, context: Context) -> Any:
            principal = self._principal(context)
            set_principal(principal)
            structlog.contextvars.bind_contextvars(tenant_id=str(principal.tenant_id))
            return await inner(request, context)

        return behave

    def _principal(self, context: Context) -> Principal:
        header = metadata_value(context, "authorization") or ""
        if not header.lower().startswith(_SCHEME):
            raise unauthenticated()
        try:
            principal = self._tokens.verify(header[len(_SCHEME) :].strip())
        except BadTokenError as error:
            log.info("token_refused", why=str(error))
            raise unauthenticated() from None
        if not self._revocations.is_loaded:
            # Nobody is let in on the strength of a list that was never read.
            raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached")
        if self._revocations.refuses(principal):
            log.info("token_refused", why="revoked")
            raise unauthenticated()
        if principal.certificate_hash and self._require_bound_certificates:
            self._require_its_certificate(principal, context)
        return principal

    def _require_its_certificate(self, principal: Principal, context: Context) -> None:
        presented = presented_certificate(context)
        if not hmac.compare_digest(presented, principal.certificate_hash):
            why = "on a connection of another certificate" if presented else "on a connection without one"
            log.warning("token_refused", why=f"bound to a certificate, and used {why}")
            raise unauthenticated()
