"""A camera is read under its lease, and no longer."""

import pytest
from fakes.edge_samples import CAMERA_ID
from footfall.v1 import ingest_service_pb2
from footfall_edge.event_spooling import LeasedSink
from footfall_edge.face_event import FaceEvent
from footfall_edge.leases import HeldLease, Lease, LeaseBook
from footfall_edge.link.lease_message import from_lease, to_release
from hypothesis import given
from hypothesis import strategies as st

OTHER = "0199aaaa-0000-7000-8000-0000000000ff"
TTL_S = 60.0


def mine(token: int = 7) -> Lease:
    return Lease(camera_id=CAMERA_ID, token=token, time_to_live_s=TTL_S)


THEIRS = Lease(camera_id=CAMERA_ID, token=0, holder_worker_id=OTHER, holder_name="Till 2")
NOBODYS = Lease(camera_id=CAMERA_ID, token=0)


class Worker:
    """A book and the clock that it goes by."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.book = LeaseBook(steady=lambda: self.now)
        self.told = 0
        self.book.on_change = self._tell

    def _tell(self) -> None:
        self.told += 1

    @property
    def token(self) -> int:
        lease = self.book.of(CAMERA_ID)
        assert lease is not None
        return lease.token

    def link(self, lease: Lease) -> None:
        self.book.link_up(asked_at=self.now)
        self.book.replace([lease])


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_a_camera_that_no_lease_is_given_for_may_be_read(worker: Worker) -> None:
    worker.book.link_up(asked_at=worker.now)
    worker.book.replace([])
    assert worker.book.of(CAMERA_ID) is None
    assert not worker.book.held()


def test_a_lease_ends_by_the_clock_counted_from_the_question(worker: Worker) -> None:
    worker.book.link_up(asked_at=worker.now)
    worker.now += 20
    worker.book.replace([mine()])
    assert worker.book.next_end_in_s() == pytest.approx(TTL_S - 20)
    worker.now += TTL_S - 20 - 0.001
    worker.book.expire()
    assert worker.token == 7
    worker.now += 0.001
    worker.book.expire()
    assert worker.token == 0
    assert worker.book.next_end_in_s() is None


def test_a_heartbeat_that_is_answered_renews_from_when_it_was_sent(worker: Worker) -> None:
    worker.link(mine())
    sent_at = worker.now = worker.now + 30
    worker.now += 25
    worker.book.update([mine()], asked_at=sent_at)
    worker.now = sent_at + TTL_S - 0.001
    worker.book.expire()
    assert worker.token == 7
    assert worker.told == 1, "a renewal is no change"


def test_what_the_core_says_unasked_counts_from_the_last_question(worker: Worker) -> None:
    worker.link(THEIRS)
    worker.now += 10
    worker.book.asked(worker.now)
    worker.now += 15
    worker.book.update([mine()])
    assert worker.book.next_end_in_s() == pytest.approx(TTL_S - 15)


def test_without_a_link_a_lease_is_held_on(worker: Worker) -> None:
    worker.link(mine())
    worker.book.link_down()
    worker.now += 24 * 3600
    worker.book.expire()
    assert worker.token == 7, "the core may be away for a day, and no visitor of it is lost"


def test_a_lease_that_had_ended_before_the_link_did_stays_ended(worker: Worker) -> None:
    worker.link(mine())
    worker.now += TTL_S
    worker.book.link_down()
    assert worker.token == 0


def test_after_an_outage_the_cores_word_counts(worker: Worker) -> None:
    worker.link(mine())
    worker.book.link_down()
    worker.now += 3600
    worker.link(THEIRS)
    assert worker.token == 0
    lease = worker.book.of(CAMERA_ID)
    assert lease is not None
    assert (lease.holder_worker_id, lease.holder_name) == (OTHER, "Till 2")


def test_a_lease_that_nobody_took_in_an_outage_has_time_to_be_asked_for(worker: Worker) -> None:
    worker.link(mine())
    worker.book.link_down()
    worker.now += 3600
    worker.link(NOBODYS)
    assert worker.token == 7, "to close the camera for one round trip would lose who is in view"
    worker.book.update([mine(8)], asked_at=worker.now)
    assert worker.token == 8


def test_and_no_longer_than_that(worker: Worker) -> None:
    worker.link(mine())
    worker.book.link_down()
    worker.link(NOBODYS)
    worker.now += 15
    worker.book.expire()
    assert worker.token == 0


def test_nobodys_ends_a_lease_at_once_when_the_core_says_so_later(worker: Worker) -> None:
    worker.link(mine())
    worker.book.replace([NOBODYS])
    assert worker.token == 0
    worker.book.update([mine()])
    worker.book.update([NOBODYS])
    assert worker.token == 0


def test_a_lease_is_given_back_once(worker: Worker) -> None:
    worker.link(mine())
    assert worker.book.give_back(CAMERA_ID) == HeldLease(CAMERA_ID, 7)
    assert worker.book.give_back(CAMERA_ID) is None
    assert not worker.book.held()


def test_an_answer_that_was_on_its_way_does_not_bring_back_what_was_given_back(worker: Worker) -> None:
    worker.link(mine())
    asked_at = worker.now
    worker.now += 1
    worker.book.give_back(CAMERA_ID)
    worker.now += 1
    worker.book.update([mine()], asked_at=asked_at)
    assert not worker.book.held()
    worker.book.update([mine(8)], asked_at=worker.now)
    assert worker.token == 8


def test_what_was_known_before_a_restart_holds_until_there_is_a_link(worker: Worker) -> None:
    worker.book.restore([mine(5)])
    worker.now += 1e6
    worker.book.expire()
    assert worker.token == 5
    worker.link(THEIRS)
    assert worker.token == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, 100)),
        st.tuples(st.just("renew"), st.floats(0, 20)),
        st.tuples(st.just("lose"), st.just(0.0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_while_linked_no_lease_outlives_what_the_core_counts(steps: list[tuple[str, float]]) -> None:
    """The core counts from when it answers, the worker from when it asked, which is earlier."""
    worker = Worker()
    worker.link(mine())
    core_ends = worker.now + TTL_S
    for step, seconds in steps:
        if step == "wait":
            worker.now += seconds
        elif step == "renew":
            asked_at = worker.now
            worker.book.asked(asked_at)
            worker.now += seconds
            core_ends = worker.now + TTL_S
            worker.book.update([mine()], asked_at=asked_at)
        else:
            worker.book.update([THEIRS])
            core_ends = worker.now
        worker.book.expire()
        assert not (worker.token and worker.now >= core_ends)


def test_a_lease_is_read_from_the_wire() -> None:
    message = ingest_service_pb2.CameraLease(
        camera_id=CAMERA_ID, lease_token=-4, holder_worker_id=OTHER, holder_display_name="Till 2"
    )
    message.time_to_live.FromSeconds(-9)
    lease = from_lease(message)
    assert (lease.token, lease.time_to_live_s) == (0, 0.0), "nonsense is no lease"
    assert to_release([HeldLease(CAMERA_ID, 7)]).lease_release.cameras[0].lease_token == 7


async def test_events_carry_the_lease_of_their_pipeline() -> None:
    from fakes.edge_samples import face_event  # noqa: PLC0415 (only here)

    class Kept:
        events: list[FaceEvent] = []  # noqa: RUF012 (a fake)

        async def record(self, event: FaceEvent) -> None:
            self.events.append(event)

    await LeasedSink(sink=Kept(), lease_token=42).record(face_event())
    assert Kept.events[0].lease_token == 42
