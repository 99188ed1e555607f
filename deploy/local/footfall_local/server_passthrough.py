"""`footfall server ...`: runs `footfall-server` as an operator of this folder's stack would."""

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from footfall_local.home import StackHome
from footfall_local.spawning import python_program
from footfall_local.stack import operator_environment
from footfall_local.stack_control import StackControl

if TYPE_CHECKING:
    from footfall_local.plan import StackPlan


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `server` may be told: everything that footfall-server takes."""
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="as footfall-server takes it"
    )


def run(options: argparse.Namespace) -> int:
    """Run footfall-server with the stack's settings, our standard streams and its exit code."""
    home = StackHome.from_environment()
    plan: StackPlan | None = StackControl(home, dict(os.environ)).plan()
    if plan is None:
        sys.stderr.write(f"There is no stack in {home.root}. `footfall up` starts one.\n")
        return 1
    done = subprocess.run(  # noqa: S603 - our own program, with what the user typed for it
        python_program("footfall_server", *options.arguments),
        env={**os.environ, **operator_environment(home, plan)},
        check=False,
    )
    return done.returncode
