"""Signs edge workers in by their certificates."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.auth.assertions import AssertionVerifier, BadAssertionError, WorkerAssertion
from footfall_server.auth.tokens import AccessTokens, IssuedToken
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transactions
from footfall_server.services.scope import begin_for
from footfall_server.services.sign_in import Identity, SignIn, unauthenticated

log = structlog.get_logger()


class WorkerSignIn:
    """Turns signed statements into tokens that are bound to the certificate (RFC 8705)."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        assertions: AssertionVerifier,
        tokens: AccessTokens,
        clock: Clock,
        token_ttl: timedelta,
    ) -> None:
        self._transactions = transactions
        self._assertions = assertions
        self._tokens = tokens
        self._clock = clock
        self._token_ttl = token_ttl

    async def sign_in(self, text: str) -> SignIn:
        """A token for the worker of the assertion's certificate. Raises UNAUTHENTICATED / BAD_CREDENTIALS."""
        try:
            assertion = self._assertions.verify(text)
        except BadAssertionError as error:
            log.info("assertion_refused", why=str(error))
            raise _bad_credentials() from None
        # In the critical section in which certificates are revoked: a token is issued before that, and then
        # ended by it, or not at all.
        async with self._transactions.begin_exclusive(assertion.name.tenant_id) as tx:
            now = self._clock.now()
            certificate = await tx.certificates.get(assertion.certificate_id)
            if certificate is None or not _is_about(assertion, certificate) or not certificate.is_good(now):
                log.info("assertion_refused", why="the certificate is unknown or revoked")
                raise _bad_credentials()
            fresh = await tx.certificates.use_assertion(
                assertion.certificate_id, assertion.assertion_id, kept_until=assertion.kept_until, now=now
            )
            if not fresh:
                log.warning("assertion_refused", why="used before")
                raise _bad_credentials()
            token = self._issue(certificate)
        return SignIn(
            token, Identity(_principal(certificate, token), await self._tenant_name(certificate.tenant_id))
        )

    async def me(self, principal: Principal) -> Identity:
        """The caller with names. Raises UNAUTHENTICATED when its certificate is no good any more."""
        async with begin_for(self._transactions, principal) as tx:
            certificate = await tx.certificates.by_fingerprint(principal.certificate_hash)
        if certificate is None or not certificate.is_good(self._clock.now()):
            raise unauthenticated()
        named = replace(principal, display_name=certificate.display_name)
        return Identity(named, await self._tenant_name(certificate.tenant_id))

    def _issue(self, certificate: WorkerCertificate) -> IssuedToken:
        return self._tokens.issue(
            subject_id=certificate.worker_id,
            role=Role.WORKER,
            tenant_id=certificate.tenant_id,
            site_ids=frozenset({certificate.site_id}),
            lifetime=min(self._token_ttl, certificate.not_after - self._clock.now()),
            certificate_hash=certificate.fingerprint,
        )

    async def _tenant_name(self, tenant_id: UUID) -> str:
        async with self._transactions.begin_platform() as platform:
            tenant = await platform.get_tenant(tenant_id)
        return tenant.display_name if tenant else ""


def _is_about(assertion: WorkerAssertion, certificate: WorkerCertificate) -> bool:
    return (
        assertion.fingerprint == certificate.fingerprint
        and assertion.name.worker_id == certificate.worker_id
        and assertion.name.site_id == certificate.site_id
    )


def _principal(certificate: WorkerCertificate, token: IssuedToken) -> Principal:
    return Principal(
        subject_id=certificate.worker_id,
        role=Role.WORKER,
        tenant_id=certificate.tenant_id,
        expires_at=token.expires_at,
        site_ids=frozenset({certificate.site_id}),
        display_name=certificate.display_name,
        certificate_hash=certificate.fingerprint,
    )


def _bad_credentials() -> FootfallError:
    return FootfallError(ErrorKind.UNAUTHENTICATED, "BAD_CREDENTIALS", "the credentials are not right")
