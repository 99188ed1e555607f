"""Plays the demo shop to the running stack and watches the visits come in."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from footfall_local.components.edge import STATUS_FILE
from footfall_local.demo_record import DemoRecord
from footfall_local.demo_shop.comparison import Verdict, compare
from footfall_local.demo_shop.play_control import CameraState, PlayControl, PlayControlError
from footfall_local.demo_shop.recorded_visit import RecordedVisit
from footfall_local.demo_shop.truth import Truth
from footfall_local.enrolment import VISIT_GAP_S
from footfall_local.gateway_api import GatewayApi

CAMERA_NAME = "Entrance"
SEEN_WITHIN_S = 60.0
SETTLED_WITHIN_S = 90.0
POLL_S = 1.0
EMPTY_SHOP_S = VISIT_GAP_S + 5.0
"""Between two plays, so that nobody's last visit goes on into the next one."""


class DemoError(Exception):
    """The demo cannot go on; the text says why."""


@dataclass(frozen=True)
class Outcome:
    """The visits of one play, as the API tells them, and what the truth says to them."""

    visits: tuple[dict[str, Any], ...]
    verdict: Verdict

    @property
    def is_settled(self) -> bool:
        """Whether everything is right, faces included."""
        return self.verdict.ok and all(visit.get("imageId") for visit in self.visits)


class DemoPlay:
    """One play, from the camera's start to the last visit."""

    def __init__(
        self,
        *,
        api: GatewayApi,
        control: PlayControl,
        record_file: Path,
        edge_folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self._api = api
        self._control = control
        self._record_file = record_file
        self._edge_folder = edge_folder
        self._say = say

    def ensure_camera(self, site_id: str) -> None:
        """Have the site's camera point at the demo camera.

        Raises:
            GatewayApiError: the API refused.
            PlayControlError: the demo camera does not answer.

        """
        url = self._control.state().rtsp_url
        for camera in self._api.all_of("/v1/cameras", "cameras", siteId=site_id):
            if camera["displayName"] == CAMERA_NAME:
                if camera["sourceUrl"] != url:
                    self._api.patch(f"/v1/cameras/{camera['cameraId']}", {"sourceUrl": url})
                return
        camera = {"siteId": site_id, "displayName": CAMERA_NAME, "sourceUrl": url}
        self._api.post("/v1/cameras", camera)

    def play(self, truth_file: Path) -> DemoRecord:
        """Begin the play when a worker looks at the camera; goes on with one that runs already.

        Raises:
            DemoError: no worker looks at the camera.
            PlayControlError: the demo camera does not answer.

        """
        before = DemoRecord.load(self._record_file)
        state = self._control.state()
        if state.playing and state.started_at is not None and before is not None:
            return before
        self._wait_for_empty_shop(before, truth_file)
        self._wait_for_viewer()
        state = self._control.start()
        if state.started_at is None:
            raise DemoError("the demo camera does not say when it began")
        record = DemoRecord(
            started_at=state.started_at, truth=str(truth_file), known_before=before is not None
        )
        record.save(self._record_file)
        return record

    def watch(self, record: DemoRecord, truth: Truth) -> Outcome:
        """Tell what comes in until the play is over and its visits are complete, or time is up."""
        end = record.started_at + timedelta(seconds=truth.duration_s)
        told = ""
        while True:
            outcome = self.judge(record, truth)
            now = datetime.now(UTC)
            people = len({visit["customerId"] for visit in outcome.visits})
            line = f"{people} people, {len(outcome.visits)} visits so far"
            if line != told:
                told = line
                at = min(max(0.0, (now - record.started_at).total_seconds()), truth.duration_s)
                self._say(f"  {at:5.1f} s of {truth.duration_s:.0f} s: {line}")
            over = (now - end).total_seconds()
            if over > 0 and outcome.is_settled and self._spool_is_empty():
                replace(record, complete=True).save(self._record_file)
                return outcome
            if over > SETTLED_WITHIN_S:
                return outcome
            time.sleep(POLL_S)

    def judge(self, record: DemoRecord, truth: Truth) -> Outcome:
        """Compare what the API tells now with the truth."""
        begun, end = record.started_at, record.started_at + timedelta(seconds=truth.duration_s)
        margin = timedelta(seconds=VISIT_GAP_S)
        visits = tuple(
            self._api.all_of(
                "/v1/visits",
                "visits",
                startTime=_rfc3339(begun - margin),
                endTime=_rfc3339(end + margin),
                pageSize="200",
            )
        )
        verdict = compare(
            truth,
            [RecordedVisit.from_json(visit) for visit in visits],
            started_at=begun,
            gap_s=VISIT_GAP_S,
            known_before=record.known_before,
        )
        return Outcome(visits, verdict)

    def _wait_for_viewer(self) -> None:
        deadline = time.monotonic() + SEEN_WITHIN_S
        while self._camera_state().clients == 0:
            if time.monotonic() > deadline:
                raise DemoError(f"no edge worker opened the demo camera within {SEEN_WITHIN_S:.0f} s")
            time.sleep(POLL_S / 4)

    def _wait_for_empty_shop(self, before: DemoRecord | None, truth_file: Path) -> None:
        if before is None:
            return
        end = before.started_at + timedelta(seconds=Truth.load(truth_file).duration_s + EMPTY_SHOP_S)
        time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))

    def _camera_state(self) -> CameraState:
        try:
            return self._control.state()
        except PlayControlError as error:
            raise DemoError(str(error)) from error

    def _spool_is_empty(self) -> bool:
        try:
            spool = json.loads((self._edge_folder / STATUS_FILE).read_text(encoding="utf-8"))["spool"]
        except (OSError, ValueError, KeyError):  # the worker is being restarted
            return False
        return bool(spool["events"] == 0 and spool["images"] == 0)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
