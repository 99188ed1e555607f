"""The certificates of a tenant's edge workers, for those who run the tenant."""

from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identity import Principal
from footfall_server.domain.revocation import Revocation
from footfall_server.errors import not_found
from footfall_server.ports import Clock, TimeCursor, Transactions
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site


class Certificates:
    """Lists and revokes certificates."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def list(
        self, principal: Principal, *, site_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Page[WorkerCertificate, TimeCursor]:
        """A page of the tenant's, or of a site's, the newest first. Raises NOT_FOUND for the site."""
        async with begin_for(self._transactions, principal) as tx:
            if site_id is not None:
                require_site(principal, site_id)
                if await tx.sites.get(site_id) is None:
                    raise not_found("site", site_id)
            found = await tx.certificates.list(site_id=site_id, after=after, limit=limit + 1)
        return page_of(found, limit, lambda each: TimeCursor(each.created_at, each.certificate_id))

    async def revoke(self, principal: Principal, certificate_id: UUID) -> WorkerCertificate:
        """Ends a certificate, its worker's others and its worker's tokens. Again, it changes nothing.

        Raises NOT_FOUND.
        """
        # In the critical section that issuing certificates and tokens needs, too: nothing slips past, and
        # the time below is after all that was issued before.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            certificate = await tx.certificates.get(certificate_id)
            if certificate is None or not principal.may_see(certificate.site_id):
                raise not_found("certificate", certificate_id)
            now = self._clock.now()
            ended = await tx.certificates.revoke_worker(certificate.worker_id, now)
            if not ended:
                return certificate
            await tx.revocations.add(Revocation(certificate.worker_id, now))
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.CERTIFICATE_REVOKE,
                    certificate_id,
                    at=now,
                    detail={
                        "site_id": certificate.site_id,
                        "worker_id": certificate.worker_id,
                        "certificates": ended,
                    },
                    resource="certificate",
                )
            )
            revoked = await tx.certificates.get(certificate_id)
        return revoked or certificate
