"""`footfall calibrate`: measures a tenant's faces through the gateway, and shows what follows."""

import argparse
import base64
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from footfall_local.gateway_api import GatewayApi, GatewayApiError
from footfall_local.home import StackHome

TIMEOUT = 120.0
"""Measuring takes seconds, and longer on a machine that is busy with cameras."""

_CALIBRATIONS = "/v1/recognition/calibrations"


class _UsageError(Exception):
    """What was asked for cannot be done as it was asked; the text is one line without a secret."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `calibrate` may be told."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--apply", action="store_true", help="decide by what was measured from now on")
    what.add_argument(
        "--reset", action="store_true", help="go back to what the model was published with; measure nothing"
    )
    parser.add_argument("--model", default="", metavar="ID", help="model id (default: the one in use)")
    parser.add_argument(
        "--target-rate",
        type=float,
        default=0.0,
        metavar="R",
        help="share of strangers who may be taken for somebody (default: 0.001)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("calibration.png"),
        metavar="FILE",
        help="where the picture goes (default: calibration.png)",
    )
    parser.add_argument("--gateway", metavar="URL", help="the gateway (default: the stack of this folder)")
    parser.add_argument("--email", help="who signs in; with --password-file")
    parser.add_argument("--password-file", metavar="FILE", help="file with the password; - is standard input")
    parser.add_argument("--token-file", metavar="FILE", help="file with an access token; - is standard input")


def run(options: argparse.Namespace) -> int:
    """Serve parsed options; returns 0 when it was done, 1 when it was refused, 2 for wrong usage."""
    try:
        api = _api(options)
    except _UsageError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    wanted = {"modelId": options.model, "targetRate": options.target_rate}
    try:
        if not options.reset:
            measured = api.post(_CALIBRATIONS, wanted)
            options.out.write_bytes(base64.b64decode(measured["plotPng"]))
            sys.stdout.write(_table(measured))
            sys.stdout.write(f"Picture: {options.out.absolute()}\n")
        if options.apply or options.reset:
            held = api.post(f"{_CALIBRATIONS}:apply", {**wanted, "reset": options.reset})
            sys.stdout.write(
                f"From now on: match {held['matchThreshold']:.3f}, new {held['newThreshold']:.3f}\n"
            )
        elif not options.reset:
            sys.stdout.write("Nothing was changed; --apply decides by it.\n")
    except (GatewayApiError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _table(measured: Mapping[str, Any]) -> str:
    def count(name: str) -> str:
        return f"{int(measured.get(name, 0)):,}"

    def value(name: str) -> float:
        return float(measured.get(name, 0.0))

    def percent(name: str) -> str:
        return f"{value(name) * 100:.3g} %"

    rows = (
        ("people measured", count("customerCount"), ""),
        ("pairs of one person", count("genuinePairCount"), ""),
        ("pairs of two people", count("impostorPairCount"), ""),
        ("", "proposed", "now"),
        ("match threshold", f"{value('matchThreshold'):.3f}", f"{value('currentMatchThreshold'):.3f}"),
        ("new threshold", f"{value('newThreshold'):.3f}", f"{value('currentNewThreshold'):.3f}"),
        ("strangers taken for somebody", percent("expectedFalseMatchRate"), ""),
        ("  wanted at most", percent("targetRate"), ""),
        ("pairs of one person missed", percent("expectedMissRate"), ""),
    )
    lines = [f"Calibration of {measured['modelId']}"]
    lines += [f"  {name:<30}{proposed:>12}{now:>12}".rstrip() for name, proposed, now in rows]
    return "\n".join(lines) + "\n"


def _api(options: argparse.Namespace) -> GatewayApi:
    if options.token_file and (options.email or options.password_file):
        raise _UsageError("give a token or an account, not both")
    if bool(options.email) != bool(options.password_file):
        raise _UsageError("--email and --password-file go together")
    stack = _stack() if not options.gateway or not (options.token_file or options.email) else {}
    url = options.gateway or stack["GATEWAY_URL"]
    if options.token_file:
        return GatewayApi(url, token=_secret(options.token_file), timeout=TIMEOUT)
    if options.email:
        return GatewayApi(url, email=options.email, password=_secret(options.password_file), timeout=TIMEOUT)
    return GatewayApi(url, email=stack["DEMO_EMAIL"], password=stack["DEMO_PASSWORD"], timeout=TIMEOUT)


def _stack() -> Mapping[str, str]:
    """The address and the account of the stack of this folder."""
    file = StackHome.from_environment().demo_env
    try:
        lines = file.read_text().splitlines()
    except OSError:
        raise _UsageError(
            "no stack was started in this folder; say --gateway, and --token-file or --email"
        ) from None
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _secret(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
    except OSError as error:
        raise _UsageError(f"{file} cannot be read: {error.strerror}") from None
    secret = text.strip()
    if not secret:
        raise _UsageError(f"{'standard input' if file == '-' else file} is empty")
    return secret
