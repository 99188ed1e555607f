"""Secrets of webhooks in the database: read with the key in the file, and by nobody else."""

import stat
from pathlib import Path

import pytest
from footfall_server.auth.secret_seal import FileSecretSeal
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import FootfallError

TENANT, WEBHOOK, SECRET = new_id(), new_id(), b"s" * 32


def test_what_is_sealed_is_opened_by_every_replica_and_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "webhooks.key"
    seal, other = FileSecretSeal(file), FileSecretSeal(file)
    assert other.open(TENANT, WEBHOOK, b"x" * 60) is None, "there is no key yet, and looking makes none"
    assert not file.exists()
    sealed = seal.seal(TENANT, WEBHOOK, SECRET)
    assert SECRET not in sealed
    assert seal.seal(TENANT, WEBHOOK, SECRET) != sealed
    assert other.open(TENANT, WEBHOOK, sealed) == SECRET
    assert seal.open(TENANT, WEBHOOK, other.seal(TENANT, WEBHOOK, SECRET)) == SECRET
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_is_that_of_its_webhook_alone(tmp_path: Path) -> None:
    seal = FileSecretSeal(tmp_path / "webhooks.key")
    sealed = seal.seal(TENANT, WEBHOOK, SECRET)
    assert seal.open(new_id(), WEBHOOK, sealed) is None
    assert seal.open(TENANT, new_id(), sealed) is None
    assert seal.open(TENANT, WEBHOOK, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert seal.open(TENANT, WEBHOOK, b"") is None
    elsewhere = FileSecretSeal(tmp_path / "other.key")
    elsewhere.seal(TENANT, WEBHOOK, SECRET)
    assert elsewhere.open(TENANT, WEBHOOK, sealed) is None


def test_a_key_that_is_exposed_or_none_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "webhooks.key"
    FileSecretSeal(file).seal(TENANT, WEBHOOK, SECRET)
    file.chmod(0o644)
    short = tmp_path / "short.key"
    short.touch(mode=0o600)
    short.write_bytes(b"short")
    for each in (file, short, tmp_path / "missing" / "webhooks.key"):
        with pytest.raises(FootfallError) as told:
            FileSecretSeal(each).seal(TENANT, WEBHOOK, SECRET)
        assert told.value.reason == "STORE_UNAVAILABLE"
        assert FileSecretSeal(each).open(TENANT, WEBHOOK, b"x" * 60) is None
        assert str(tmp_path) not in told.value.message, "where the key lies is not for callers"
