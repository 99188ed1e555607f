"""Contract of commands to workers: each is finished once, and word goes to who waits; and of pictures."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import UnionType
from uuid import UUID

import pytest
from footfall_server.domain.camera_command import CameraCommand, CommandKind, CommandState, SealedPicture
from footfall_server.domain.change import CommandFinished, CommandSent, FrameStored, PreviewWanted
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.preview import PreviewDemand, PreviewSize
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import ChangeSource, Notification, Transactions
from storage_samples import NOON, a_site

SECOND = timedelta(seconds=1)


def a_command(site_id: UUID, worker_id: UUID | None = None) -> CameraCommand:
    return CameraCommand(
        command_id=new_id(),
        site_id=site_id,
        camera_id=new_id(),
        worker_id=worker_id or new_id(),
        kind=CommandKind.RESTART,
        created_at=NOON,
        expires_at=NOON + timedelta(seconds=10),
        sent_by=new_id(),
        sent_by_role="site_manager",
        wants_picture=True,
    )


def a_picture(site_id: UUID, *, until: datetime = NOON + SECOND) -> SealedPicture:
    return SealedPicture(new_id(), site_id, new_id(), b"\x00sealed" * 50_000, until)


async def heard(
    notifications: AsyncIterator[Notification], kind: type[Notification] | UnionType
) -> Notification:
    async with asyncio.timeout(10):
        while True:
            word = await anext(notifications)
            if isinstance(word, kind):
                return word


async def test_a_command_waits_and_is_finished_once(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    command = a_command(site_id)
    other = a_command(site_id, command.worker_id)
    in_time = command.expires_at - SECOND
    async with transactions.begin(tenant_id) as tx:
        assert await tx.commands.get(command.command_id) is None
        assert await tx.commands.add(command, None) == command
        await tx.commands.add(other, new_id())
        assert await tx.commands.waiting_for(command.worker_id, in_time) == [command, other]
        assert await tx.commands.waiting_for(command.worker_id, command.expires_at) == []
        assert await tx.commands.waiting_for(new_id(), in_time) == []
    done = replace(command, state=CommandState.FAILED, detail="no frame", finished_at=in_time)
    async with transactions.begin(tenant_id) as tx:
        answer = (command.command_id, command.worker_id, CommandState.FAILED, "no frame", in_time)
        assert await tx.commands.finish(answer[0], new_id(), *answer[2:]) is None, "another worker's"
        assert await tx.commands.finish(*answer) == done
        assert await tx.commands.finish(*answer) is None, "it is over"
        assert await tx.commands.get(command.command_id) == done
        assert await tx.commands.waiting_for(command.worker_id, in_time) == [other]


async def test_no_answer_counts_after_the_deadline(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    command = a_command(site_id)
    late = command.expires_at
    async with transactions.begin(tenant_id) as tx:
        await tx.commands.add(command, None)
        assert (
            await tx.commands.finish(command.command_id, command.worker_id, CommandState.SUCCEEDED, "", late)
            is None
        )
    for now, tenants in ((late - SECOND, set()), (late, {tenant_id})):
        async with transactions.begin_platform() as platform:
            asked = set(await platform.tenants_with_expired_commands(now))
        assert asked & {tenant_id, other_tenant_id} == tenants
    async with transactions.begin(tenant_id) as tx:
        assert await tx.commands.expire(late - SECOND) == []
        expired = replace(command, state=CommandState.EXPIRED, finished_at=late)
        assert await tx.commands.expire(late) == [expired]
        assert await tx.commands.expire(late) == []
        assert await tx.commands.get(command.command_id) == expired
    async with transactions.begin_platform() as platform:
        await platform.purge_commands(late)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.commands.get(command.command_id) == expired
    async with transactions.begin_platform() as platform:
        assert await platform.purge_commands(late + SECOND) >= 1
    async with transactions.begin(tenant_id) as tx:
        assert await tx.commands.get(command.command_id) is None


async def test_the_same_request_sends_once(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    elsewhere = a_site("New Town")
    first, request_id = a_command(site_id), new_id()
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(elsewhere, None)
        await tx.commands.add(first, request_id)
        again = await tx.commands.add(a_command(site_id, first.worker_id), request_id)
        assert again == first
        assert await tx.commands.waiting_for(first.worker_id, NOON) == [first]
    async with transactions.begin(other_tenant_id) as tx:
        theirs = a_command(site_id)
        assert await tx.commands.add(theirs, request_id) == theirs
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id, sites={elsewhere.site_id}) as tx:
            await tx.commands.add(a_command(elsewhere.site_id), request_id)
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_word_of_a_command_goes_to_every_replica(
    change_source: ChangeSource, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    hears = change_source.notifications()
    done, over = a_command(site_id), a_command(site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.commands.add(done, None)
    assert await heard(hears, CommandSent) == CommandSent(tenant_id, done.worker_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.commands.finish(done.command_id, done.worker_id, CommandState.SUCCEEDED, "", NOON)
    assert await heard(hears, CommandFinished) == CommandFinished(tenant_id, done.command_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.commands.add(over, None)
        await tx.commands.expire(over.expires_at)
    assert await heard(hears, CommandFinished) == CommandFinished(tenant_id, over.command_id)


async def test_pictures_are_kept_for_as_long_as_they_are_good(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    picture = a_picture(site_id)
    newer = replace(a_picture(site_id), picture_id=picture.picture_id, sealed=b"newer")
    async with transactions.begin(tenant_id) as tx:
        await tx.pictures.put(picture)
        assert await tx.pictures.get(picture.picture_id, NOON) == picture
        await tx.pictures.put(newer)
        assert await tx.pictures.get(picture.picture_id, NOON) == newer
        assert await tx.pictures.get(picture.picture_id, picture.expires_at) is None
        assert await tx.pictures.get(new_id(), NOON) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.pictures.get(picture.picture_id, NOON) is None
        await tx.pictures.remove(picture.picture_id)
    async with transactions.begin(tenant_id, sites=[]) as tx:
        assert await tx.pictures.get(picture.picture_id, NOON) is None
    async with transactions.begin(tenant_id) as tx:
        await tx.pictures.remove(picture.picture_id)
        assert await tx.pictures.get(picture.picture_id, NOON) is None


async def test_pictures_that_are_over_are_removed_everywhere(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    over, good = a_picture(site_id), a_picture(site_id, until=datetime.now(UTC) + timedelta(hours=1))
    async with transactions.begin(tenant_id) as tx:
        await tx.pictures.put(over)
        await tx.pictures.put(good)
    async with transactions.begin_platform() as platform:
        assert await platform.purge_pictures(over.expires_at) >= 1
    async with transactions.begin(tenant_id) as tx:
        assert await tx.pictures.get(over.picture_id, NOON) is None
        assert await tx.pictures.get(good.picture_id, NOON) == good


async def test_what_is_watched_is_said_when_it_changes(
    change_source: ChangeSource, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    hears = change_source.notifications()
    demand = PreviewDemand(
        site_id=site_id,
        camera_id=new_id(),
        replica_id=new_id(),
        size=PreviewSize(640, 2.5),
        watchers=1,
        expires_at=NOON + SECOND,
    )
    renewed = replace(demand, watchers=3, expires_at=NOON + 2 * SECOND)
    other = replace(demand, replica_id=new_id(), size=PreviewSize(320, 5.0))
    async with transactions.begin(tenant_id) as tx:
        await tx.previews.want(demand)
        assert await tx.previews.wanted_at(site_id, NOON) == [demand]
    assert await heard(hears, PreviewWanted) == PreviewWanted(tenant_id, site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.previews.want(renewed)
        assert await tx.previews.wanted_at(site_id, NOON + SECOND) == [renewed]
        assert await tx.previews.wanted_at(site_id, NOON + 2 * SECOND) == []
    async with transactions.begin(tenant_id) as tx:
        await tx.pictures.show(replace(a_picture(site_id), picture_id=demand.camera_id))
    said = await heard(hears, PreviewWanted | FrameStored)
    assert said == FrameStored(tenant_id, demand.camera_id), "the same demand is said once"
    async with transactions.begin(tenant_id) as tx:
        await tx.previews.want(other)
        found = await tx.previews.wanted_at(site_id, NOON)
        assert sorted(found, key=lambda each: each.watchers) == [other, renewed]
        assert await tx.previews.watchers(NOON) == 4
        assert await tx.previews.watchers(NOON + SECOND) == 3
        await tx.previews.unwant(demand.camera_id, other.replica_id, site_id)
        assert await tx.previews.wanted_at(site_id, NOON) == [renewed]
    assert await heard(hears, PreviewWanted) == PreviewWanted(tenant_id, site_id)


async def test_a_tenants_and_a_sites_previews_are_their_own(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    demand = PreviewDemand(site_id, new_id(), new_id(), PreviewSize(640, 5.0), 1, NOON + SECOND)
    async with transactions.begin(tenant_id) as tx:
        await tx.previews.want(demand)
    for tenant, sites in ((other_tenant_id, None), (tenant_id, [new_id()])):
        async with transactions.begin(tenant, sites=sites) as tx:
            assert await tx.previews.wanted_at(site_id, NOON) == []
            await tx.previews.unwant(demand.camera_id, demand.replica_id, site_id)
    async with transactions.begin_platform() as platform:
        await platform.purge_previews(NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.previews.wanted_at(site_id, NOON) == [demand]
    async with transactions.begin_platform() as platform:
        assert await platform.purge_previews(demand.expires_at) >= 1
    async with transactions.begin(tenant_id) as tx:
        assert await tx.previews.watchers(NOON) == 0
