"""What is written of an erasure is read again, and nothing else is taken for it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from footfall_server.domain.erasure_document import ErasureDocument, instant
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
DOCUMENTS = st.builds(
    ErasureDocument,
    erasure_id=st.uuids(),
    erased_at=st.datetimes(timezones=ZONES),
    receipt=st.text(),
    tombstones=st.dictionaries(
        st.binary(min_size=32, max_size=32), st.sampled_from(["person", "track", "new"])
    ),
)


@given(DOCUMENTS)
def test_it_comes_back_as_it_was(document: ErasureDocument) -> None:
    assert ErasureDocument.from_json(document.to_json()) == document


def test_it_is_the_form_that_earlier_releases_read() -> None:
    document = ErasureDocument(
        UUID(int=7), datetime(2026, 3, 2, 12, tzinfo=UTC), "header.claims.signature", {bytes(32): "person"}
    )
    assert json.loads(document.to_json()) == {
        "erasure_id": "00000000-0000-0000-0000-000000000007",
        "erased_at": "2026-03-02T12:00:00+00:00",
        "receipt": "header.claims.signature",
        "tombstones": [{"kind": "person", "digest": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"erasure_id": None}, "TypeError|AttributeError"),
        ({"erased_at": "2026-03-02T12:00:00"}, "zone"),
        ({"tombstones": 1}, "TypeError"),
        ({"tombstones": [{"digest": "AAAA"}]}, "KeyError"),
    ],
)
def test_what_leaves_open_whom_it_is_about_is_refused(change: dict[str, object], why: str) -> None:
    whole = {"erasure_id": str(UUID(int=7)), "erased_at": "2026-03-02T12:00:00Z", "tombstones": []}
    with pytest.raises(ValueError, match=why):
        ErasureDocument.from_json(json.dumps({**whole, **change}).encode())


def test_neither_receipt_nor_digest_is_in_what_a_log_would_show() -> None:
    document = ErasureDocument(UUID(int=7), datetime(2026, 3, 2, tzinfo=UTC), "a.b.c", {b"digest": "person"})
    assert "a.b.c" not in repr(document)
    assert "digest" not in repr(document)


def test_a_moment_has_its_zone() -> None:
    assert instant("2026-03-02T12:00:00Z") == datetime(2026, 3, 2, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        instant("2026-03-02T12:00:00")
