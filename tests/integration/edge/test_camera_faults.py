"""One fault of every kind on real RTSP streams: the worker says why, recovers, and loses no visit.

`make faults-edge` forces a hundred of each and holds the times to their limit.
"""

from pathlib import Path

import pytest
from camera_faults import KINDS, FaultRun, Outcome


@pytest.mark.timeout(400)
async def test_a_camera_that_fails_in_any_way_says_why_and_comes_back(tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    report = await FaultRun(tmp_path).run(1, seed=1, tell=outcomes.append)
    assert {outcome.kind.name: outcome.causes for outcome in outcomes if not outcome.right_cause} == {}
    assert {outcome.kind for outcome in outcomes if outcome.recovery_s is not None} == set(KINDS)
    assert report["visits"] >= len(KINDS), "each camera was well for a whole visit"
    assert (report["lost"], report["doubled"]) == (0, 0), report
