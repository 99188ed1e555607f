"""Alarms are numbers that somebody else looks at."""

import socket
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.metrics import CannotServeMetricsError, CoreMetrics

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def a_run(state: RunState, failure: str = "", **summary: int) -> JobRun:
    lease = AT + timedelta(minutes=2)
    return JobRun(
        new_id(), "purge_images", AT, AT, lease, state=state, finished_at=AT, summary=summary, failure=failure
    )


def told_by(metrics: CoreMetrics) -> str:
    with metrics.served("127.0.0.1", 0) as port:
        answer: bytes = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read()
        return answer.decode()


def test_what_a_purge_left_behind_is_a_number_to_be_alarmed_by() -> None:
    metrics = CoreMetrics()
    metrics.job_ended(a_run(RunState.SUCCEEDED, images=7, survivors=0))
    said = told_by(metrics)
    assert 'failure="SURVIVORS"' not in said
    assert 'footfall_core_job_found_total{job="purge_images",what="survivors"} 0.0' in said
    for _ in range(2):
        metrics.job_ended(a_run(RunState.FAILED, "SURVIVORS", images=1, survivors=3))
    said = told_by(metrics)
    runs = 'footfall_core_job_runs_total{failure="SURVIVORS",job="purge_images",state="failed"} 2.0'
    assert runs in said
    assert 'footfall_core_job_found_total{job="purge_images",what="survivors"} 6.0' in said
    assert 'footfall_core_job_found_total{job="purge_images",what="images"} 9.0' in said
    assert 'footfall_core_job_last_success_timestamp_seconds{job="purge_images"} 1.7724168e+09' in said


def test_an_address_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(CannotServeMetricsError, match=f"METRICS__LISTEN: 127.0.0.1:{port}: .*in use"),
            CoreMetrics().served("127.0.0.1", port),
        ):
            pass
