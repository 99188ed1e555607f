"""`footfall up | down | status | logs`."""

import argparse
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

from footfall_vision.errors import ModelError

from footfall_local.accounts import unprivileged_account
from footfall_local.components.postgres_files import place_files
from footfall_local.home import StackHome
from footfall_local.log_reading import follow, show
from footfall_local.model_check import ensure_models
from footfall_local.ports import PortTakenError
from footfall_local.progress import StartDisplay
from footfall_local.stack import PREFERRED_PORTS
from footfall_local.stack_control import StackControl, StackError, Started
from footfall_local.status_report import report_status

if TYPE_CHECKING:
    from footfall_local.plan import StackPlan

MEGABYTE = 1_000_000


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def control_of_this_folder() -> tuple[StackHome, StackControl]:
    home = StackHome.from_environment()
    return home, StackControl(home, dict(os.environ))


def up(_options: argparse.Namespace) -> int:
    home, control = control_of_this_folder()
    try:
        ensure_models()
        with StartDisplay() as display:
            started = control.start(camera=None, watch=display)
    except (ModelError, StackError, PortTakenError) as error:
        complain(f"Footfall was not started: {error}")
        return 1
    say("Footfall runs already." if started.was_running else "Footfall runs.")
    tell_where(home, started)
    return 0


def tell_where(home: StackHome, started: Started) -> None:
    if started.plan.ports["gateway"] != PREFERRED_PORTS["gateway"]:
        say(f"The gateway listens on port {started.plan.ports['gateway']}.")
    say(f"Console and API: {started.plan.gateway_url}   sign-in: {home.demo_env}   stop: footfall down")


def down(options: argparse.Namespace) -> int:
    home, control = control_of_this_folder()
    try:
        stopped = control.stop()
    except StackError as error:
        complain(str(error))
        return 1
    say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    if options.delete_data:
        _delete_data(home)
        say(f"Deleted the data below {home.root}.")
    return 0


def _delete_data(home: StackHome) -> None:
    # PostgreSQL's data may have had to lie elsewhere.
    shutil.rmtree(place_files(home.data / "postgres", unprivileged_account()).data, ignore_errors=True)
    for folder in (home.data, home.secrets, home.logs):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (home.state_file, home.plan_file, home.lock_file, home.demo_env, home.demo_file):
        file.unlink(missing_ok=True)


def status(options: argparse.Namespace) -> int:
    home, control = control_of_this_folder()
    plan: StackPlan | None = control.plan()
    report = report_status(home, control.state(), plan)
    if options.json:
        say(json.dumps(report.document))
        return 0 if report.healthy else 1
    if "components" not in report.document:
        left = report.document["left_running"]
        say(f"Footfall is {report.phase}." + (f" Left running: {', '.join(left)}." if left else ""))
        return 1
    say(f"Footfall is {report.phase} at {report.document['gateway_url']}")
    for name, row in report.document["components"].items():
        health = "healthy" if row["healthy"] else f"{row['condition']}: {row['lacks']}"
        memory = f"{row['memory_bytes'] / MEGABYTE:.0f} MB"
        say(f"  {name:<10} pid {row['pid'] or '-':<8} {memory:>8}  restarts {row['restarts']:<3} {health}")
    say(f"  memory in all {report.document['memory_bytes'] / MEGABYTE:.0f} MB; data in {home.root}")
    return 0 if report.healthy else 1


def logs(options: argparse.Namespace) -> int:
    home, _ = control_of_this_folder()
    known = sorted(path.stem for path in home.logs.glob("*.log"))
    unknown = [name for name in options.component if name not in known]
    if unknown:
        complain(f"No log of {', '.join(unknown)}. There are: {', '.join(known) or 'none yet'}.")
        return 1
    files = [home.log_of(name) for name in options.component or known]
    offsets = show(files, lines=options.lines)
    if options.follow:
        follow(offsets)
    return 0
