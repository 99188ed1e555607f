"""A live camera shows what time says, whoever asks and however often."""

from datetime import UTC, datetime, timedelta

import pytest
from aio_rtsp_toolkit.server_media import MediaTrackInfo
from footfall_local.demo_shop.clip import Clip, ClipError, CodedFrame
from footfall_local.demo_shop.live_programme import AlreadyPlayingError, LiveProgramme
from hypothesis import given
from hypothesis import strategies as st

FPS = 12.0
GROUP = 12
WALL = datetime(2026, 3, 1, tzinfo=UTC)


class ManualClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return WALL + timedelta(seconds=self.seconds)


def clip(name: str, count: int, *, fps: float = FPS, parameters: bytes = b"sps") -> Clip:
    track = MediaTrackInfo("video", "track1", "h264", 96, 90000, parameter_sets={"sps": parameters})
    frames = tuple(CodedFrame((f"{name}{i}".encode(),), i % GROUP == 0) for i in range(count))
    return Clip(frames=frames, fps=fps, track=track)


def programme(clock: ManualClock) -> LiveProgramme:
    return LiveProgramme(play=clip("play", 60), empty=clip("empty", 24), clock=clock, wall_clock=clock.wall)


def shown(camera: LiveProgramme, number: int) -> str:
    return camera.frame(number).nal_units[0].decode()


@given(st.integers(-500, 500))
def test_before_any_play_the_shop_is_empty(number: int) -> None:
    assert shown(programme(ManualClock()), number).startswith("empty")


@given(st.floats(0.0, 60.0), st.integers(0, 200))
def test_a_play_runs_once_from_its_start_and_the_shop_is_empty_again(wait_s: float, since: int) -> None:
    clock = ManualClock()
    camera = programme(clock)
    clock.seconds += wait_s
    play = camera.start()
    expected = f"play{since}" if since < 60 else f"empty{(since - 60) % 24}"
    assert shown(camera, play.begin + since) == expected
    assert shown(camera, play.begin - 1).startswith("empty")
    assert camera.frame(play.begin).is_key, "the play begins with a key frame at any moment"
    assert camera.frame(play.end).is_key, "so does the empty shop after it"


def test_the_start_is_the_wall_time_of_the_first_frame() -> None:
    clock = ManualClock()
    camera = programme(clock)
    clock.seconds += 3.21
    play = camera.start()
    clock.seconds += camera.seconds_until(play.begin)
    assert abs((clock.wall() - play.started_at).total_seconds()) < 1e-6


def test_it_plays_again_but_not_twice_at_once() -> None:
    clock = ManualClock()
    camera = programme(clock)
    first = camera.start()
    with pytest.raises(AlreadyPlayingError):
        camera.start()
    clock.seconds += 10.0
    assert not camera.is_playing()
    second = camera.start()
    assert second.begin >= first.end
    assert shown(camera, second.begin) == "play0"


def test_a_stopped_play_leaves_the_shop_empty_and_may_begin_again() -> None:
    clock = ManualClock()
    camera = programme(clock)
    camera.start()
    clock.seconds += 2.0
    camera.stop()
    clock.seconds += 0.5
    assert not camera.is_playing()
    assert shown(camera, camera.now()).startswith("empty")
    camera.start()


def test_stopping_nothing_is_harmless() -> None:
    camera = programme(ManualClock())
    camera.stop()
    assert camera.last_play is None


@given(st.floats(0.0, 30.0), st.integers(-50, 300))
def test_clients_begin_at_a_key_frame_within_one_group(wait_s: float, number: int) -> None:
    clock = ManualClock()
    camera = programme(clock)
    clock.seconds += wait_s
    camera.start()
    before, after = camera.key_before(number), camera.next_key(number)
    assert camera.frame(before).is_key
    assert camera.frame(after).is_key
    assert number - GROUP < before <= number <= after < number + GROUP


def test_clips_that_differ_cannot_follow_each_other() -> None:
    for other in (clip("empty", 24, fps=15.0), clip("empty", 24, parameters=b"other")):
        with pytest.raises(ClipError, match="encoded alike"):
            LiveProgramme(play=clip("play", 60), empty=other, clock=ManualClock())
