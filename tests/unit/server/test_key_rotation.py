"""Signing keys while they are rotated: which one signs, what verifies, and what a running core takes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.manual_clock import ManualClock
from footfall_server.auth.key_reload import KeyReload
from footfall_server.auth.keys import SIGNING_DELAY, KeyRing, generate_key, load_keys
from footfall_server.auth.tokens import AccessTokens, BadTokenError
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def ring(folder: Path, clock: ManualClock) -> KeyRing:
    loaded = load_keys(folder)
    return KeyRing(tuple(loaded._newest_first), now=clock.now)


def tokens_of(keys: KeyRing, clock: ManualClock) -> AccessTokens:
    return AccessTokens(keys=keys, issuer="i", audience="a", clock=clock)


def issued(tokens: AccessTokens) -> str:
    return tokens.issue(
        subject_id=new_id(),
        role=Role.SYSTEM_ADMIN,
        tenant_id=None,
        site_ids=None,
        lifetime=timedelta(minutes=10),
    ).text


def test_a_new_key_signs_once_everybody_knows_it(tmp_path: Path) -> None:
    clock = ManualClock()
    old = generate_key(tmp_path, at=LONG_AGO)
    new = generate_key(tmp_path, at=clock.now())
    keys = ring(tmp_path, clock)
    assert keys.newest.kid == new.stem
    assert keys.signing.kid == old.stem, "replicas that have not read the new key would refuse its tokens"
    clock.advance(SIGNING_DELAY - timedelta(seconds=1))
    assert keys.signing.kid == old.stem
    clock.advance(timedelta(seconds=1))
    assert keys.signing.kid == new.stem


def test_a_key_that_is_alone_signs_at_once(tmp_path: Path) -> None:
    clock = ManualClock()
    first = generate_key(tmp_path, at=clock.now())
    assert ring(tmp_path, clock).signing.kid == first.stem


def test_a_key_without_a_time_in_its_name_counts_as_old(tmp_path: Path) -> None:
    clock = ManualClock()
    named = generate_key(tmp_path, at=LONG_AGO).rename(tmp_path / "mounted.pem")
    assert ring(tmp_path, clock).signing.kid == named.stem


def test_secrets_follow_the_signing_key(tmp_path: Path) -> None:
    clock = ManualClock()
    generate_key(tmp_path, at=LONG_AGO)
    [before] = ring(tmp_path, clock).derived_secrets("pages")
    generate_key(tmp_path, at=clock.now())
    keys = ring(tmp_path, clock)
    assert keys.derived_secrets("pages")[0] == before
    clock.advance(SIGNING_DELAY)
    first, second = keys.derived_secrets("pages")
    assert (first != before, second) == (True, before)
    assert keys.derived_secrets("other purpose")[1] != before


async def test_a_running_core_takes_new_keys_and_drops_those_that_are_gone(tmp_path: Path) -> None:
    clock = ManualClock()
    old = generate_key(tmp_path, at=LONG_AGO)
    keys = ring(tmp_path, clock)
    tokens = tokens_of(keys, clock)
    reload = KeyReload(keys=keys, folder=tmp_path)
    by_the_old = issued(tokens)
    new = generate_key(tmp_path, at=clock.now())
    await reload.reload()
    assert keys.kids == (new.stem, old.stem)
    assert tokens.verify(by_the_old).role is Role.SYSTEM_ADMIN
    clock.advance(SIGNING_DELAY)
    by_the_new = issued(tokens)
    old.unlink()
    await reload.reload()
    assert tokens.verify(by_the_new).role is Role.SYSTEM_ADMIN
    with pytest.raises(BadTokenError, match="unknown key"):
        tokens.verify(by_the_old)


@pytest.mark.parametrize("fault", ["empty", "exposed", "garbage"])
async def test_a_folder_that_cannot_be_used_changes_nothing(tmp_path: Path, fault: str) -> None:
    clock = ManualClock()
    file = generate_key(tmp_path, at=LONG_AGO)
    keys = ring(tmp_path, clock)
    if fault == "empty":
        file.unlink()
    elif fault == "exposed":
        generate_key(tmp_path, at=clock.now()).chmod(0o644)
    else:
        (tmp_path / "zzz.pem").write_text("no key", encoding="utf-8")
        (tmp_path / "zzz.pem").chmod(0o600)
    await KeyReload(keys=keys, folder=tmp_path).reload()
    assert keys.kids == (file.stem,)


def test_a_key_file_appears_whole(tmp_path: Path) -> None:
    generate_key(tmp_path, at=LONG_AGO)
    assert [file.suffix for file in tmp_path.iterdir()] == [".pem"]
