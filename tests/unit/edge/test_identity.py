"""The worker's key and certificate on its disk, and what it signs with them."""

import base64
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from footfall_edge.identity.client_assertion import client_assertion
from footfall_edge.identity.identity_files import IDENTITY_FILE, NEXT_KEY_FILE, IdentityFiles
from footfall_edge.identity.worker_identity import (
    BadIdentityError,
    WorkerIdentity,
    new_private_key,
    signing_request,
)
from footfall_edge.link.certificate_keeper import CertificateKeeper
from pydantic import SecretStr

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
TOKEN_ID = "0123456789abcdef0123456789abcdef"
TOKEN = SecretStr(f"ffj_{TOKEN_ID}_{'1' * 64}")
OTHER_TOKEN = SecretStr(f"ffj_{'f' * 32}_{'1' * 64}")
WORKER_ID = "019aa000-0000-7000-8000-000000000000"


def certificate_for(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def an_identity() -> WorkerIdentity:
    key = new_private_key()
    return WorkerIdentity.issued(key, certificate_for(key), worker_id=WORKER_ID, join_token_id=TOKEN_ID)


def test_it_is_kept_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    files, identity = IdentityFiles(tmp_path), an_identity()
    assert files.load() is None
    files.save(identity)
    loaded = files.load()
    assert loaded is not None
    assert (loaded.fingerprint, loaded.key_pem) == (identity.fingerprint, identity.key_pem)
    assert (loaded.worker_id, loaded.join_token_id) == (WORKER_ID, TOKEN_ID)
    assert stat.S_IMODE((tmp_path / IDENTITY_FILE).stat().st_mode) == 0o600
    assert "Key" not in repr(identity), "a repr must not lead to the key"


def test_a_key_is_on_disk_before_it_is_asked_with(tmp_path: Path) -> None:
    data = tmp_path / "not there yet"
    key = IdentityFiles(data).next_key()
    again = IdentityFiles(data).next_key()
    assert again.public_key() == key.public_key(), "a lost answer is asked for again with the same key"
    assert stat.S_IMODE((data / NEXT_KEY_FILE).stat().st_mode) == 0o600
    IdentityFiles(data).save(an_identity())
    assert IdentityFiles(data).next_key().public_key() != key.public_key()


def test_a_key_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / NEXT_KEY_FILE
    file.touch(mode=0o600)
    file.write_text("half a key")
    key = IdentityFiles(tmp_path).next_key()
    assert IdentityFiles(tmp_path).next_key().public_key() == key.public_key()


def test_a_certificate_for_another_key_is_refused() -> None:
    with pytest.raises(BadIdentityError, match="another key"):
        WorkerIdentity.issued(
            new_private_key(), certificate_for(new_private_key()), worker_id="", join_token_id=""
        )
    with pytest.raises(BadIdentityError, match="cannot be read"):
        WorkerIdentity.issued(new_private_key(), b"nothing", worker_id="", join_token_id="")


def test_the_request_says_nothing_but_the_key() -> None:
    key = new_private_key()
    request = x509.load_der_x509_csr(signing_request(key))
    assert request.is_signature_valid
    assert request.public_key() == key.public_key()
    assert not list(request.subject)
    assert not list(request.extensions)


def test_a_statement_is_for_one_core_one_minute_and_one_use() -> None:
    identity = an_identity()
    texts = [client_assertion(identity, audience="footfall", now=BEGIN) for _ in range(2)]
    ids = set()
    for text in texts:
        header = jwt.get_unverified_header(text)
        assert (header["alg"], header["x5c"]) == (
            "ES256",
            [base64.b64encode(identity.certificate_der).decode()],
        )
        claims = jwt.decode(
            text,
            identity.key.public_key(),
            algorithms=["ES256"],
            audience="footfall",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["iss"] == claims["sub"] == WORKER_ID
        assert claims["exp"] - claims["iat"] == 60
        ids.add(UUID(claims["jti"]))
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("kept", "token", "joins"),
    [
        (False, None, False),
        (False, TOKEN, True),
        (True, None, False),
        (True, TOKEN, False),
        (True, OTHER_TOKEN, True),
    ],
)
def test_a_token_is_used_once(tmp_path: Path, kept: bool, token: SecretStr | None, joins: bool) -> None:
    files = IdentityFiles(tmp_path)
    if kept:
        files.save(an_identity())
    keeper = CertificateKeeper(files=files, join_token=token)
    assert keeper.joins is joins
    assert (keeper.shown is not None) is (kept and not joins), "who joins shows no certificate"
    keeper.give_token_up()
    assert not keeper.joins


def test_renewal_is_due_when_two_thirds_are_over(tmp_path: Path) -> None:
    files = IdentityFiles(tmp_path)
    files.save(an_identity())
    now = [BEGIN]
    keeper = CertificateKeeper(files=files, join_token=None, now=lambda: now[0])
    for days, due, ended in ((0, False, False), (19.9, False, False), (20, True, False), (30, True, True)):
        now[0] = BEGIN + timedelta(days=days)
        assert (keeper.renewal_is_due, keeper.has_ended) == (due, ended), f"{days} days"
