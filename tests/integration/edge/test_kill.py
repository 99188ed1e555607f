"""A worker that is killed at random points: a short run of `make kill-edge`."""

from pathlib import Path

import pytest
from kill_play import KillPlay
from replay_cores import in_process_core

KILLS = 8


@pytest.mark.timeout(300)
async def test_what_was_told_before_a_kill_reaches_the_core_once(tmp_path: Path) -> None:
    async with in_process_core(keeps_content=True) as core:
        seen = await KillPlay(core, tmp_path, seed=7).play(KILLS)
        assert not core.core.violations
    assert seen["told"], "some lives got to tell something"
    assert (seen["lost"], seen["doubled"], seen["double_visits"]) == (0, 0, 0)
    assert seen["set_aside"] == 0, "a kill leaves the spool sound"
    untold = seen["untold"]
    assert isinstance(untold, int)
    assert untold <= KILLS, "of what is not in the ledger one event a life may be safe"
