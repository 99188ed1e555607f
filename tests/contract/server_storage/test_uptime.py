"""Contract of when cameras were to be read, and when they were."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.camera_uptime import PATIENCE, UptimeKind, UptimeSpan
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import Transactions
from storage_samples import NOON, a_camera, a_site, minutes

WANTED, UP = UptimeKind.WANTED, UptimeKind.UP
ALWAYS = (NOON - timedelta(days=9), NOON + timedelta(days=9))


@pytest.fixture
async def camera_id(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> UUID:
    camera = a_camera(site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.add(camera, None)
    return camera.camera_id


async def _kept(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, during: tuple[datetime, datetime] = ALWAYS
) -> set[UptimeSpan]:
    async with transactions.begin(tenant_id) as tx:
        return set(await tx.uptime.between([site_id], *during))


async def test_wanting_begins_once_and_ends(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, camera_id: UUID
) -> None:
    for minute, wanted in ((0, True), (1, True), (2, False), (3, False), (4, True)):
        async with transactions.begin(tenant_id) as tx:
            await tx.uptime.want(camera_id, site_id, NOON + minutes(minute), wanted=wanted)
    assert await _kept(transactions, tenant_id, site_id) == {
        UptimeSpan(camera_id, site_id, WANTED, NOON, NOON + minutes(2)),
        UptimeSpan(camera_id, site_id, WANTED, NOON + minutes(4)),
    }


async def test_heartbeats_carry_on_and_silence_begins_anew(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, camera_id: UUID
) -> None:
    silence = NOON + PATIENCE * 2 + timedelta(seconds=1)
    for at in (NOON, NOON + PATIENCE, NOON + minutes(1), silence, silence):
        async with transactions.begin(tenant_id) as tx:
            await tx.uptime.saw(site_id, [camera_id], at)
    assert await _kept(transactions, tenant_id, site_id) == {
        UptimeSpan(camera_id, site_id, UP, NOON, NOON + PATIENCE),
        UptimeSpan(camera_id, site_id, UP, silence, silence),
    }


async def test_a_worker_tells_of_cameras_of_its_site_alone(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, camera_id: UUID
) -> None:
    harbour = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(harbour, None)
        await tx.uptime.saw(harbour.site_id, [camera_id, new_id()], NOON)
        await tx.uptime.saw(site_id, [], NOON)
    assert await _kept(transactions, tenant_id, site_id) == set()
    assert await _kept(transactions, tenant_id, harbour.site_id) == set()


async def test_what_touches_a_time_is_found_and_what_is_old_is_forgotten(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID, camera_id: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        await tx.uptime.want(camera_id, site_id, NOON, wanted=True)
        await tx.uptime.saw(site_id, [camera_id], NOON)
        await tx.uptime.saw(site_id, [camera_id], NOON + minutes(1))
    wanted = UptimeSpan(camera_id, site_id, WANTED, NOON)
    up = UptimeSpan(camera_id, site_id, UP, NOON, NOON + minutes(1))
    hour = timedelta(hours=1)
    assert await _kept(transactions, tenant_id, site_id, (NOON - hour, NOON)) == set()
    assert await _kept(transactions, tenant_id, site_id, (NOON - hour, NOON + minutes(1))) == {wanted, up}
    assert await _kept(transactions, tenant_id, site_id, (NOON + minutes(1), NOON + hour)) == {wanted}
    assert await _kept(transactions, other_tenant_id, site_id) == set()
    async with transactions.begin(tenant_id, sites=[new_id()]) as tx:
        assert not await tx.uptime.between([site_id], *ALWAYS)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.uptime.purge(NOON + minutes(1)) == 0
        assert await tx.uptime.purge(NOON + minutes(2)) == 1
    assert await _kept(transactions, tenant_id, site_id) == {wanted}
