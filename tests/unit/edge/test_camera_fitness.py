"""A camera's fitness: the verdict, the picture, and the watch that they rest on."""

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta

import cv2
import numpy as np
import pytest
from fakes.edge_samples import MODEL_ID, NOON, face, unit_vector
from fakes.fitness_samples import seen, shot, sighting
from footfall_edge.camera_health import CameraFault, CameraState
from footfall_edge.camera_settings import CameraSettings
from footfall_edge.capture.reader import CaptureStatus
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.diagnosis.fitness.observations import Observations
from footfall_edge.diagnosis.fitness.picture import fitness_picture, heat_map
from footfall_edge.diagnosis.fitness.progress import ProgressLine
from footfall_edge.diagnosis.fitness.verdict import RECOGNISED_OF_COMPARABLE, Fitness, judge
from footfall_edge.diagnosis.fitness.watch import CameraSilentError, FitnessWatch, Progress
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot
from footfall_vision.quality import degrees_at, pose_part
from footfall_vision.types import Face, Floats, Image, Quality, QualityReason
from hypothesis import given
from hypothesis import strategies as st

# The verdict


def test_a_camera_with_good_faces_passes() -> None:
    report = judge(seen(good=19, bad=1))
    assert report.verdict is Fitness.PASS
    assert report.match_rate == pytest.approx(0.95 * RECOGNISED_OF_COMPARABLE)
    low, high = report.match_interval
    assert low < report.match_rate < high
    assert report.eyes_px == 40.0


@pytest.mark.parametrize(
    ("fault", "value", "reason", "advice"),
    [
        ("inter_ocular_px", 15.0, QualityReason.TOO_SMALL, "nearer"),
        ("pose", 0.1, QualityReason.TURNED_AWAY, "eye height"),
        ("sharpness", 0.1, QualityReason.BLURRED, "focus"),
        ("exposure", 0.1, QualityReason.TOO_DARK, "more light"),
        ("visible", 0.5, QualityReason.TRUNCATED, "middle of the picture"),
        ("certainty", 0.2, QualityReason.UNSURE, "hides faces"),
    ],
)
def test_a_fault_that_many_have_fails_it_and_says_what_to_change(
    fault: str, value: float, reason: QualityReason, advice: str
) -> None:
    report = judge(seen(good=10, bad=10, fault=fault, value=value))
    assert report.verdict is Fitness.FAIL
    assert report.faults[0] == (reason, 0.5)
    assert reason.name.lower().replace("_", " ") in report.reason
    assert advice in report.advice[0]


def test_every_fault_has_advice() -> None:
    for reason in QualityReason:
        observed = seen(good=5)
        bad = Quality(
            **{name: getattr(shot(), name) for name in Quality.__slots__ if name != "reasons"},
            reasons=(reason,),
        )
        observed.visitors += [type(observed.visitors[0])(bad)] * 10
        assert judge(observed).advice


def test_faces_fit_to_be_compared_but_not_to_found_fail_it_too() -> None:
    report = judge(seen(good=5, bad=15, fault="inter_ocular_px", value=28.0))
    assert report.match_rate > 0.9
    assert report.founding_rate == 0.25
    assert report.verdict is Fitness.FAIL
    assert "new customer" in report.reason
    assert report.advice


@pytest.mark.parametrize("count", [0, 1, 9])
def test_few_people_decide_nothing(count: int) -> None:
    report = judge(seen(good=count))
    assert report.verdict is Fitness.TOO_FEW
    assert "walk past" in report.advice[0]


def test_how_it_hangs_and_what_hangs_before_it_is_told() -> None:
    observed = seen(good=20)
    observed.sightings = [sighting(pitch=25.0) for _ in range(9)]
    observed.frames = 60
    observed.pictures = 2
    advice = " ".join(judge(observed).advice)
    assert "lower" in advice
    assert "1.0 frames a second" in advice
    assert "posters" in advice


@given(good=st.integers(0, 300), bad=st.integers(0, 300))
def test_rates_are_shares_and_more_good_people_never_lower_them(good: int, bad: int) -> None:
    one, better = judge(seen(good, bad)), judge(seen(good + 1, bad))
    for report in (one, better):
        low, high = report.match_interval
        assert 0 <= low <= report.match_rate <= high <= 1
    assert better.match_rate >= one.match_rate


@given(st.floats(0, 1))
def test_degrees_are_pose_the_other_way_round(part: float) -> None:
    assert 10 <= degrees_at(part) <= 60
    assert degrees_at(1) == 10
    assert pose_part(face().landmarks) == 1.0


# The picture


def _png(report_of: Observations, veil: FaceVeil) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    png = fitness_picture(judge(report_of), report_of, title="Door $x_1$", veil=veil)
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(decoded, dtype=np.uint8)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_the_picture_shows_the_frame_through_the_veil() -> None:
    observed = seen(good=6, bad=6)
    observed.sample = np.full((720, 1280, 3), (0, 255, 0), np.uint8)
    veiled: list[Image] = []

    def detect(image: Image) -> Sequence[Face]:
        veiled.append(image)
        return [face()]

    picture = _png(observed, FaceVeil(detect))
    assert picture.shape == (1000, 1600, 3)
    assert len(veiled) == 1
    greens = (picture == (0, 255, 0)).all(axis=2).mean()
    assert 0.1 < greens < 0.6, "the frame is in it"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_nothing_seen_is_a_picture_too() -> None:
    assert _png(Observations(), FaceVeil(lambda _: [])).shape == (1000, 1600, 3)


def test_heat_is_where_faces_were() -> None:
    heat = heat_map([sighting(x=0.1, y=0.9)] * 5 + [sighting(x=0.9, y=0.1)])
    assert heat.shape == (36, 64)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert (row / 36, column / 64) == pytest.approx((0.9, 0.1), abs=0.05)
    assert heat.max() == 1.0
    assert heat_map([sighting(x=1.2, y=-0.3)]).max() == 0.0
    assert not heat_map([]).any()


def test_the_veil_leaves_a_head_a_few_cells_and_the_rest_as_it_is() -> None:
    image = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    before = image.copy()
    veiled = FaceVeil(lambda _: [face(x=150, y=80, size=90), face(x=-60, y=-50, size=90)]).cover(image)
    assert (image == before).all(), "the given picture is not touched"
    head = veiled[90:190, 150:240].reshape(-1, 3)
    assert len(np.unique(head, axis=0)) <= 25
    assert (veiled[280:, 380:] == before[280:, 380:]).all()
    assert not (veiled[:20, :20] == before[:20, :20]).all(), "a face that is half outside is veiled"


# The watch


class SwayingFace:
    """A FaceVision that sees one person who sways, as long as the frame's first pixel is not black."""

    model_id = MODEL_ID

    def __init__(self) -> None:
        self.frames = 0
        self.widths: list[int | None] = []

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        self.frames += 1
        self.widths.append(detect_width)
        sway = 12 * np.sin(self.frames / 3)
        return [face(x=100 + sway, y=80)] if image[0, 0, 0] else []

    def align(self, image: Image, face: Face) -> Image:
        del image, face
        return np.zeros((112, 112, 3), np.uint8)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        del image, face, crop
        return shot()

    def embed(self, crop: Image) -> Floats:
        del crop
        return unit_vector(1)

    def female_probability(self, image: Image, face: Face) -> float | None:
        del image, face
        return None


class FilmReader:
    """Puts frames into the slot as fast as they are taken: a person for 4 s, nobody for 8 s, again."""

    def __init__(self, slot: FrameSlot, *, frames: int, status: CaptureStatus | None = None) -> None:
        self._slot = slot
        self._frames = frames
        self.status = status or CaptureStatus(state=CameraState.ONLINE)
        self.stopped = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._play())

    async def _play(self) -> None:
        for number in range(self._frames):
            if self.stopped:
                return
            second = number / 10
            image = np.full((360, 640, 3), 200 if second % 12 < 4 else 0, np.uint8)
            self._slot.put(Frame(image=image, at=second, captured_at=NOON + timedelta(seconds=second)))
            while self._slot._frame is not None and not self.stopped:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0)
        if self._frames:
            self._slot.close()

    def stop(self) -> None:
        self.stopped = True

    def join(self, timeout: float) -> bool:
        return timeout > 0


class Watched:
    def __init__(self, *, frames: int, status: CaptureStatus | None = None) -> None:
        self.vision = SwayingFace()
        self.told: list[Progress] = []
        self.now = 0.0
        self.status = status
        self.frames = frames
        self.reader: FilmReader | None = None
        self.stop = asyncio.Event()
        self.watch = FitnessWatch(
            vision=self.vision,
            camera=CameraSettings(detect_width=320, masks=(((0, 0.9), (1, 0.9), (1, 1), (0, 1)),)),
            make_reader=self.make_reader,
            analysis_fps=10.0,
            clock=self.clock,
        )

    def make_reader(self, slot: FrameSlot) -> FilmReader:
        self.reader = FilmReader(slot, frames=self.frames, status=self.status)
        return self.reader

    def clock(self) -> float:
        self.now += 0.4
        return self.now

    async def run(self, seconds: float) -> Observations:
        try:
            return await self.watch.run(seconds, stop=self.stop, tell=self.told.append)
        finally:
            assert self.reader is not None
            assert self.reader.stopped


async def test_each_person_is_counted_once_as_the_worker_would() -> None:
    world = Watched(frames=10_000)
    observed = await world.run(36.0)
    assert len(observed.visitors) == 3
    assert observed.seconds == pytest.approx(36.0)
    assert observed.frames == 361
    assert observed.frames_per_second == pytest.approx(10, abs=0.1)
    assert (observed.width, observed.height) == (640, 360)
    assert len(observed.sightings) == 121
    assert observed.sightings[0].x == pytest.approx(0.23, abs=0.03)
    assert observed.sightings[0].yaw is not None
    assert set(world.vision.widths) == {320}, "the camera's own settings are used"
    assert observed.sample is not None
    assert observed.sample[0, 0, 0] == 200, "a frame with somebody in it"
    assert not observed.sample[-10:].any(), "what is masked is black"
    assert [each.passed_s for each in world.told] == sorted(each.passed_s for each in world.told)


async def test_a_film_that_ends_and_a_person_who_waits_end_the_watch() -> None:
    assert (await Watched(frames=30).run(900.0)).frames == 30
    world = Watched(frames=10_000)
    world.told = _Stopping(world)
    observed = await world.run(900.0)
    assert 0 < observed.frames < 100


class _Stopping(list[Progress]):
    """Ends the watch when it is told for the third time."""

    def __init__(self, world: Watched) -> None:
        super().__init__()
        self._world = world

    def append(self, progress: Progress) -> None:
        super().append(progress)
        if len(self) == 3:
            self._world.stop.set()


async def test_a_camera_that_gives_nothing_is_told_with_the_reason() -> None:
    status = CaptureStatus(state=CameraState.FAILED, fault=CameraFault.AUTH, detail="the password is refused")
    world = Watched(frames=0, status=status)
    world.clock = lambda: 0.0  # type: ignore[method-assign]
    world.watch._clock = iter([0.0, 0.0, 100.0, 100.0]).__next__
    with pytest.raises(CameraSilentError, match="the password is refused"):
        await world.run(900.0)


# The progress


def test_a_terminal_gets_one_line_and_a_log_a_line_each_half_minute() -> None:
    observed = seen(good=3)
    terminal, log = io.StringIO(), io.StringIO()
    line = ProgressLine(terminal, is_terminal=True)
    for passed in range(60):
        line.show(Progress(float(passed), 900.0, observed))
    line.end()
    assert terminal.getvalue().count("\n") == 1
    assert "00:59 of 15:00  3 people  40 px between the eyes" in terminal.getvalue()
    line = ProgressLine(log, is_terminal=False)
    for passed in range(61):
        line.show(Progress(float(passed), 900.0, Observations()))
    line.end()
    assert log.getvalue().count("\n") == 3
    assert "no face yet" in log.getvalue()
