"""Lists of revoked certificates (CRL, RFC 5280, section 5), for the gateway."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from footfall_server.auth.authority import SKEW, Authorities
from footfall_server.domain.certificates import WorkerCertificate


def revocation_lists(
    authorities: Authorities, revoked: Iterable[WorkerCertificate], *, at: datetime, lifetime: timedelta
) -> bytes:
    """One list per authority, PEM: whoever checks lists at all wants one of each.

    A list that is older than `lifetime` refuses everybody, so it has to be written anew before. Serial
    numbers are used once over all authorities, and so each list names all of them.
    """
    entries = [
        x509.RevokedCertificateBuilder()
        .serial_number(each.certificate_id.int)
        .revocation_date(each.revoked_at)
        .build()
        for each in revoked
        if each.revoked_at is not None
    ]
    lists = []
    for authority in authorities.all:
        key_id = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.certificate.subject)
            .last_update(at - SKEW)
            .next_update(at + lifetime)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False
            )
        )
        for entry in entries:
            builder = builder.add_revoked_certificate(entry)
        lists.append(builder.sign(authority.private, hashes.SHA256()))
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in lists)
