"""The chain of hashes: what it is made of, and that nothing in it can be changed unseen."""

import ast
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import footfall_server
import pytest
from footfall_server.audit_files import BadExportError, check_file, from_line, to_line
from footfall_server.domain.audit import Action, AuditEntry, AuditHead, ChainedEntry
from footfall_server.domain.audit_chain import (
    EMPTY,
    BrokenChainError,
    ChainCheck,
    Fault,
    chained,
    entry_hash,
    from_microseconds,
    microseconds,
)
from footfall_server.domain.identity import Principal, Role
from footfall_server.services.audit_verification import NO_ANCHORS
from hypothesis import given
from hypothesis import strategies as st

LOG = UUID("0191a8d0-0000-7000-8000-00000000000a")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ENTRIES = st.builds(
    AuditEntry,
    audit_id=st.uuids(),
    at=st.integers(-(10**15), 10**16).map(from_microseconds),
    actor_id=st.none() | st.uuids(),
    actor_role=TEXTS,
    action=TEXTS,
    resource=TEXTS,
    resource_id=st.none() | st.uuids(),
    detail=TEXTS,
)
LOGS = st.lists(ENTRIES, min_size=1, max_size=5)


def chain_of(entries: Sequence[AuditEntry], log_id: UUID = LOG) -> list[ChainedEntry]:
    found: list[ChainedEntry] = []
    head = EMPTY
    for entry in entries:
        found.append(chained(log_id, head, entry))
        head = AuditHead(found[-1].sequence, found[-1].hash)
    return found


def checked(
    chain: Sequence[ChainedEntry],
    head: AuditHead | None = None,
    anchors: Mapping[int, bytes] = NO_ANCHORS,
) -> AuditHead:
    check = ChainCheck(LOG, anchors)
    for each in chain:
        check.take(each)
    check.reached(head or check.last)
    return check.last


def broken(chain: Sequence[ChainedEntry], head: AuditHead) -> tuple[int, Fault]:
    with pytest.raises(BrokenChainError) as caught:
        checked(chain, head)
    assert f"sequence {caught.value.sequence}: " in str(caught.value)
    return caught.value.sequence, caught.value.fault


def head_of(chain: Sequence[ChainedEntry]) -> AuditHead:
    return AuditHead(chain[-1].sequence, chain[-1].hash)


def test_the_hash_is_what_the_documentation_says() -> None:
    """Written out by hand, as an auditor would."""
    entry = AuditEntry(
        audit_id=UUID("0191A8D0-0000-7000-8000-000000000001"),
        at=datetime(2026, 3, 2, 12, 0, 0, 7, tzinfo=UTC),
        actor_id=None,
        actor_role="",
        action="auth.sign_in_failed",
        resource="user",
        resource_id=UUID("0191A8D0-0000-7000-8000-000000000002"),
        detail='{"ü":1}',
    )
    told = (
        b"\0\0\0\x10footfall-audit-1"
        b"\0\0\0\x240191a8d0-0000-7000-8000-00000000000a"
        b"\0\0\0\x011"
        b"\0\0\0\x40" + b"0" * 64 + b"\0\0\0\x240191a8d0-0000-7000-8000-000000000001"
        b"\0\0\0\x101772452800000007"
        b"\xff\xff\xff\xff"
        b"\0\0\0\0"
        b"\0\0\0\x13auth.sign_in_failed"
        b"\0\0\0\x04user"
        b"\0\0\0\x240191a8d0-0000-7000-8000-000000000002"
        b'\0\0\0\x08{"\xc3\xbc":1}'
    )
    assert entry_hash(LOG, 1, bytes(32), entry) == hashlib.sha256(told).digest()


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_go_to_microseconds_and_back(at: datetime) -> None:
    assert from_microseconds(microseconds(at)) == at


@given(LOGS)
def test_whatever_is_appended_is_a_good_chain(entries: list[AuditEntry]) -> None:
    chain = chain_of(entries)
    assert checked(chain, head_of(chain)).sequence == len(entries)


def changed(entry: AuditEntry, other: AuditEntry) -> Iterator[AuditEntry]:
    """The entry with one field of another one, for each that differs."""
    names = ("audit_id", "at", "actor_id", "actor_role", "action", "resource", "resource_id", "detail")
    for name in names:
        if getattr(other, name) != getattr(entry, name):
            yield replace(entry, **{name: getattr(other, name)})
    yield replace(entry, at=entry.at + timedelta(microseconds=1))
    # Text that moves over the border between two fields leaves the bytes one after the other as they were.
    if entry.actor_role:
        moved = entry.actor_role[-1] + entry.action
        yield replace(entry, actor_role=entry.actor_role[:-1], action=moved)


@given(LOGS, ENTRIES, st.data())
def test_no_field_can_be_changed_unseen(
    entries: list[AuditEntry], other: AuditEntry, data: st.DataObject
) -> None:
    chain = chain_of(entries)
    place = data.draw(st.integers(0, len(chain) - 1))
    for entry in changed(chain[place].entry, other):
        forged = [*chain]
        forged[place] = replace(chain[place], entry=entry)
        assert broken(forged, head_of(chain)) == (place + 1, Fault.CHANGED_ENTRY)
        anew = entry_hash(LOG, place + 1, chain[place].previous_hash, entry)
        forged[place] = replace(forged[place], hash=anew)
        is_last = place == len(chain) - 1
        wanted = (place + 1, Fault.HEAD_MISMATCH) if is_last else (place + 2, Fault.BROKEN_LINK)
        assert broken(forged, head_of(chain)) == wanted, "with its own hash made anew"


@given(LOGS, st.data())
def test_no_entry_can_be_taken_out_or_moved_unseen(entries: list[AuditEntry], data: st.DataObject) -> None:
    chain = chain_of(entries)
    head = head_of(chain)
    place = data.draw(st.integers(0, len(chain) - 1))
    fewer = chain[:place] + chain[place + 1 :]
    is_last = place == len(chain) - 1
    assert broken(fewer, head) == (place + 1, Fault.TRUNCATED if is_last else Fault.GAP)
    other_log = chain_of(entries, UUID(int=7))
    assert broken(other_log, head_of(other_log)) == (1, Fault.CHANGED_ENTRY)
    if len(chain) > 1:
        moved = [*chain[1:], chain[0]]
        renumbered = [replace(each, sequence=number) for number, each in enumerate(moved, start=1)]
        assert broken(renumbered, head) == (1, Fault.CHANGED_ENTRY)


@given(LOGS, ENTRIES)
def test_an_anchor_finds_a_chain_that_was_made_anew(entries: list[AuditEntry], other: AuditEntry) -> None:
    before = chain_of(entries)
    anchor = {len(before): before[-1].hash}
    for after, fault in (
        (chain_of([*entries[:-1], replace(other, detail=f"{entries[-1].detail}!")]), Fault.ANCHOR_MISMATCH),
        (chain_of(entries[:-1]), Fault.TRUNCATED),
    ):
        checked(after)
        with pytest.raises(BrokenChainError) as caught:
            checked(after, anchors=anchor)
        assert (caught.value.sequence, caught.value.fault) == (len(before), fault)


@given(ENTRIES)
def test_a_line_of_an_export_is_the_entry(entry: AuditEntry) -> None:
    found = chained(LOG, EMPTY, entry)
    line = to_line(LOG, found)
    assert "\n" not in line
    assert from_line(line) == (LOG, found)


def a_chain(length: int = 3) -> list[ChainedEntry]:
    principal = Principal(UUID(int=1), Role.TENANT_ADMIN, LOG, datetime(2026, 1, 1, tzinfo=UTC))
    return chain_of(
        [
            AuditEntry.of(
                principal,
                Action.CUSTOMER_SPLIT,
                UUID(int=2),
                at=datetime(2026, 1, 1, 0, minute, tzinfo=UTC),
                detail={"reason": "zwei\u2028Leute"},
            )
            for minute in range(length)
        ]
    )


def written(folder: Path, lines: Sequence[str]) -> Path:
    file = folder / "log.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def test_an_exported_log_is_checked_without_a_database(tmp_path: Path) -> None:
    chain = a_chain()
    lines = [to_line(LOG, each) for each in chain]
    report = check_file(written(tmp_path, lines), {3: chain[2].hash})
    assert (report.ok, report.log_id, report.head) == (True, LOG, head_of(chain))
    found = check_file(written(tmp_path, [lines[0], lines[1].replace("zwei", "drei"), lines[2]]), {})
    assert found.broken is not None
    assert (found.broken.sequence, found.broken.fault, found.head.sequence) == (2, Fault.CHANGED_ENTRY, 1)
    assert check_file(written(tmp_path, lines[:2]), {}).ok
    cut = check_file(written(tmp_path, lines[:2]), {3: chain[2].hash})
    assert cut.broken is not None
    assert (cut.broken.sequence, cut.broken.fault) == (3, Fault.TRUNCATED)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "the file is empty"),
        (["geheim"], "line 1 is no entry"),
        (["[]"], "line 1 is no entry"),
        (["{}"], "line 1 is no entry"),
        ([to_line(LOG, a_chain()[0]).replace('"sequence": 1', '"sequence": "1"')], "line 1 is no entry"),
        ([to_line(LOG, a_chain()[0]).replace('"sequence": 1', '"sequence": true')], "line 1 is no entry"),
        ([to_line(LOG, a_chain()[0]).replace('"at": 1', '"at": 9999999999999999991')], "line 1 is no entry"),
        ([to_line(LOG, a_chain()[0]), ""], "line 2 is no entry"),
        ([to_line(LOG, a_chain()[0]), to_line(UUID(int=7), a_chain()[1])], "line 2 is of another log"),
    ],
)
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, lines: list[str], complaint: str) -> None:
    with pytest.raises(BadExportError, match=complaint) as caught:
        check_file(written(tmp_path, lines), {})
    assert "geheim" not in str(caught.value)


def test_bytes_that_are_no_text_are_no_export(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadExportError, match="UTF-8"):
        check_file(file, {})


def test_an_action_that_is_not_listed_is_not_appended() -> None:
    principal = Principal(UUID(int=1), Role.TENANT_ADMIN, LOG, datetime(2026, 1, 1, tzinfo=UTC))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"shop\.burn"):
        AuditEntry.of(principal, "shop.burn", None, at=at, detail={})
    with pytest.raises(ValueError, match=r"shop\.burn"):
        AuditEntry.by_operator("shop.burn", None, at=at, detail={}, resource="shop")


def actions_in(tree: ast.AST) -> Iterator[ast.expr]:
    """The action that each call of a maker of entries is given."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "AuditEntry"
        ):
            place = {"of": 1, "on_behalf_of": 2}.get(node.func.attr, 0)
            named = [each.value for each in node.keywords if each.arg == "action"]
            yield named[0] if named else node.args[place]


def test_every_action_that_the_core_appends_is_listed() -> None:
    [package] = footfall_server.__path__
    texts = [
        (file.name, action)
        for file in sorted(Path(package).rglob("*.py"))
        for action in actions_in(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert len(texts) > 15, "the calls are not found any more"
    for file, action in texts:
        match action:
            case ast.Constant(value=str(text)):
                assert text in set(Action), f"{file} appends {text}"
            case ast.Attribute(value=ast.Name(id="Action"), attr=name):
                assert name in Action.__members__, f"{file} appends Action.{name}"
            case _:
                assert isinstance(action, ast.Name | ast.IfExp), f"{file} makes the name of an action up"
