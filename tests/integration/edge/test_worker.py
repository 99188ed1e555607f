"""The worker as it is shipped: its process, the real models, a film as camera."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from fakes.edge_samples import CAMERA_ID
from fakes.fake_core import FakeCore
from footfall.v1 import face_event_pb2, ingest_service_pb2
from footfall_edge.spool_file import SpooledEvent, SpoolFile


def _vector(event: face_event_pb2.FaceEvent) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.frombuffer(event.embedding.vector, dtype="<f4")


def _people(events: list[face_event_pb2.FaceEvent]) -> int:
    """How many different people the events show, by the threshold that the core matches with."""
    known: list[np.ndarray] = []
    for event in events:
        if all(float(_vector(event) @ one) < 0.45 for one in known):
            known.append(_vector(event))
    return len(known)


async def test_two_people_are_two_tracks_each_told_early_and_at_the_end(
    core: FakeCore,
    edge,  # noqa: ANN001
    short_play: Path,
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{short_play}"),)
    await edge.start()
    await core.until(lambda: sum(one.final for one in core.committed.values()) == 2, "both tracks end", 60)
    await core.until(lambda: len(core.images) == 4, "a portrait of each event arrives", 30)
    assert await edge.terminate() == 0, edge.log()

    events = list(core.committed.values())
    assert not core.violations, "an event must keep the rules of its contract"
    assert [event.final for event in events] == [False, False, True, True]
    assert len({event.track_id for event in events}) == 2
    assert len({event.event_id for event in events}) == 4
    assert _people(events) == 2
    for event in events:
        assert event.embedding.model_id == "fr-mobilefacenet-512"
        assert abs(float(np.linalg.norm(_vector(event))) - 1) < 1e-3
        assert not event.quality.reasons
        assert not event.HasField("female_probability"), "gender is off unless it is asked for"
        assert core.images[event.image.image_id].startswith(b"\xff\xd8\xff"), "a portrait is a JPEG"
        assert len(core.images[event.image.image_id]) == event.image.size_bytes
        seconds = event.last_seen_time.ToSeconds() - event.first_seen_time.ToSeconds()
        assert 1 <= seconds <= 9
    assert edge.status()["state"] == "stopped"


async def test_kill_9_loses_no_spooled_event_and_doubles_none(
    core: FakeCore,
    edge,  # noqa: ANN001
    short_play: Path,
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{short_play}"),)
    core.acks = False
    await edge.start()
    await core.until(lambda: len(core.received) >= 2, "two early events are spooled and sent", 60)
    await edge.kill()
    spooled = [event.event_id for event in _spooled(edge.data_dir)]
    assert len(spooled) >= 2

    core.cameras = ()
    core.acks = True
    sent_before = len(core.received)
    await edge.start()
    await core.until(
        lambda: set(spooled) <= {event_id for _, event_id in core.received[sent_before:]},
        "what was spooled before the kill is sent again",
        60,
    )
    await core.until(lambda: len(core.images) >= len(spooled), "their portraits follow", 30)
    assert await edge.terminate() == 0, edge.log()
    assert not _spooled(edge.data_dir), "what the core has taken is deleted"
    assert len(core.committed) == len(set(core.committed))
    assert {hello.worker_id for hello in core.hellos} == {core.hellos[0].worker_id}


async def test_a_worker_starts_without_the_core_and_stops_in_time(
    core: FakeCore,
    edge,  # noqa: ANN001
    short_play: Path,
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{short_play}"),)
    core.heartbeat_s = 0.5
    await edge.start()
    await core.until(lambda: _online(core), "the camera is online", 60)
    await edge.kill()
    port = core.port
    await core.stop()

    await edge.start()  # nobody answers: the cached cameras are read
    await _until_spooled(edge.data_dir / "spool.sqlite")
    assert await edge.terminate() == 0, edge.log()
    finals = [face_event_pb2.FaceEvent.FromString(event.payload).final for event in _spooled(edge.data_dir)]
    assert sum(finals) == 2, "the two people in view when the worker stopped are told"

    await core.start(port)
    core.cameras = ()
    await edge.start()
    await core.until(
        lambda: len(core.committed) == len(finals), "the core gets all of it when it is back", 60
    )
    assert await edge.terminate() == 0


async def test_a_missing_model_stops_the_start_with_one_clear_line(edge, tmp_path: Path) -> None:  # noqa: ANN001
    edge.environment["FOOTFALL_EDGE_MODELS_DIR"] = str(tmp_path / "nowhere")
    await edge.start()
    assert await edge.process.wait() == 78
    assert "footfall models pull" in edge.log()
    assert len(edge.log().splitlines()) == 1


async def test_wrong_settings_are_named(edge) -> None:  # noqa: ANN001
    edge.environment["FOOTFALL_EDGE_GATEWAY_URL"] = "ftp://example"
    del edge.environment["FOOTFALL_EDGE_API_KEY"]
    await edge.start()
    assert await edge.process.wait() == 78
    assert "FOOTFALL_EDGE_GATEWAY_URL" in edge.log()
    assert "FOOTFALL_EDGE_API_KEY" in edge.log()


def _online(core: FakeCore) -> bool:
    return any(
        camera.state == ingest_service_pb2.CAMERA_STATE_ONLINE
        for beat in core.heartbeats
        for camera in beat.cameras
    )


def _spooled(data_dir: Path) -> Sequence[SpooledEvent]:
    """What is in the spool of a worker that does not run."""
    spool = SpoolFile(data_dir / "spool.sqlite", max_bytes=1 << 30)
    try:
        return spool.read_after(0, 1000)
    finally:
        spool.close()


async def _until_spooled(path: Path) -> None:
    """Wait until two early events are on disk."""
    import asyncio  # noqa: PLC0415 (only here)

    async with asyncio.timeout(60):
        while True:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                count = database.execute("SELECT count(*) FROM event").fetchone()[0]
            database.close()
            if count >= 2:
                return
            await asyncio.sleep(0.05)
