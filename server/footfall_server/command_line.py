"""What the parts of the command line have in common."""

import json
import sys


class CommandError(Exception):
    """The command cannot be done; the text is one line."""


def say(answer: dict[str, object]) -> None:
    """What the command made, as one line of JSON on stdout."""
    sys.stdout.write(f"{json.dumps(answer)}\n")


def tell(line: str) -> None:
    """How far the command is, as a line on stderr."""
    sys.stderr.write(f"{line}\n")
