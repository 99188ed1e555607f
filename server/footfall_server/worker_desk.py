"""What an installation with a certificate authority does for its edge workers, put together."""

from footfall_server.auth.assertions import AssertionVerifier
from footfall_server.auth.authority import Authorities
from footfall_server.auth.issuing import CertificateIssuer
from footfall_server.auth.tokens import AccessTokens
from footfall_server.ports import Clock, Transactions
from footfall_server.rpc.certificates import WorkerDesk
from footfall_server.services.certificates import Certificates
from footfall_server.services.join_tokens import JoinTokens
from footfall_server.services.worker_enrolment import WorkerEnrolment
from footfall_server.services.worker_sign_in import WorkerSignIn
from footfall_server.settings import AuthSettings


def worker_desk(
    *,
    authorities: Authorities | None,
    transactions: Transactions,
    tokens: AccessTokens,
    clock: Clock,
    auth: AuthSettings,
) -> WorkerDesk | None:
    """The use cases around workers' certificates; None without an authority."""
    if authorities is None:
        return None
    return WorkerDesk(
        join_tokens=JoinTokens(transactions=transactions, clock=clock, lifetime=auth.join_token_ttl),
        enrolment=WorkerEnrolment(
            transactions=transactions,
            issuer=CertificateIssuer(authorities=authorities, lifetime=auth.certificate_ttl),
            clock=clock,
        ),
        certificates=Certificates(transactions=transactions, clock=clock),
        sign_in=WorkerSignIn(
            transactions=transactions,
            assertions=AssertionVerifier(authorities=authorities, audience=auth.audience, clock=clock),
            tokens=tokens,
            clock=clock,
            token_ttl=auth.worker_token_ttl,
        ),
    )
