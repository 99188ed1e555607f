"""/metrics: what a replica did, in Prometheus' text format.

Labels are names of jobs, states and reasons in one word; never an id, a name or anything of a person.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, start_http_server

from footfall_server.domain.jobs import JobRun, RunState

_PREFIX = "footfall_core"


class CannotServeMetricsError(Exception):
    """The address of the metrics is taken, or none of this machine's."""


class CoreMetrics:
    """The numbers of one replica, since it started. Alerts look at all replicas together."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._runs = Counter(
            f"{_PREFIX}_job_runs",
            "Runs of jobs that ended, by how; failure is SURVIVORS when a purge left something behind,"
            " RULES_NOT_SET when a bucket's life cycle could not be set.",
            ["job", "state", "failure"],
            registry=self._registry,
        )
        self._succeeded = Gauge(
            f"{_PREFIX}_job_last_success_timestamp_seconds",
            "When a run of the job last succeeded, of whichever tenant.",
            ["job"],
            registry=self._registry,
        )
        self._found = Counter(
            f"{_PREFIX}_job_found",
            "What runs counted, by what it was: survivors of a purge, people who were erased and were back.",
            ["job", "what"],
            registry=self._registry,
        )

    def job_ended(self, run: JobRun) -> None:
        """Counts a run that ended."""
        self._runs.labels(run.job, run.state.value, run.failure).inc()
        if run.state is RunState.SUCCEEDED and run.finished_at is not None:
            self._succeeded.labels(run.job).set(run.finished_at.timestamp())
        for what, count in run.summary.items():
            self._found.labels(run.job, what).inc(count)

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Answers GET /metrics in a thread of its own while the context is open; gives the port.

        Raises CannotServeMetricsError.
        """
        try:
            server, thread = start_http_server(port, addr=host, registry=self._registry)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CannotServeMetricsError(f"METRICS__LISTEN: {host}:{port}: {reason}") from None
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
