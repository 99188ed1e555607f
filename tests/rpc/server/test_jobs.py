"""Jobs as callers see them: when each is due, how it went, and one on request."""

import asyncio
from datetime import timedelta

import grpc
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from footfall.v1 import audit_service_pb2, job_service_pb2
from footfall_server.domain.identity import Role

RUNNING = job_service_pb2.JOB_RUN_STATE_RUNNING
SUCCEEDED = job_service_pb2.JOB_RUN_STATE_SUCCEEDED


async def runs(
    shop: Shop, core: Replica, job: str = "", *, page_size: int = 0, token: str = ""
) -> job_service_pb2.ListJobRunsResponse:
    request = job_service_pb2.ListJobRunsRequest(job=job, page_size=page_size, page_token=token)
    return await core.jobs.ListJobRuns(request, metadata=shop.signed_in(Role.TENANT_ADMIN))


async def run(shop: Shop, core: Replica, job: str) -> job_service_pb2.JobRun:
    request = job_service_pb2.RunJobRequest(job=job)
    return await core.jobs.RunJob(request, metadata=shop.signed_in(Role.TENANT_ADMIN))


async def ended(shop: Shop, core: Replica, run_id: str) -> job_service_pb2.JobRun:
    async with asyncio.timeout(20):
        while True:
            [told] = [each for each in (await runs(shop, core)).runs if each.run_id == run_id]
            if told.state != RUNNING:
                return told
            await asyncio.sleep(0.01)


async def test_jobs_say_when_they_are_due_and_how_they_went(shop: Shop, core: Replica) -> None:
    async def jobs() -> list[job_service_pb2.Job]:
        answer = await core.jobs.ListJobs(
            job_service_pb2.ListJobsRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN)
        )
        return list(answer.jobs)

    before = await jobs()
    names = [each.job for each in before]
    assert names == sorted(names)
    assert {"purge_images", "expire_templates", "recluster"} <= set(names)
    now = shop.clock.now().timestamp()
    for job in before:
        assert job.purpose.endswith(".")
        days = 7 if job.job == "verify_reports" else 1
        assert 0 < job.next_tick_time.seconds - now <= days * 86400, job.job
        assert not job.HasField("last_run")
    begun = await run(shop, core, "purge_images")
    assert (begun.job, begun.state, begun.attempt) == ("purge_images", RUNNING, 1)
    done = await ended(shop, core, begun.run_id)
    assert (done.state, done.failure, dict(done.summary)) == (
        SUCCEEDED,
        "",
        {"images": 0, "objects": 0, "survivors": 0, "rules_restored": 0, "rules_missing": 0},
    )
    assert done.requested_by
    [purge] = [each for each in await jobs() if each.job == "purge_images"]
    assert purge.last_run == done


async def test_runs_come_in_pages_the_newest_first(shop: Shop, core: Replica) -> None:
    begun = []
    for job in ("audit_head", "recluster", "audit_head"):
        shop.clock.advance(timedelta(seconds=1))
        begun.append((await run(shop, core, job)).run_id)
        await ended(shop, core, begun[-1])
    first = await runs(shop, core, page_size=2)
    rest = await runs(shop, core, page_size=2, token=first.next_page_token)
    assert [each.run_id for each in (*first.runs, *rest.runs)] == begun[::-1]
    assert not rest.next_page_token
    assert [each.run_id for each in (await runs(shop, core, "audit_head")).runs] == [begun[2], begun[0]]


async def test_a_run_on_request_is_in_the_audit_log(shop: Shop, core: Replica) -> None:
    begun = await run(shop, core, "audit_head")
    await ended(shop, core, begun.run_id)
    log = await core.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(page_size=1), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    assert (log.entries[0].action, log.entries[0].detail) == ("job.run", '{"job":"audit_head"}')


async def test_an_unknown_job_is_not_found(shop: Shop, core: Replica) -> None:
    failed = await failure(run(shop, core, "make_coffee"))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "JOB_NOT_FOUND")


async def test_runs_of_another_tenant_are_nobodys(shop: Shop, core: Replica) -> None:
    begun = await run(shop, core, "audit_head")
    await ended(shop, core, begun.run_id)
    foreign = await core.jobs.ListJobRuns(
        job_service_pb2.ListJobRunsRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    )
    assert not foreign.runs


async def test_who_asks_at_the_same_moment_has_a_run_of_their_own(shop: Shop, core: Replica) -> None:
    first, second = await run(shop, core, "audit_head"), await run(shop, core, "audit_head")
    assert first.run_id != second.run_id
    for each in (first, second):
        assert (await ended(shop, core, each.run_id)).state == SUCCEEDED
