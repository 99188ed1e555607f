"""The key of erasures: one per installation, private, and everything that follows from it stays."""

import json
import stat
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.erasures import an_erasure_key
from footfall_server.auth.erasure_key import (
    FILE_NAME,
    BadErasureKeyError,
    ErasureKey,
    generate_erasure_key,
    load_erasure_key,
)
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.domain.erasure import TombstoneKind
from footfall_server.system_clock import SystemClock

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = generate_erasure_key(folder)
    assert made == folder / FILE_NAME
    content = made.read_bytes()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert generate_erasure_key(folder) is None
    assert made.read_bytes() == content
    assert load_erasure_key(folder).key_id == load_erasure_key(folder).key_id


def test_it_is_no_signing_key(tmp_path: Path) -> None:
    generate_key(tmp_path, at=SystemClock().now())
    generate_erasure_key(tmp_path)
    assert len(load_keys(tmp_path).kids) == 1


def test_a_key_that_is_away_exposed_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadErasureKeyError, match=r"erasures\.key is not there .*generate-keys"):
        load_erasure_key(tmp_path)
    file = generate_erasure_key(tmp_path)
    assert file is not None
    file.chmod(0o644)
    with pytest.raises(BadErasureKeyError, match="others may read"):
        load_erasure_key(tmp_path)
    file.write_bytes(b"-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n")
    file.chmod(0o600)
    with pytest.raises(BadErasureKeyError, match="not a readable"):
        load_erasure_key(tmp_path)
    generate_key(tmp_path, at=SystemClock().now()).replace(file)
    with pytest.raises(BadErasureKeyError, match="not an Ed25519 key"):
        load_erasure_key(tmp_path)


def test_a_receipt_verifies_with_the_public_half_and_no_other() -> None:
    key = an_erasure_key()
    receipt = key.sign({"jti": "1", "iss": "footfall"})
    assert jwt.get_unverified_header(receipt) == {"alg": "EdDSA", "kid": key.key_id, "typ": "JWT"}
    assert jwt.decode(receipt, key.public_pem, algorithms=["EdDSA"]) == {"jti": "1", "iss": "footfall"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(receipt, an_erasure_key(2).public_pem, algorithms=["EdDSA"])
    head, _, signature = receipt.split(".")
    forged = jwt.utils.base64url_encode(json.dumps({"jti": "2"}).encode()).decode()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{forged}.{signature}", key.public_pem, algorithms=["EdDSA"])


def test_the_key_id_is_the_thumbprint_of_the_public_half() -> None:
    # The example of RFC 8037, appendix A: the key of A.1 has the thumbprint of A.3.

    secret = jwt.utils.base64url_decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    key = ErasureKey(Ed25519PrivateKey.from_private_bytes(secret))
    assert key.key_id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_tombstones_differ_by_tenant_kind_id_and_key_and_are_always_the_same() -> None:
    maker, again, other = (an_erasure_key(number).tombstones() for number in (1, 1, 2))
    person = maker.of(ONE, TombstoneKind.PERSON, OTHER)
    assert person == again.of(ONE, TombstoneKind.PERSON, OTHER)
    assert len(person.digest) == 32
    all_of_them = {
        person.digest,
        other.of(ONE, TombstoneKind.PERSON, OTHER).digest,
        maker.of(OTHER, TombstoneKind.PERSON, OTHER).digest,
        maker.of(ONE, TombstoneKind.TRACK, OTHER).digest,
        maker.of(ONE, TombstoneKind.PERSON, ONE).digest,
    }
    assert len(all_of_them) == 5
    assert person.digest.hex() not in repr(person)
