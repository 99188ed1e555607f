"""footfall-server reports: the kept days of reports in the hands of an operator."""

import argparse
import asyncio
import sys
from datetime import date
from uuid import UUID

from footfall_server.command_line import CommandError, say

# What follows is imported when needed, since the adapters take a second that --help does not have.


def add_report_commands(reports: argparse.ArgumentParser) -> None:
    """Adds the subcommands to `footfall-server reports`."""
    actions = reports.add_subparsers(dest="action", required=True)
    verify = actions.add_parser(
        "verify", help="count kept days anew from the visits; exits with 1 when one differs"
    )
    verify.add_argument("--tenant-id", type=UUID, help="only this tenant")
    verify.add_argument("--site-id", type=UUID, help="only this site of the tenant")
    verify.add_argument("--from", dest="first", type=_day, metavar="YYYY-MM-DD", help="the first day")
    verify.add_argument("--to", dest="last", type=_day, metavar="YYYY-MM-DD", help="the last day")
    verify.add_argument("--repair", action="store_true", help="have days that differ counted anew and kept")
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> None:
    from footfall_server.report_administration import ReportOrder, verify_reports  # noqa: PLC0415
    from footfall_server.services.report_verification import VerificationScope  # noqa: PLC0415

    def tell(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    if options.site_id is not None and options.tenant_id is None:
        raise CommandError("a site belongs to one tenant: name it by --tenant-id")
    if options.first is not None and options.last is not None and options.last < options.first:
        raise CommandError("--to must not be before --from")
    scope = VerificationScope(options.site_id, options.first, options.last)
    order = ReportOrder(options.tenant_id, scope, options.repair)
    if asyncio.run(verify_reports(order, tell=tell, say=say)):
        raise CommandError("kept days differ from the visits; --repair has them counted anew")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day of the calendar, as YYYY-MM-DD") from None
