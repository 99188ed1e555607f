"""JobService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any

from footfall.v1 import job_service_pb2, job_service_pb2_grpc

from footfall_server.rpc import convert_jobs
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.job_service import JobService


class JobServicer(job_service_pb2_grpc.JobServiceServicer):
    """Tells of jobs."""

    def __init__(self, *, jobs: JobService, page_tokens: PageTokens) -> None:
        self._jobs = jobs
        self._page_tokens = page_tokens

    async def ListJobs(
        self, _request: job_service_pb2.ListJobsRequest, _context: Any
    ) -> job_service_pb2.ListJobsResponse:
        found = await self._jobs.jobs(current_principal())
        return job_service_pb2.ListJobsResponse(jobs=map(convert_jobs.to_job, found))

    async def ListJobRuns(
        self, request: job_service_pb2.ListJobRunsRequest, _context: Any
    ) -> job_service_pb2.ListJobRunsResponse:
        principal = current_principal()
        page = await self._jobs.runs(
            principal,
            request.job,
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return job_service_pb2.ListJobRunsResponse(
            runs=map(convert_jobs.to_run, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def RunJob(self, request: job_service_pb2.RunJobRequest, _context: Any) -> job_service_pb2.JobRun:
        return convert_jobs.to_run(await self._jobs.run(current_principal(), request.job))
