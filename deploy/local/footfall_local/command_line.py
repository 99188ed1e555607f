"""The commands of `footfall`, and their arguments."""

import argparse
from typing import Final

from footfall_gateway import __main__ as gateway_command
from footfall_vision import model_cli

from footfall_local import calibrate_command, server_passthrough, stack_commands
from footfall_local.demo_command import run_demo

DESCRIPTION: Final = "`footfall`: the whole of Footfall on this machine, without Docker."


def make_parser() -> argparse.ArgumentParser:
    """Parses one command into options whose run() does it and returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="footfall",
        description=DESCRIPTION,
        epilog="Everything is kept in .footfall (FOOTFALL_HOME). The gateway listens on port 8080, or on "
        "another free one when that is taken; FOOTFALL_GATEWAY_PORT asks for a certain one.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start the stack, without the demo camera")
    up.set_defaults(run=stack_commands.up)

    down = commands.add_parser("down", help="stop everything that was started, and nothing else")
    down.add_argument(
        "--delete-data", action="store_true", help="also delete the data, the logs and the generated secrets"
    )
    down.set_defaults(run=stack_commands.down)

    status = commands.add_parser(
        "status", help="what runs, where, and how it does; exits with 0 when all is well"
    )
    status.add_argument("--json", action="store_true", help="print one JSON document")
    status.set_defaults(run=stack_commands.status)

    logs = commands.add_parser("logs", help="the components' logs")
    logs.add_argument("component", nargs="*", metavar="COMPONENT", help="which ones (default: all)")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what is written from now on")
    logs.add_argument("-n", "--lines", type=int, default=20, help="lines of each log to begin with (20)")
    logs.set_defaults(run=stack_commands.logs)

    demo = commands.add_parser(
        "demo",
        help="start the stack, play a shop's camera to it, and show the visits",
        description="Starts the stack with the demo camera, lets it show people who come and go, and "
        "compares the visits that the API then tells with what the film is known to show. The last line "
        "is one JSON object. When the visits of an earlier play are there already, they are only verified.",
    )
    demo.add_argument("--replay", action="store_true", help="play again, although the visits are there")
    demo.set_defaults(run=run_demo)

    calibrate = commands.add_parser(
        "calibrate",
        help="measure how alike the faces of a tenant's people are, and propose thresholds",
        description="Measures the faces that people are recognised by, draws how alike those of one person "
        "and those of two are, and proposes thresholds for a target rate. Only --apply changes anything.",
    )
    calibrate_command.add_options(calibrate)
    calibrate.set_defaults(run=calibrate_command.run)

    server = commands.add_parser(
        "server", help="footfall-server with this stack's settings, such as `footfall server audit verify`"
    )
    server_passthrough.add_options(server)
    server.set_defaults(run=server_passthrough.run)

    models = commands.add_parser("models", help="the face models: fetch and show")
    model_cli.add_subcommands(models.add_subparsers(required=True, metavar="COMMAND"))
    models.set_defaults(run=model_cli.run)

    gateway = commands.add_parser("gateway", help="the gateway's configuration: render and check")
    gateway_command.add_subcommands(
        gateway.add_subparsers(dest="gateway_command", required=True, metavar="COMMAND")
    )
    gateway.set_defaults(run=gateway_command.run)
    return parser
