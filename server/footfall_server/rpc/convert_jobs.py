"""Jobs and their runs, between the wire and the domain."""

from typing import Final

from footfall.v1 import job_service_pb2

from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.job_service import JobView

_STATES: Final = {
    RunState.RUNNING: job_service_pb2.JOB_RUN_STATE_RUNNING,
    RunState.SUCCEEDED: job_service_pb2.JOB_RUN_STATE_SUCCEEDED,
    RunState.FAILED: job_service_pb2.JOB_RUN_STATE_FAILED,
}


def to_job(view: JobView) -> job_service_pb2.Job:
    return job_service_pb2.Job(
        job=view.job.name,
        purpose=view.job.purpose,
        schedule=view.job.cron,
        next_tick_time=to_timestamp(view.next_tick),
        last_run=None if view.last_run is None else to_run(view.last_run),
    )


def to_run(run: JobRun) -> job_service_pb2.JobRun:
    return job_service_pb2.JobRun(
        run_id=str(run.run_id),
        job=run.job,
        tick_time=to_timestamp(run.tick),
        state=_STATES[run.state],
        attempt=run.attempt,
        requested_by=to_optional_id(run.requested_by),
        start_time=to_timestamp(run.started_at),
        finish_time=None if run.finished_at is None else to_timestamp(run.finished_at),
        summary=run.summary,
        failure=run.failure,
    )
