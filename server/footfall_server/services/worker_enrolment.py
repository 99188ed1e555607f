"""Gives edge workers their certificates: the first for a join token, each further one for the one before."""

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from footfall_server.auth.api_keys import hash_secret, secret_matches
from footfall_server.auth.issuing import (
    BadSigningRequestError,
    CertificateIssuer,
    hash_of_key,
    read_signing_request,
)
from footfall_server.auth.join_tokens import parse_join_token
from footfall_server.auth.worker_names import WorkerName
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.scope import begin_exclusive_for
from footfall_server.services.sign_in import unauthenticated

# Compared in place of the secret of a token that is not there.
_DECOY_HASH = hash_secret("")


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate, and the certificates of the authorities, its issuer's first (X.509, DER)."""

    certificate: WorkerCertificate
    authority_der: tuple[bytes, ...]


class WorkerEnrolment:
    """Issues certificates. Asking again with the same key is answered with the same certificate.

    All of it happens in the tenant's critical section, as does revoking: no certificate comes to be beside
    a revocation that should have ended it.
    """

    def __init__(self, *, transactions: Transactions, issuer: CertificateIssuer, clock: Clock) -> None:
        self._transactions = transactions
        self._issuer = issuer
        self._clock = clock

    async def enrol(self, join_token: str, signing_request: bytes) -> IssuedCertificate:
        """Trades a join token.

        Raises INVALID_FIELD for a bad request, and UNAUTHENTICATED / BAD_CREDENTIALS for a token that is
        wrong, over, or used with another key.
        """
        key = _requested_key(signing_request)
        parts = parse_join_token(join_token)
        if parts is None:
            raise _bad_credentials()
        async with self._transactions.begin_platform() as platform:
            found = await platform.join_token(parts.join_token_id)
        matches = secret_matches(parts.secret, found.secret_hash if found else _DECOY_HASH)
        if found is None or not matches:
            raise _bad_credentials()
        async with self._transactions.begin_exclusive(found.tenant_id) as tx:
            now = self._clock.now()
            token = await tx.join_tokens.get(found.join_token_id)
            if token is None or token.is_over(now):
                raise _bad_credentials()
            if token.certificate_id is not None:
                return self._answer(await _traded_before(tx, token, hash_of_key(key), now))
            name = WorkerName(token.tenant_id, token.site_id, new_id())
            made = self._issuer.issue(key, name, display_name=token.display_name, at=now)
            await tx.certificates.add(made)
            await tx.join_tokens.save(replace(token, used_at=now, certificate_id=made.certificate_id))
            await tx.audit.append(
                _entry(made, Action.CERTIFICATE_ISSUE, at=now, detail={"join_token_id": token.join_token_id})
            )
        return self._answer(made)

    async def renew(self, principal: Principal, signing_request: bytes) -> IssuedCertificate:
        """A new certificate for the caller, for a new key; the old one is good until it ends.

        Raises INVALID_FIELD, PERMISSION_DENIED for a caller without a certificate, and UNAUTHENTICATED when
        the caller's certificate was revoked or has ended.
        """
        if not principal.certificate_hash:
            raise FootfallError(
                ErrorKind.PERMISSION_DENIED,
                "PERMISSION_DENIED",
                "this needs a token that was issued for a certificate",
            )
        key = _requested_key(signing_request)
        key_hash = hash_of_key(key)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            now = self._clock.now()
            current = await tx.certificates.by_fingerprint(principal.certificate_hash)
            if current is None or not current.is_good(now):
                raise unauthenticated()
            for known in await tx.certificates.of_worker(current.worker_id):
                if known.public_key_hash == key_hash and known.is_good(now):
                    return self._answer(known)
            name = WorkerName(current.tenant_id, current.site_id, current.worker_id)
            made = self._issuer.issue(key, name, display_name=current.display_name, at=now)
            await tx.certificates.add(made)
            await tx.audit.append(
                _entry(
                    made,
                    Action.CERTIFICATE_RENEW,
                    at=now,
                    detail={"renewed_certificate_id": current.certificate_id},
                )
            )
        return self._answer(made)

    def _answer(self, certificate: WorkerCertificate) -> IssuedCertificate:
        return IssuedCertificate(certificate, self._issuer.authority_der)


async def _traded_before(
    tx: Transaction, token: JoinToken, key_hash: str, now: datetime
) -> WorkerCertificate:
    """What a used token was traded for, when the same worker asks again. Raises BAD_CREDENTIALS."""
    made = None if token.certificate_id is None else await tx.certificates.get(token.certificate_id)
    if made is None or made.public_key_hash != key_hash or not made.is_good(now):
        raise _bad_credentials()
    return made


def _requested_key(signing_request: bytes) -> EllipticCurvePublicKey:
    try:
        return read_signing_request(signing_request)
    except BadSigningRequestError as error:
        raise invalid_fields([FieldViolation("signing_request", str(error), "signing_request")]) from None


def _entry(made: WorkerCertificate, action: str, *, at: datetime, detail: dict[str, object]) -> AuditEntry:
    """What a worker did: it is the actor, who has no account."""
    worker = Principal(
        subject_id=made.worker_id,
        role=Role.WORKER,
        tenant_id=made.tenant_id,
        expires_at=made.not_after,
        site_ids=frozenset({made.site_id}),
    )
    told = {"site_id": made.site_id, "worker_id": made.worker_id, **detail}
    return AuditEntry.of(worker, action, made.certificate_id, at=at, detail=told, resource="certificate")


def _bad_credentials() -> FootfallError:
    return FootfallError(ErrorKind.UNAUTHENTICATED, "BAD_CREDENTIALS", "the join token is not right")
