"""The runbooks of docs/security.md and docs/operations.md, taken out of the text to be run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Section:
    """Where runbooks are: a document, and the heading that they stand under."""

    document: Path
    heading: str


SECURITY = Section(DOCS / "security.md", "## Runbooks")
BACKUPS = Section(DOCS / "operations.md", "## Backups")

_BLOCK = re.compile(
    r"^(?P<indent> *)```sh(?P<setup> setup)?\n(?P<script>.*?)^ *```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Runbook:
    """A title, and the scripts of its steps in order."""

    title: str
    steps: tuple[str, ...]


def runbooks(section: Section = SECURITY) -> Mapping[str, Runbook]:
    """By title."""
    found = {}
    for part in re.split(r"^### ", _text(section), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        found[title] = Runbook(title, tuple(_scripts(body, setup=False)))
    return found


def setup() -> str:
    """What every runbook begins with."""
    [script] = _scripts(_text(SECURITY), setup=True)
    return script


def _text(section: Section) -> str:
    _, found, rest = section.document.read_text(encoding="utf-8").partition(f"\n{section.heading}\n")
    assert found, f"{section.document} has no section {section.heading}"
    return rest.partition("\n## ")[0]


def _scripts(text: str, *, setup: bool) -> list[str]:
    return [
        "\n".join(line.removeprefix(block["indent"]) for line in block["script"].splitlines())
        for block in _BLOCK.finditer(text)
        if (block["setup"] is not None) == setup
    ]
