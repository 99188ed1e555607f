"""The certificate authority: its files, its age, what it issues, and what it says was revoked."""

import base64
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from fakes.enrolled_worker import EnrolledWorker, new_key
from fakes.manual_clock import START, ManualClock
from footfall_server.auth.assertions import AssertionVerifier, BadAssertionError
from footfall_server.auth.authority import (
    AUTHORITY_LIFETIME,
    BUNDLE_FILE,
    Authorities,
    Authority,
    BadAuthorityError,
    generate_authority,
    load_authorities,
)
from footfall_server.auth.issuing import CertificateIssuer
from footfall_server.auth.join_tokens import new_join_token, parse_join_token
from footfall_server.auth.revocation_lists import revocation_lists
from footfall_server.auth.worker_names import WorkerName
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identifiers import new_id
from hypothesis import given
from hypothesis import strategies as st

MONTH = timedelta(days=30)


def a_name() -> WorkerName:
    return WorkerName(new_id(), new_id(), new_id())


def issue(
    authorities: Authorities, *, at: datetime = START, lifetime: timedelta = MONTH
) -> tuple[EnrolledWorker, WorkerCertificate]:
    key = new_key()
    issuer = CertificateIssuer(authorities=authorities, lifetime=lifetime)
    made = issuer.issue(key.public_key(), a_name(), display_name="till", at=at)
    return EnrolledWorker(key, made.der), made


def verifier(authorities: Authorities, at: datetime = START) -> AssertionVerifier:
    return AssertionVerifier(authorities=authorities, audience="footfall", clock=ManualClock(at))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authority")
    generate_authority(made, at=START)
    return made


@pytest.fixture(scope="module")
def authorities(folder: Path) -> Authorities:
    return load_authorities(folder)


def test_only_its_owner_reads_the_key_and_everybody_the_certificate(folder: Path) -> None:
    [file] = folder.glob("*.pem")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bundle = (folder / BUNDLE_FILE).read_bytes()
    assert b"PRIVATE" not in bundle
    assert [each.public_bytes(serialization.Encoding.PEM) for each in x509.load_pem_x509_certificates(bundle)]


def test_it_vouches_for_end_entities_alone(authorities: Authorities) -> None:
    certificate = authorities.newest.certificate
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    assert certificate.not_valid_after_utc == START + AUTHORITY_LIFETIME
    assert "PrivateKey" not in repr(authorities.newest)


def test_the_newest_issues_and_all_are_believed(tmp_path: Path) -> None:
    generate_authority(tmp_path, at=START)
    old_worker, _ = issue(load_authorities(tmp_path))
    newer = generate_authority(tmp_path, at=START + timedelta(days=1))
    both = load_authorities(tmp_path)
    assert both.newest.name == newer.stem
    worker, _ = issue(both, at=START + timedelta(days=1))
    assert worker.certificate.issuer == both.newest.certificate.subject
    at = START + timedelta(days=1)
    for each in (old_worker, worker):
        assert verifier(both, at).verify(each.assertion(at)).name == each.name
    bundle = x509.load_pem_x509_certificates((tmp_path / BUNDLE_FILE).read_bytes())
    assert bundle == [each.certificate for each in both.all], "the gateway learns of both"
    [old] = [each for each in tmp_path.glob("*.pem") if each != newer]
    old.unlink()
    with pytest.raises(BadAssertionError):
        verifier(load_authorities(tmp_path), at).verify(old_worker.assertion(at))


def _spoilt(folder: Path, how: str) -> None:
    [file] = folder.glob("*.pem")
    key, certificate = file.read_bytes().split(b"-----BEGIN CERTIFICATE-----")
    match how:
        case "exposed":
            file.chmod(0o640 | stat.S_IROTH)
        case "no key":
            file.write_bytes(b"-----BEGIN CERTIFICATE-----" + certificate)
        case "no certificate":
            file.write_bytes(key)
        case "another key":
            pem = new_key().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            file.write_bytes(pem + b"-----BEGIN CERTIFICATE-----" + certificate)
        case "another curve":
            pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            file.write_bytes(pem + b"-----BEGIN CERTIFICATE-----" + certificate)
        case "no authority":
            worker, _ = issue(load_authorities(folder))
            pem = worker.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            file.write_bytes(pem + worker.certificate.public_bytes(serialization.Encoding.PEM))
        case "nothing":
            file.unlink()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("exposed", "chmod 600"),
        ("no key", "PEM"),
        ("no certificate", "PEM"),
        ("another key", "not the key's"),
        ("another curve", "P-256"),
        ("no authority", "no authority"),
        ("nothing", "generate-authority"),
    ],
)
def test_files_that_cannot_be_used_are_named(tmp_path: Path, how: str, said: str) -> None:
    generate_authority(tmp_path, at=START)
    _spoilt(tmp_path, how)
    with pytest.raises(BadAuthorityError, match=said) as raised:
        load_authorities(tmp_path)
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadAuthorityError, match="generate-authority"):
        load_authorities(tmp_path / "absent")


def test_a_certificate_ends_with_its_authority_at_the_latest(authorities: Authorities) -> None:
    end = START + AUTHORITY_LIFETIME
    worker, _ = issue(authorities, at=end - timedelta(days=1))
    assert worker.certificate.not_valid_after_utc == end
    with pytest.raises(BadAuthorityError, match="has ended"):
        issue(authorities, at=end)


def test_the_serial_number_is_the_certificates_id(authorities: Authorities) -> None:
    worker, made = issue(authorities)
    assert UUID(int=worker.certificate.serial_number) == made.certificate_id
    assert made.fingerprint == worker.certificate.fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize("day", [-1, 31])
def test_a_certificate_is_believed_in_its_time_alone(authorities: Authorities, day: int) -> None:
    worker, _ = issue(authorities)
    at = START + timedelta(days=day)
    with pytest.raises(BadAssertionError, match="good now"):
        verifier(authorities, at).verify(worker.assertion(at))


def forged(authority: Authority, key: ec.EllipticCurvePrivateKey, **wrong: object) -> bytes:
    """What the authority never issues, but somebody who has another of its certificates might wish for."""
    names = wrong.get("names", [x509.UniformResourceIdentifier(a_name().uri)])
    key_id = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    usage = wrong.get("usage", ExtendedKeyUsageOID.CLIENT_AUTH)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(new_id().int)
        .not_valid_before(START - timedelta(minutes=5))
        .not_valid_after(START + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)  # type: ignore[list-item]
        .add_extension(x509.SubjectAlternativeName(names), critical=False)  # type: ignore[arg-type]
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    )
    signer = wrong.get("signer", authority.private)
    return builder.sign(signer, hashes.SHA256()).public_bytes(  # type: ignore[arg-type]
        serialization.Encoding.DER
    )


NOT_OURS = "not a certificate of this authority"
NAMES_NOBODY = "names no worker"
FORGERIES = {
    "a server's": (NOT_OURS, {"usage": ExtendedKeyUsageOID.SERVER_AUTH}),
    "nobody's": (NAMES_NOBODY, {"names": [x509.DNSName("worker")]}),
    "another world's": (NAMES_NOBODY, {"names": [x509.UniformResourceIdentifier("spiffe://else/worker/1")]}),
    "two workers'": (
        NAMES_NOBODY,
        {"names": [x509.UniformResourceIdentifier(a_name().uri) for _ in range(2)]},
    ),
    "signed by another": (NOT_OURS, {"signer": new_key()}),
}


@pytest.mark.parametrize("which", FORGERIES)
def test_only_what_names_one_worker_as_a_client_is_believed(authorities: Authorities, which: str) -> None:
    why, wrong = FORGERIES[which]
    key = new_key()
    good = EnrolledWorker(key, forged(authorities.newest, key))
    assert verifier(authorities).verify(good.assertion(START)).name == good.name
    bad = forged(authorities.newest, key, **wrong)
    with pytest.raises(BadAssertionError, match=why):
        verifier(authorities).verify(good.assertion(START, x5c=_x5c(bad)))


def _x5c(der: bytes) -> list[str]:
    return [base64.b64encode(der).decode()]


def test_a_worker_vouches_for_nobody(authorities: Authorities) -> None:
    """A certificate that a worker signed with its own key, and the worker's as its issuer."""
    worker, _ = issue(authorities)
    fake = Authority("worker", worker.certificate, worker.key)
    key = new_key()
    forgery = EnrolledWorker(key, forged(fake, key))
    with pytest.raises(BadAssertionError, match=NOT_OURS):
        verifier(authorities).verify(forgery.assertion(START))


def test_the_authority_itself_is_no_worker(authorities: Authorities) -> None:
    root = authorities.newest
    key = root.private
    with pytest.raises(BadAssertionError, match=NOT_OURS):
        verifier(authorities).verify(
            EnrolledWorker(key, forged(root, key)).assertion(START, x5c=_x5c(root.der))
        )


def test_lists_name_who_is_revoked_for_every_authority(tmp_path: Path) -> None:
    generate_authority(tmp_path, at=START)
    generate_authority(tmp_path, at=START + timedelta(days=1))
    both = load_authorities(tmp_path)
    _, revoked = issue(both, at=START + timedelta(days=1))
    _, other = issue(both, at=START + timedelta(days=1))
    revoked = replace(revoked, revoked_at=START + timedelta(days=2))
    at = START + timedelta(days=3)
    pem = revocation_lists(both, [revoked], at=at, lifetime=timedelta(days=7))
    parts = [b"-----BEGIN" + part for part in pem.split(b"-----BEGIN")[1:]]
    lists = [x509.load_pem_x509_crl(part) for part in parts]
    assert [each.issuer for each in lists] == [each.certificate.subject for each in both.all]
    for found, authority in zip(lists, both.all, strict=True):
        assert found.is_signature_valid(authority.private.public_key())
        entry = found.get_revoked_certificate_by_serial_number(revoked.certificate_id.int)
        assert entry is not None
        assert entry.revocation_date_utc == revoked.revoked_at
        assert found.get_revoked_certificate_by_serial_number(other.certificate_id.int) is None
        assert found.next_update_utc == at + timedelta(days=7)
        assert found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == int(
            at.timestamp()
        )


def test_a_join_token_is_taken_apart_as_it_was_made() -> None:
    made = new_join_token(new_id())
    assert parse_join_token(made.text) == made
    assert len(made.text) <= 128
    assert made.secret not in repr(made)


@given(st.text(max_size=110))
def test_other_texts_are_no_join_tokens(text: str) -> None:
    assert parse_join_token(text) is None
    assert parse_join_token(f"ffj_{text}") is None


@given(st.uuids(), st.uuids(), st.uuids())
def test_a_workers_name_is_read_as_it_was_written(tenant: UUID, site: UUID, worker: UUID) -> None:
    name = WorkerName(tenant, site, worker)
    assert WorkerName.parse(name.uri) == name
    for other in (f"{name.uri}/x", name.uri.replace("spiffe", "https"), name.uri.upper(), f"x{name.uri}"):
        assert WorkerName.parse(other) is None
