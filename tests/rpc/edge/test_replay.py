"""A small day after an outage, on a way that keeps breaking and with a core that forgets: all of it, once."""

from datetime import UTC, datetime
from pathlib import Path

from replay_cores import in_process_core
from replay_day import Day, last_day_end, spool_day
from replay_rig import replay_rig


async def test_a_day_is_replayed_whole_and_once(tmp_path: Path) -> None:
    async with in_process_core(keeps_content=True) as core, replay_rig(tmp_path, api_key=core.api_key) as rig:
        day = Day(events=300, end=last_day_end(datetime.now(UTC)), camera_ids=core.camera_ids)
        told = await spool_day(day, rig.spool)
        replayed = await rig.replay(core.host, core.port, cuts=6, patience_s=100)
        found = await core.found(day.person_of)
        assert not any(found.against(day, told).values())
        assert (found.images, found.visits) == (300, day.visits)
        assert replayed.cuts > 1, "on a busy machine not every cut finds its moment"
        assert core.core.duplicates, "what was acknowledged to nobody, or forgotten, came again"
        first_sent = list(dict.fromkeys(event_id for _, event_id in core.core.received))
        assert first_sent == told, "the oldest came first"
        assert not core.core.violations


def test_the_truth_counts_visits_by_the_gap() -> None:
    day = Day(events=400, end=last_day_end(datetime.now(UTC)), camera_ids=["a", "b"])
    assert len(day.tracks) == 200
    assert day.people < day.visits < len(day.tracks), "some come twice, some visits have several tracks"
    assert len(list(day.events())) == 400
