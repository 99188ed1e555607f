"""The runbooks of docs/security.md, taken out of the text to be run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"

_SECTION = "## Runbooks"
_BLOCK = re.compile(
    r"^(?P<indent> *)```sh(?P<setup> setup)?\n(?P<script>.*?)^ *```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Runbook:
    """A title, and the scripts of its steps in order."""

    title: str
    steps: tuple[str, ...]


def runbooks() -> Mapping[str, Runbook]:
    """By title."""
    found = {}
    for part in re.split(r"^### ", _text(), flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        found[title] = Runbook(title, tuple(_scripts(body, setup=False)))
    return found


def setup() -> str:
    """What every runbook begins with."""
    [script] = _scripts(_text(), setup=True)
    return script


def _text() -> str:
    _, found, rest = DOCUMENT.read_text(encoding="utf-8").partition(f"\n{_SECTION}\n")
    assert found, f"{DOCUMENT} has no section {_SECTION}"
    return rest.partition("\n## ")[0]


def _scripts(text: str, *, setup: bool) -> list[str]:
    return [
        "\n".join(line.removeprefix(block["indent"]) for line in block["script"].splitlines())
        for block in _BLOCK.finditer(text)
        if (block["setup"] is not None) == setup
    ]
