"""What is written about security is what holds."""

from pathlib import Path

from footfall_server.rpc.permission_matrix import in_document

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"


def test_the_permission_table_in_the_document_is_the_one_that_decides() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert in_document(text) == text, "docs/security.md is stale: make docs"
