"""footfall-server audit: the logs in the hands of an operator and of an auditor."""

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from footfall_server.command_line import CommandError, say
from footfall_server.domain.audit import NO_TENANT
from footfall_server.domain.audit_chain import HASH_BYTES

# What follows is imported when needed, since the adapters take a second that --help does not have.


def add_audit_commands(audit: argparse.ArgumentParser) -> None:
    """Adds the subcommands to `footfall-server audit`."""
    actions = audit.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help="recompute the logs; exits with 1 when one was tampered with")
    _add_log_arguments(verify, required=False)
    _add_anchor_argument(verify)
    verify.set_defaults(run=_verify)
    export = actions.add_parser("export", help="write a log as JSON Lines for an auditor; is audited itself")
    _add_log_arguments(export, required=True)
    export.add_argument("--output", type=Path, required=True, help="a file that is not there yet")
    export.set_defaults(run=_export)
    verify_file = actions.add_parser("verify-file", help="recompute an exported log; needs no database")
    verify_file.add_argument("file", type=Path)
    _add_anchor_argument(verify_file)
    verify_file.set_defaults(run=_verify_file)


def _add_log_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    which = parser.add_mutually_exclusive_group(required=required)
    which.add_argument("--tenant-id", dest="log_id", type=UUID, help="the log of this tenant")
    which.add_argument(
        "--platform", dest="log_id", action="store_const", const=NO_TENANT, help="the installation's own log"
    )


def _add_anchor_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anchor",
        dest="anchors",
        action="append",
        default=[],
        type=_anchor,
        metavar="SEQUENCE:HASH",
        help="where the log was once, as an audit_head line told it; may be repeated",
    )


def _verify(options: argparse.Namespace) -> None:
    from footfall_server.audit_administration import verify_logs  # noqa: PLC0415

    if options.anchors and options.log_id is None:
        raise CommandError("an anchor belongs to one log: name it by --tenant-id or --platform")
    broken = asyncio.run(verify_logs(options.log_id, anchors=_together(options.anchors), say=say))
    if broken is not None:
        raise CommandError(broken)


def _export(options: argparse.Namespace) -> None:
    from footfall_server.audit_administration import export_log  # noqa: PLC0415

    asyncio.run(export_log(options.log_id, options.output, say=say))


def _verify_file(options: argparse.Namespace) -> None:
    from footfall_server.audit_administration import told  # noqa: PLC0415
    from footfall_server.audit_files import BadExportError, check_file  # noqa: PLC0415

    try:
        report = check_file(options.file, _together(options.anchors))
    except BadExportError as error:
        raise CommandError(str(error)) from None
    say(told(report))
    if report.broken is not None:
        raise CommandError(str(report.broken))


def _together(anchors: Sequence[tuple[int, bytes]]) -> Mapping[int, bytes]:
    together: dict[int, bytes] = {}
    for sequence, noted in anchors:
        if together.setdefault(sequence, noted) != noted:
            raise CommandError(f"two anchors for sequence {sequence} differ")
    return together


def _anchor(text: str) -> tuple[int, bytes]:
    sequence, _, digits = text.partition(":")
    try:
        noted = int(sequence), bytes.fromhex(digits)
    except ValueError:
        noted = 0, b""
    if noted[0] < 1 or len(noted[1]) != HASH_BYTES:
        raise argparse.ArgumentTypeError("must be a sequence from 1 on, a colon and 64 hexadecimal digits")
    return noted
