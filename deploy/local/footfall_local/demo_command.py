"""`footfall demo`: from nothing to visits on the screen, checked against what really happened."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from footfall_vision.errors import ModelError
from footfall_vision.model_store import ModelStore
from rich.console import Console
from rich.table import Table

from footfall_local.demo_play import DemoError, DemoPlay, Outcome
from footfall_local.demo_record import DemoRecord
from footfall_local.demo_shop.demo_assets import prepare_demo
from footfall_local.demo_shop.play_control import PlayControl, PlayControlError
from footfall_local.demo_shop.recorded_visit import RecordedVisitError
from footfall_local.demo_shop.truth import Truth
from footfall_local.demo_shop.video import DemoFiles
from footfall_local.enrolment import EMAIL, SITE_NAME
from footfall_local.gateway_api import GatewayApi, GatewayApiError
from footfall_local.home import StackHome
from footfall_local.model_check import ensure_models
from footfall_local.plan import CameraPlan
from footfall_local.ports import PortTakenError
from footfall_local.progress import StartDisplay
from footfall_local.stack_commands import complain, control_of_this_folder, say, tell_where
from footfall_local.stack_control import StackError, Started
from footfall_local.stack_secrets import StackSecrets

FAILURES = (
    DemoError,
    GatewayApiError,
    ModelError,
    PlayControlError,
    PortTakenError,
    RecordedVisitError,
    StackError,
)


def run_demo(options: argparse.Namespace) -> int:
    """Start what is missing, play when it is needed, print and check the visits."""
    begun = time.monotonic()
    home, control = control_of_this_folder()
    try:
        ensure_models()
        files = prepare_assets()
        with StartDisplay() as display:
            camera = CameraPlan(play=str(files.play), empty=str(files.empty))
            started = control.start(camera=camera, watch=display)
        tell_where(home, started)
        outcome = _visits(home, started, files, replay=options.replay)
    except FAILURES as error:
        complain(f"The demo stopped: {error}")
        return 1
    _show(outcome.visits)
    say(outcome.verdict.table())
    if not outcome.is_settled and outcome.verdict.ok:
        complain("Some visits have no face yet.")
    verdict = outcome.verdict
    report = {
        "people": verdict.people,
        "visits": verdict.visits,
        "truth_people": verdict.truth_people,
        "truth_visits": verdict.truth_visits,
        "seconds": round(time.monotonic() - begun, 1),
        "gateway_url": started.plan.gateway_url,
    }
    say(json.dumps(report))
    return 0 if outcome.is_settled else 1


def prepare_assets() -> DemoFiles:
    """Pictures pulled and film rendered, beside the models, where they are shared by all stacks."""
    cache = ModelStore(None).directory.parent
    told: set[tuple[str, int]] = set()

    def tell(step: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if done < total and (step, tenth) not in told:
            told.add((step, tenth))
            complain(f"demo shop: {step} {done} of {total}")

    return prepare_demo(cache / "packages", cache / "demo", progress=tell)


def _visits(home: StackHome, started: Started, files: DemoFiles, *, replay: bool) -> Outcome:
    secrets = StackSecrets.load_or_make(home.secrets)
    play = DemoPlay(
        api=(api := GatewayApi(started.plan.gateway_url, email=EMAIL, password=secrets.demo_password)),
        control=PlayControl(started.plan.ports["camera_control"]),
        record_file=home.demo_file,
        edge_folder=home.data / "edge",
        say=say,
    )
    play.ensure_camera(_site_id(api))
    record = DemoRecord.load(home.demo_file)
    if record is not None and record.complete and not replay:
        say("The demo was played before; its visits, as the API tells them now (--replay plays it again):")
        return play.judge(record, Truth.load(Path(record.truth)))
    truth = Truth.load(files.truth)
    say(f"The shop opens: {len(truth.people)} people in {truth.duration_s:.0f} s. Watch it in the console.")
    return play.watch(play.play(files.truth), truth)


def _site_id(api: GatewayApi) -> str:
    for site in api.all_of("/v1/sites", "sites"):
        if site["displayName"] == SITE_NAME:
            return str(site["siteId"])
    raise DemoError(f"the site {SITE_NAME!r} was deleted; `footfall down --delete-data` begins afresh")


def _show(visits: Sequence[dict[str, Any]]) -> None:
    table = Table(title="GET /v1/visits", title_justify="left")
    for head in ("visitor", "kind", "first seen", "last seen", "sightings", "face"):
        table.add_column(head)
    for visit in sorted(visits, key=lambda each: str(each["firstSeenTime"])):
        table.add_row(
            f"#{visit['customerNumber']}",
            str(visit["kind"]).removeprefix("VISIT_KIND_").lower(),
            str(visit["firstSeenTime"])[11:21],
            str(visit["lastSeenTime"])[11:21],
            str(visit["sightingCount"]),
            "yes" if visit.get("imageId") else "no",
        )
    Console(file=sys.stdout, highlight=False).print(table)
    sys.stdout.flush()
