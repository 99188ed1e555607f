"""Begins a migration: `python -m footfall_migrations.new "what it does"`."""

import re
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from footfall_migrations.run import script_directory

_WIDTH = 4


def begin(message: str, scripts: ScriptDirectory) -> Path:
    """Writes the next revision's empty file and returns where it is.

    Raises ValueError for a message that gives no file name.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    if not slug:
        raise ValueError("say in a few words what the migration does")
    newest = scripts.get_current_head()
    revision = f"{int(newest or 0) + 1:0{_WIDTH}d}"
    script = scripts.generate_revision(revision, message, head=newest or "base")
    if script is None:
        raise ValueError(f"revision {revision} could not be written")
    written = Path(script.path)
    return written.rename(written.with_name(f"r{revision}_{slug}.py"))


def main() -> int:
    try:
        path = begin(" ".join(sys.argv[1:]), script_directory())
    except ValueError as error:
        sys.stderr.write(f'{error}: make migration M="what it does"\n')
        return 2
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
