"""`footfall`: the whole of Footfall on this machine, without Docker."""

import sys
from collections.abc import Sequence

from footfall_vision import model_cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["models"]:
            # An edge worker is installed without the stack, and has its models pulled by the same command.
            return model_cli.main(given[1:])
        from footfall_local.command_line import make_parser  # noqa: PLC0415 (needs what the stack needs)

        options = make_parser().parse_args(given)
        return int(options.run(options))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What runs goes on; `footfall down` stops it.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
