"""The link notices that it is dead, and comes back with what it needs."""

from collections.abc import Callable

import grpc
import pytest
from fakes.edge_samples import spool_events
from fakes.fake_core import FakeCore
from footfall.v1 import ingest_service_pb2
from footfall_edge.link.core_link import LinkState
from footfall_edge.spool import Spool


async def test_a_core_that_answers_no_heartbeat_is_left_after_three(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.heartbeat_s = 0.1
    core.answers_heartbeats = False
    async with link_to(core, spool):
        await core.until(lambda: len(core.hellos) >= 2, "the worker dials again")
        assert core.heartbeats, "it was alive, and only unanswered"


async def test_heartbeats_keep_an_idle_link_up(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    core.heartbeat_s = 0.4
    async with link_to(core, spool):
        await core.until(lambda: len(core.heartbeats) >= 5, "heartbeats go on")
        assert len(core.hellos) == 1, "an answered link must stay"


async def test_a_heartbeat_tells_how_the_worker_does_and_how_its_clock_differs(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.clock_ahead_s = 90.0
    core.heartbeat_s = 60.0
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "it says how it does at once")
        first = core.heartbeats[0]
        assert ingest_service_pb2.WorkerStatus.Name(first.status) == "WORKER_STATUS_ONLINE"
        assert 80 < first.clock_offset.ToTimedelta().total_seconds() < 100
        assert first.start_time.ToSeconds() > 0
        assert first.free_disk_bytes > 0
        assert first.execution_provider == "cpu"
        await spool_events(spool, 1)
        running.heartbeats.beat_soon()
        await core.until(lambda: len(core.heartbeats) == 2, "it says it again when asked to, not in a minute")
    assert not core.violations


async def test_an_answer_to_another_heartbeat_says_nothing_of_the_clock(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.answers_heartbeats = False
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        stray = ingest_service_pb2.HeartbeatAnswer(core_time=core.now())
        stray.core_time.FromSeconds(1)
        stray.sent_time.FromSeconds(2)
        await core.push(ingest_service_pb2.ConnectResponse(heartbeat=stray))
        await spool_events(spool, 1)
        assert await running.link.drain(within_s=5), "what was said after it is heard"
        now = running.core_clock.now()
        assert now is not None
        assert now.year > 2000


async def test_the_token_is_renewed_before_its_end_and_nothing_is_lost(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.token_lifetime_s = 1.0
    async with link_to(core, spool):
        await core.until(lambda: len(core.hellos) >= 2, "a new link is made with a new token")
        await spool_events(spool, 5)
        await core.until(lambda: len(core.committed) == 5, "events go on")
    assert len(set(core.tokens_used)) == len(core.tokens_used) >= 2, "each link uses a token of its own"


async def test_a_refused_token_is_not_used_again(core: FakeCore, spool: Spool, link_to: Callable) -> None:
    async with link_to(core, spool):
        await core.until(lambda: core.hellos, "the first link is up")
        core.end_link(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
        await core.until(lambda: len(core.hellos) == 2, "the second link is up")
    assert core.tokens_used[0] != core.tokens_used[1]


async def test_a_token_outlives_a_link_that_broke_otherwise(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    async with link_to(core, spool):
        await core.until(lambda: core.hellos, "the first link is up")
        core.end_link(grpc.StatusCode.UNAVAILABLE, "INDEX_UNAVAILABLE")
        await core.until(lambda: len(core.hellos) == 2, "the second link is up")
    assert len(core.tokens_issued) == 1


@pytest.mark.parametrize(
    ("reason", "said"),
    [("EDGE_REPLACED", "data folder copied"), ("MODEL_MISMATCH", "another model")],
)
async def test_a_hopeless_link_says_why(
    core: FakeCore, spool: Spool, link_to: Callable, reason: str, said: str
) -> None:
    async with link_to(core, spool) as running:
        await core.until(lambda: core.heartbeats, "the link is up")
        core.end_link(grpc.StatusCode.ABORTED, reason)
        await core.until(lambda: len(core.hellos) == 2, "it still comes back")
        assert running.link.status.state in set(LinkState)
        assert said in running.link._judge_status(_failure(reason))


async def test_an_unknown_api_key_is_told_and_tried_again(
    core: FakeCore, spool: Spool, link_to: Callable
) -> None:
    core.reject_every_key = True
    async with link_to(core, spool) as running:
        while running.link.status.state is not LinkState.OFFLINE:
            await _turn(core)
        assert "API key" in running.link.status.detail
        assert "ffk_" not in running.link.status.detail, "the key itself must not be told"
        core.reject_every_key = False
        await core.until(lambda: core.hellos, "the key works now")


async def _turn(core: FakeCore) -> None:
    """Let the link work; bounded by the test's own timeout."""
    import asyncio  # noqa: PLC0415 (only here)

    assert core.url
    await asyncio.sleep(0.01)


def _failure(reason: str):  # type: ignore[no-untyped-def] # noqa: ANN202
    from footfall_edge.link.failures import Failure  # noqa: PLC0415 (only here)

    return Failure(code="ABORTED", reason=reason)
