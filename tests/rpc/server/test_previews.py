"""Previews: frames flow while somebody watches, here and across replicas, and no longer than that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import grpc
import pytest
from fakes.polling import until
from fakes.rpc_failures import Failure, failure, taken_apart
from fakes.scripted_worker import ScriptedWorker, at_work
from fakes.shop import Metadata, Replica, Shop
from fakes.wire_events import JPEG
from footfall.v1 import audit_service_pb2, camera_control_service_pb2
from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.preview import PreviewDemand, PreviewSize
from footfall_server.rpc import camera_control
from footfall_server.settings import PreviewSettings

Watching: TypeAlias = "grpc.aio.UnaryStreamCall[object, camera_control_service_pb2.PreviewFrame]"
PATIENCE = 20


@pytest.fixture
async def there(shop: Shop) -> AsyncIterator[Replica]:
    """The replica that has the worker's link."""
    async with shop.replica() as replica:
        yield replica


def watch(core: Replica, metadata: Metadata, camera_id: UUID, **asked: float) -> Watching:
    request = camera_control_service_pb2.WatchPreviewRequest(camera_id=str(camera_id), **asked)  # type: ignore[arg-type]
    return core.camera_control.WatchPreview(request, metadata=metadata)


def frame(number: int) -> bytes:
    """A picture that is told from others by its size."""
    return JPEG + bytes(number)


async def next_frame(watching: Watching) -> camera_control_service_pb2.PreviewFrame:
    async with asyncio.timeout(PATIENCE):
        answer = await watching.read()
    assert isinstance(answer, camera_control_service_pb2.PreviewFrame), "the preview ended"
    return answer


async def ended(watching: Watching) -> Failure:
    try:
        async with asyncio.timeout(PATIENCE):
            while await watching.read() is not grpc.aio.EOF:
                pass
    except grpc.aio.AioRpcError as error:
        return taken_apart(error)
    raise AssertionError(f"the preview ended with {await watching.code()}")


@asynccontextmanager
async def reading(shop: Shop, core: Replica) -> AsyncIterator[ScriptedWorker]:
    """A worker that reads our camera, through this replica."""
    async with at_work(core, shop.signed_in(Role.WORKER), shop.own.camera.camera_id) as worker:
        yield worker


def demands_of(shop: Shop) -> dict[tuple[UUID, UUID], PreviewDemand]:
    return shop.transactions.tables(shop.own.tenant.tenant_id).previews


@pytest.mark.parametrize("across", [False, True], ids=["one replica", "two replicas"])
async def test_frames_come_while_somebody_watches_and_no_longer(
    shop: Shop, core: Replica, there: Replica, *, across: bool
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with reading(shop, there) as worker:
        await worker.show(camera_id, frame(1))
        watching = watch(core if across else there, manager, camera_id, max_width=640, max_fps=4)
        await until(lambda: worker.watched == {camera_id: (640, 4)})
        await worker.show(camera_id, frame(2))
        shown = await next_frame(watching)
        assert shown.jpeg == frame(2), "what came before anybody watched is shown to nobody"
        assert shown.capture_time.seconds == 1_772_000_000
        assert [each.box.width for each in shown.faces] == [30]
        watching.cancel()
        await until(lambda: worker.watched == {})
    assert not demands_of(shop)
    assert (len(shop.transactions.tables(shop.own.tenant.tenant_id).pictures) == 1) == across


async def test_a_frame_between_replicas_is_sealed_and_soon_over(
    shop: Shop, core: Replica, there: Replica
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with reading(shop, there) as worker:
        watching = watch(core, manager, camera_id)
        await until(lambda: worker.watched is not None)
        await worker.show(camera_id, frame(1))
        await next_frame(watching)
        [kept] = shop.transactions.tables(shop.own.tenant.tenant_id).pictures.values()
        assert JPEG not in kept.sealed
        assert kept.expires_at - shop.clock.now() == timedelta(seconds=5)
        watching.cancel()


async def test_the_worker_is_asked_once_for_all_who_watch(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with reading(shop, there) as worker:
        small = watch(core, manager, camera_id, max_width=320, max_fps=5)
        await until(lambda: worker.watched == {camera_id: (320, 5)})
        large = watch(there, manager, camera_id, max_width=5000 // 2, max_fps=1)
        await until(lambda: worker.watched == {camera_id: (960, 5)})
        await worker.show(camera_id, frame(1))
        for watching in (small, large):
            assert (await next_frame(watching)).jpeg == frame(1)
        small.cancel()
        await until(lambda: worker.watched == {camera_id: (960, 1)})
        large.cancel()


async def test_a_demand_that_nobody_says_again_is_over(shop: Shop, there: Replica) -> None:
    """As of a replica that was killed."""
    camera = shop.own.camera
    async with reading(shop, there) as worker:
        async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
            await tx.previews.want(
                PreviewDemand(
                    site_id=camera.site_id,
                    camera_id=camera.camera_id,
                    replica_id=new_id(),
                    size=PreviewSize(640, 5),
                    watchers=1,
                    expires_at=shop.clock.now() + timedelta(milliseconds=50),
                )
            )
        await until(lambda: worker.watched == {camera.camera_id: (640, 5)})
        shop.clock.advance(timedelta(milliseconds=50))
        await until(lambda: worker.watched == {})


async def test_a_worker_shows_nothing_but_what_is_watched_at_its_site(
    shop: Shop, core: Replica, there: Replica
) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(reading(shop, there))
        others = [
            await stack.enter_async_context(at_work(there, metadata))
            for metadata in (
                shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id]),
                shop.signed_in(Role.WORKER, chain=shop.foreign),
            )
        ]
        watching = watch(core, admin, camera_id)
        await until(lambda: reader.watched is not None)
        for other in others:
            await other.show(camera_id, frame(1))
            await other.show(camera_id, b"<html>")
        await reader.show(shop.own.other_camera.camera_id, frame(2))
        await reader.show(camera_id, b"<html>")
        await reader.show(camera_id, frame(3))
        assert (await next_frame(watching)).jpeg == frame(3)
        assert all(other.watched is None for other in others)
        watching.cancel()


@pytest.mark.parametrize("whose", ["another site's", "another tenant's", "nobody's"])
async def test_what_is_somebody_elses_is_not_there(shop: Shop, core: Replica, whose: str) -> None:
    camera_id = {
        "another site's": shop.own.other_camera.camera_id,
        "another tenant's": shop.foreign.camera.camera_id,
        "nobody's": new_id(),
    }[whose]
    failed = await failure(watch(core, shop.signed_in(Role.SITE_MANAGER), camera_id).read())
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "CAMERA_NOT_FOUND")
    assert not demands_of(shop)


async def test_a_camera_that_nobody_reads_is_not_watched(shop: Shop, core: Replica) -> None:
    failed = await failure(watch(core, shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id).read())
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "WORKER_OFFLINE")


async def test_a_preview_ends_when_no_picture_may_leave_the_shop_any_more(
    shop: Shop, core: Replica, there: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_control, "PREVIEW_CHECK", timedelta(milliseconds=10))
    manager, camera = shop.signed_in(Role.SITE_MANAGER), shop.own.camera
    sites = shop.transactions.tables(shop.own.tenant.tenant_id).sites
    async with reading(shop, there) as worker:
        watching = watch(core, manager, camera.camera_id)
        await until(lambda: worker.watched == {camera.camera_id: (960, 5)})
        sites[camera.site_id] = replace(shop.own.site, image_policy=ImagePolicy.NONE)
        failed = await ended(watching)
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "IMAGES_NOT_ALLOWED")
        await until(lambda: worker.watched == {})
        failed = await failure(watch(core, manager, camera.camera_id).read())
        assert failed.reason == "IMAGES_NOT_ALLOWED"


async def test_a_preview_ends_when_its_worker_is_gone(
    shop: Shop, core: Replica, there: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_control, "PREVIEW_CHECK", timedelta(milliseconds=10))
    async with reading(shop, there) as worker:
        watching = watch(core, shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id)
        await until(lambda: worker.watched is not None)
    workers = shop.transactions.tables(shop.own.tenant.tenant_id).workers
    grace = shop.clock.now() + timedelta(seconds=15)
    await until(lambda: workers[worker.worker_id].link_expires_at == grace)
    shop.clock.advance(timedelta(seconds=15))
    failed = await ended(watching)
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "WORKER_OFFLINE")


async def test_a_silent_preview_says_that_it_lives(
    shop: Shop, core: Replica, there: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_control, "PREVIEW_CHECK", timedelta(milliseconds=10))
    monkeypatch.setattr(camera_control, "PREVIEW_SILENCE", timedelta(milliseconds=20))
    async with reading(shop, there):
        watching = watch(core, shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id)
        for _ in range(2):
            assert await next_frame(watching) == camera_control_service_pb2.PreviewFrame()
        watching.cancel()


async def test_no_more_watch_than_may_over_all_replicas(shop: Shop) -> None:
    shop.previews = PreviewSettings(watchers_per_tenant=2)
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with shop.replica() as core, shop.replica() as there, reading(shop, there) as worker:
        watching = [watch(replica, manager, camera_id) for replica in (core, there)]
        await until(lambda: sum(each.watchers for each in demands_of(shop).values()) == 2)
        await worker.show(camera_id, frame(1))
        for each in watching:
            await next_frame(each)
        failed = await failure(watch(core, manager, camera_id).read())
        assert (failed.code, failed.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_PREVIEWS")
        assert failed.retry_seconds == 5
        assert sum(each.watchers for each in demands_of(shop).values()) == 2
        watching[0].cancel()
        await until(lambda: len(demands_of(shop)) == 1)
        again = watch(core, manager, camera_id)
        await until(lambda: len(demands_of(shop)) == 2)
        for each in (*watching, again):
            each.cancel()


async def test_who_watched_is_in_the_log(shop: Shop, core: Replica, there: Replica) -> None:
    admin, camera_id, manager_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id, new_id()
    manager = (("authorization", f"Bearer {shop.token(Role.SITE_MANAGER, subject_id=manager_id)}"),)
    async with reading(shop, there) as worker:
        watching = watch(core, manager, camera_id)
        await until(lambda: worker.watched is not None)
        watching.cancel()
    asked = audit_service_pb2.ListAuditEntriesRequest(action="camera.preview")
    [entry] = (await core.audit.ListAuditEntries(asked, metadata=admin)).entries
    assert (entry.actor_id, entry.resource_id) == (str(manager_id), str(camera_id))


async def test_of_more_frames_than_may_go_on_some_are_left_out_and_a_slow_reader_delays_nobody(
    shop: Shop, there: Replica
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with reading(shop, there) as worker:
        idle, busy = (watch(there, manager, camera_id) for _ in range(2))
        await until(lambda: sum(each.watchers for each in demands_of(shop).values()) == 2)
        sent = 0

        async def flood() -> None:
            nonlocal sent
            while True:
                sent += 1
                await worker.show(camera_id, frame(100_000 + sent))

        flooding = asyncio.create_task(flood())
        sizes = [len((await next_frame(busy)).jpeg) - len(JPEG) - 100_000 for _ in range(3)]
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        assert sizes == sorted(sizes)
        assert sizes[-1] > 3, "frames that came too soon are left out"
        idle.cancel()
        busy.cancel()
