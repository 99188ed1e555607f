"""Sealed files open as they were written, or not at all."""

import io
import secrets
import stat
from pathlib import Path

import pytest
from footfall_server.backup.errors import BackupError
from footfall_server.backup.keys import BackupKey, load_key, write_new_key
from footfall_server.backup.sealing import (
    CHUNK_BYTES,
    HEADER_BYTES,
    TAG_BYTES,
    SealedWriter,
    unsealed,
)
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

KEY = BackupKey(bytes(range(32)))
CONTEXT = b"a backup's table"
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(*parts: bytes, key: BackupKey = KEY, context: bytes = CONTEXT) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, key, context)
    for part in parts:
        writer.write(part)
    writer.finish()
    return target.getvalue()


def opened(file: bytes, *, key: BackupKey = KEY, context: bytes = CONTEXT) -> bytes:
    return b"".join(unsealed(io.BytesIO(file), key, context))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]),
        max_size=4,
    )
)
def test_what_was_sealed_opens_however_it_was_written(sizes: list[int]) -> None:
    parts = [secrets.token_bytes(size) for size in sizes]
    whole = b"".join(parts)
    file = sealed(*parts)
    assert opened(file) == whole
    chunks = max(1, -(-len(whole) // CHUNK_BYTES))
    assert len(file) == HEADER_BYTES + len(whole) + chunks * TAG_BYTES


def test_a_face_is_nowhere_to_be_read() -> None:
    assert b"face" * 20 not in sealed(b"face" * 1000)
    assert sealed(b"face") != sealed(b"face"), "each file has a key of its own"
    assert "0001020304" not in repr(KEY)


THREE = sealed(b"a" * CHUNK_BYTES, b"b" * CHUNK_BYTES, b"c" * 10)
FIRST = slice(HEADER_BYTES, HEADER_BYTES + SEALED_CHUNK)
SECOND = slice(HEADER_BYTES + SEALED_CHUNK, HEADER_BYTES + 2 * SEALED_CHUNK)
LAST = slice(HEADER_BYTES + 2 * SEALED_CHUNK, None)
HEADER = slice(0, HEADER_BYTES)


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(THREE[:-1], id="cut in the last chunk"),
        pytest.param(THREE[: LAST.start], id="cut between chunks"),
        pytest.param(THREE[: SECOND.start], id="cut after the first chunk"),
        pytest.param(THREE[:HEADER_BYTES], id="nothing but the header"),
        pytest.param(THREE[: HEADER_BYTES - 1], id="cut in the header"),
        pytest.param(b"", id="empty"),
        pytest.param(THREE + b"x", id="something after the end"),
        pytest.param(THREE + THREE[LAST], id="the end twice"),
        pytest.param(THREE[HEADER] + THREE[SECOND] + THREE[FIRST] + THREE[LAST], id="swapped"),
        pytest.param(THREE[HEADER] + THREE[FIRST] + THREE[FIRST] + THREE[LAST], id="repeated"),
        pytest.param(THREE[HEADER] + THREE[SECOND] + THREE[LAST], id="the first chunk left out"),
        pytest.param(THREE[HEADER] + THREE[FIRST] + THREE[LAST], id="one in the middle left out"),
        pytest.param(sealed(b"z" * 10)[HEADER] + THREE[HEADER_BYTES:], id="the header of another file"),
    ],
)
def test_what_is_not_whole_does_not_open(damaged: bytes) -> None:
    with pytest.raises(BackupError):
        opened(damaged)


def test_every_bit_counts() -> None:
    file = sealed(b"who came when")
    for place in range(len(file)):
        for bit in (0, 7):
            flipped = bytearray(file)
            flipped[place] ^= 1 << bit
            with pytest.raises(BackupError):
                opened(bytes(flipped))


def test_a_flipped_bit_in_a_late_chunk_is_said_with_its_number() -> None:
    flipped = bytearray(THREE)
    flipped[SECOND.start + 5] ^= 1
    with pytest.raises(BackupError, match="chunk 1"):
        opened(bytes(flipped))


def test_another_key_and_another_file_do_not_open_it() -> None:
    with pytest.raises(BackupError, match="another key"):
        opened(THREE, key=BackupKey(bytes(32)))
    with pytest.raises(BackupError):
        opened(THREE, context=b"a backup's other table")


def test_a_key_file_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "backup.key"
    made = write_new_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_key(file) == made
    with pytest.raises(FileExistsError):
        write_new_key(file)
    assert load_key(file) == made
    other = write_new_key(tmp_path / "other.key")
    assert other.key_id != made.key_id
    file.chmod(0o644)
    with pytest.raises(BackupError, match="chmod 600"):
        load_key(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "geheim",
        "footfall-backup-key-1:",
        "footfall-backup-key-1:AAAA",
        "x" * 44,
        "footfall-backup-key-1:é",
    ],
)
def test_what_is_no_key_is_said_without_showing_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "backup.key"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(BackupError, match="not a key of backups") as told:
        load_key(file)
    assert "geheim" not in str(told.value)
    with pytest.raises(BackupError, match="no such file"):
        load_key(tmp_path / "missing")
