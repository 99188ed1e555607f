"""A machine on which nothing is changed: the programs that the installers call only write down how."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LOGS = """#!/bin/sh
printf "%s" "$(basename "$0")" >>"$CALLS"
for each in "$@"; do printf " %s" "$each"; done >>"$CALLS"
printf "\\n" >>"$CALLS"
"""
PYTHON = (
    LOGS
    + """
if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  for each in footfall footfall-edge; do cp "$STUBS/program" "$3/bin/$each"; done
fi
"""
)
PROGRAM = (
    LOGS
    + """
case "$*" in *join*) cat >"$CALLS.token"; touch "$DATA/identity.json" ;; esac
"""
)
THE_REST = """
while [ "$#" -gt 0 ] && [ "$1" != "$AFTER" ]; do shift; done
shift
exec "$@"
"""


@dataclass
class Machine:
    """Where the installer believes to be."""

    root: Path
    stubs: Path
    calls: Path
    environment: dict[str, str] = field(default_factory=dict)

    def stub(self, name: str, text: str) -> None:
        path = self.stubs / name
        path.write_text(text)
        path.chmod(0o755)

    def called(self) -> list[str]:
        """What was called since the last question."""
        if not self.calls.exists():
            return []
        lines = self.calls.read_text().splitlines()
        self.calls.unlink()
        return lines

    def run(self, script: Path, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(script), *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def files(self) -> dict[str, bytes]:
        """Every file below the root."""
        found = sorted(path for path in self.root.rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}
