"""Contract of sites, cameras, accounts, keys and workers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fakes.recognition_basis import CONSENT
from footfall_server.domain.batch import BatchQuestions, TrackSpan
from footfall_server.domain.camera_settings import CameraSettings, EntryLine, ImagePolicy
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.report_period import Weekday
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor, TimeCursor, Transactions
from storage_samples import NOON, a_camera, a_site, a_user, a_worker, an_api_key


async def test_a_site_comes_back_as_it_was_added(transactions: Transactions, tenant_id: UUID) -> None:
    site = a_site("Straße 1 — Nord")
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.add(site, new_id()) == site
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.get(site.site_id) == site
        assert await tx.sites.get(new_id()) is None


async def test_a_tenant_has_settings_of_its_own(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    settled = TenantSettings(Weekday.SUNDAY, timedelta(hours=6, minutes=30))
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.settings.get() == TenantSettings(Weekday.MONDAY, timedelta(hours=4))
        await tx.settings.save(settled)
    async with transactions.begin(tenant_id, sites=[new_id()]) as tx:
        assert await tx.settings.get() == settled
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.settings.get() == TenantSettings()
    async with transactions.begin_platform() as platform:
        tenant = await platform.get_tenant(tenant_id)
        assert tenant is not None
        await platform.save_tenant(replace(tenant, display_name="Renamed meanwhile"))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.settings.get() == settled


async def test_the_same_request_adds_one_site(transactions: Transactions, tenant_id: UUID) -> None:
    request_id = new_id()
    first = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(first, request_id)
    async with transactions.begin(tenant_id) as tx:
        again = await tx.sites.add(a_site("Harbour"), request_id)
    assert again == first
    async with transactions.begin(tenant_id) as tx:
        assert [site.site_id for site in await tx.sites.list(only=None, after=None, limit=9)] == [
            first.site_id
        ]


async def test_a_site_name_is_taken_whatever_its_case(transactions: Transactions, tenant_id: UUID) -> None:
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(a_site("Harbour"), new_id())
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.sites.add(a_site("HARBOUR"), new_id())
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
    assert caught.value.reason == "ALREADY_EXISTS"
    assert "name" in caught.value.message


async def test_another_tenant_may_use_the_name(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    request_id = new_id()
    for each in (tenant_id, other_tenant_id):
        async with transactions.begin(each) as tx:
            await tx.sites.add(a_site("Harbour"), request_id)
    async with transactions.begin(other_tenant_id) as tx:
        assert len(await tx.sites.list(only=None, after=None, limit=9)) == 1


async def test_saving_a_site_refuses_a_taken_name(transactions: Transactions, tenant_id: UUID) -> None:
    harbour, station = a_site("Harbour"), a_site("Station")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(harbour, None)
        await tx.sites.add(station, None)
    moved = replace(station, time_zone="Asia/Tokyo", updated_at=NOON + timedelta(days=1))
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.save(moved)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.sites.save(replace(station, display_name="harbour"))
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.get(station.site_id) == moved


async def test_sites_are_listed_by_name_page_by_page(transactions: Transactions, tenant_id: UUID) -> None:
    names = ["delta", "Alpha", "charlie", "Bravo", "Ähre", "alpha 2", "Zulu", "_x"]
    added = [a_site(name) for name in names]
    async with transactions.begin(tenant_id) as tx:
        for site in added:
            await tx.sites.add(site, None)
    seen: list[str] = []
    after: NameCursor | None = None
    async with transactions.begin(tenant_id) as tx:
        while page := await tx.sites.list(only=None, after=after, limit=3):
            seen += [site.display_name for site in page]
            after = NameCursor(page[-1].display_name, page[-1].site_id)
        only = {added[0].site_id, added[3].site_id, new_id()}
        some = await tx.sites.list(only=only, after=None, limit=9)
        none = await tx.sites.list(only=(), after=None, limit=9)
    assert seen == sorted(names, key=str.lower)
    assert [site.display_name for site in some] == ["Bravo", "delta"]
    assert none == []


async def test_a_site_with_cameras_is_not_removed(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    camera = a_camera(site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.add(camera, None)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.sites.remove(site_id)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.FAILED_PRECONDITION, "NOT_EMPTY")
    assert caught.value.metadata["holds"] == "cameras"
    async with transactions.begin(tenant_id) as tx:
        assert await tx.cameras.remove(camera.camera_id)
        assert not await tx.cameras.remove(camera.camera_id)
        assert await tx.sites.remove(site_id)
        assert not await tx.sites.remove(site_id)


async def test_a_camera_comes_back_and_is_changed(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    camera, request_id = a_camera(site_id), new_id()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.cameras.add(camera, request_id) == camera
        assert await tx.cameras.add(a_camera(site_id), request_id) == camera
    changed = replace(camera, display_name="Back door", enabled=False, source_url="usb:0")
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.save(changed)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.cameras.get(camera.camera_id) == changed


async def test_a_camera_name_is_unique_in_its_site(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    elsewhere = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(elsewhere, None)
        await tx.cameras.add(a_camera(site_id, "Entrance"), None)
        await tx.cameras.add(a_camera(elsewhere.site_id, "Entrance"), None)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.cameras.add(a_camera(site_id, "ENTRANCE"), None)
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS


async def test_a_camera_needs_a_site_of_the_tenant(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    for tenant, site in ((tenant_id, new_id()), (other_tenant_id, site_id)):
        with pytest.raises(FootfallError) as caught:
            async with transactions.begin(tenant) as tx:
                await tx.cameras.add(a_camera(site), None)
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.NOT_FOUND, "SITE_NOT_FOUND")


async def test_cameras_are_found_by_site_and_lead_to_it(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    harbour = a_site("Harbour")
    here, there = a_camera(site_id, "b"), a_camera(harbour.site_id, "a")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(harbour, None)
        await tx.cameras.add(here, None)
        await tx.cameras.add(there, None)
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.cameras.list(sites=None, after=None, limit=9)) == [there, here]
        assert list(await tx.cameras.list(sites={site_id}, after=None, limit=9)) == [here]
        after = NameCursor("A", there.camera_id)
        assert list(await tx.cameras.list(sites=None, after=after, limit=9)) == [here]
        sites = await tx.cameras.sites_of([here.camera_id, there.camera_id, new_id()])
        assert {key: site.site_id for key, site in sites.items()} == {
            here.camera_id: site_id,
            there.camera_id: harbour.site_id,
        }
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.cameras.sites_of([here.camera_id]) == {}
        assert await tx.cameras.get(here.camera_id) is None


async def test_desired_cameras_are_the_enabled_ones_as_of_the_revision(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        nothing = await tx.cameras.desired(site_id, NOON)
    assert (nothing.revision, nothing.cameras) == (0, ())
    on, off = a_camera(site_id, "on"), a_camera(site_id, "off", enabled=False)
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.add(on, None)
        await tx.cameras.add(off, None)
        revision = await tx.changes.append(
            [NewChange(Topic.CAMERAS, ChangeKind.CREATED, site_id, each.camera_id) for each in (on, off)]
        )
    async with transactions.begin(tenant_id) as tx:
        desired = await tx.cameras.desired(site_id, NOON)
    assert (desired.revision, desired.cameras) == (revision, (on,))


async def test_accounts_are_the_tenants_and_addresses_the_installations(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    address = f"Boss.{new_id()}@Example.com"
    user = a_user(tenant_id, address.lower(), frozenset({site_id}))
    async with transactions.begin(tenant_id) as tx:
        await tx.users.add(user)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.users.get(user.user_id) == user
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.users.get(user.user_id) is None
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(other_tenant_id) as tx:
            await tx.users.add(a_user(other_tenant_id, address))
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
    assert "example" not in str(caught.value).lower(), "an error repeats no address"


async def test_a_key_belongs_to_a_site(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    key = an_api_key(tenant_id, site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.api_keys.add(key)
        await tx.api_keys.touch(key.api_key_id, NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.api_keys.get(key.api_key_id) == replace(key, last_used_at=NOON)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.api_keys.get(key.api_key_id) is None
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.api_keys.add(an_api_key(tenant_id, new_id()))
    assert caught.value.reason == "SITE_NOT_FOUND"


async def test_the_same_request_adds_one_key(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    request_id = new_id()
    first = replace(an_api_key(tenant_id, site_id), role=Role.SITE_MANAGER)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.api_keys.add(first, request_id) == first
    async with transactions.begin(tenant_id) as tx:
        assert await tx.api_keys.add(an_api_key(tenant_id, site_id), request_id) == first
    elsewhere = a_site()
    async with transactions.begin(other_tenant_id) as tx:
        await tx.sites.add(elsewhere, None)
        theirs = an_api_key(other_tenant_id, elsewhere.site_id)
        assert await tx.api_keys.add(theirs, request_id) == theirs, "a request is known in its tenant alone"


async def test_keys_are_listed_newest_first(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    other_site = a_site("Harbour")
    keys = [
        replace(an_api_key(tenant_id, site_id), created_at=NOON + timedelta(minutes=minute // 2))
        for minute in range(4)
    ]
    elsewhere = an_api_key(tenant_id, other_site.site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(other_site, None)
        for key in [*keys, elsewhere]:
            await tx.api_keys.add(key)
    newest_first = sorted(keys, key=lambda key: (key.created_at, key.api_key_id), reverse=True)
    async with transactions.begin(tenant_id) as tx:
        page = await tx.api_keys.list(site_id=site_id, after=None, limit=3)
        assert page == newest_first[:3]
        after = TimeCursor(page[-1].created_at, page[-1].api_key_id)
        assert await tx.api_keys.list(site_id=site_id, after=after, limit=3) == newest_first[3:]
        assert len(await tx.api_keys.list(site_id=None, after=None, limit=9)) == 5
        assert await tx.api_keys.of_site(other_site.site_id) == [elsewhere.api_key_id]
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.api_keys.list(site_id=None, after=None, limit=9) == []


async def test_a_key_is_revoked_once(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    key = an_api_key(tenant_id, site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.api_keys.add(key)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.api_keys.revoke(key.api_key_id, NOON) is None
    async with transactions.begin(tenant_id) as tx:
        revoked = await tx.api_keys.revoke(key.api_key_id, NOON)
        assert revoked == replace(key, revoked_at=NOON)
        assert await tx.api_keys.revoke(key.api_key_id, NOON + timedelta(hours=1)) == revoked
        assert await tx.api_keys.revoke(new_id(), NOON) is None


async def test_a_worker_resumes_where_its_spool_was_acknowledged(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    worker = a_worker(site_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.workers.admit(worker) == 0
        await tx.workers.advance(worker.worker_id, worker.spool_id, 12, NOON)
        await tx.workers.advance(worker.worker_id, worker.spool_id, 7, NOON)
    renewed = a_worker(site_id, worker.worker_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.workers.admit(replace(worker, acked_sequence=99)) == 12
        assert await tx.workers.admit(renewed) == 0, "a new spool starts at the beginning"
        assert await tx.workers.admit(worker) == 12, "an older spool is not forgotten"


async def test_a_worker_stays_at_its_site(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    worker = a_worker(site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.workers.admit(worker)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.workers.admit(replace(worker, site_id=new_id()))
    assert caught.value.kind is ErrorKind.PERMISSION_DENIED
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.workers.admit(a_worker(new_id(), worker.worker_id, worker.spool_id)) == 0


async def test_settings_come_back_confined_to_what_the_site_allows(
    transactions: Transactions, tenant_id: UUID
) -> None:
    site = replace(a_site(), image_policy=ImagePolicy.NONE)
    own = CameraSettings(
        detect_width=640,
        masks=(((0.0, 0.0), (0.5, 0.0), (0.5, 0.25)),),
        entry_line=EntryLine((0.25, 1.0), (0.75, 0.5)),
        image_policy=ImagePolicy.FRAMES,
        idle_fps=2.5,
    )
    plain, detailed = a_camera(site.site_id), replace(a_camera(site.site_id, "Back door"), settings=own)
    both = {plain.camera_id, detailed.camera_id}
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
        assert [await tx.cameras.add(each, None) for each in (plain, detailed)] == [plain, detailed]
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.get(site.site_id) == site
        assert await tx.cameras.get(detailed.camera_id) == detailed, "its own settings stay"
        wanted = (await tx.cameras.desired(site.site_id, NOON)).cameras
        desired = {each.camera_id: each.settings for each in wanted}
        assert desired[detailed.camera_id] == replace(own, image_policy=ImagePolicy.NONE)
        confined = await tx.cameras.confined({*both, new_id()}, NOON)
        assert confined == desired
        assert {each.face_pictures for each in confined.values()} == {ImagePolicy.NONE}
        await tx.sites.save(replace(site, image_policy=ImagePolicy.FRAMES))
        await tx.cameras.save(replace(plain, settings=own))
    async with transactions.begin(tenant_id) as tx:
        wanted = (await tx.cameras.desired(site.site_id, NOON)).cameras
        desired = {each.camera_id: each.settings for each in wanted}
        assert desired == dict.fromkeys(both, own)
        assert await tx.cameras.confined(both, NOON) == desired


@pytest.mark.parametrize(
    ("site", "recognises"),
    [
        pytest.param({}, True, id="a basis that holds"),
        pytest.param({"recognition_basis": None}, False, id="no basis"),
        pytest.param({"recognition_basis": replace(CONSENT, expires_at=NOON)}, False, id="expired"),
        pytest.param({"anonymous": True}, False, id="anonymous whatever the basis"),
    ],
)
async def test_cameras_recognise_nobody_where_the_site_may_not(
    transactions: Transactions, tenant_id: UUID, site: dict[str, Any], *, recognises: bool
) -> None:
    shop = replace(a_site(), **site)
    camera = a_camera(shop.site_id)
    own = replace(a_camera(shop.site_id, "Back door"), settings=CameraSettings(anonymous=True))
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(a_site("Elsewhere"), None)
        await tx.sites.add(shop, None)
        for each in (camera, own):
            await tx.cameras.add(each, None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.get(shop.site_id) == shop
        assert shop.recognises(NOON) is recognises
        found = await tx.cameras.confined([camera.camera_id, own.camera_id], NOON)
        assert {key: each.anonymous for key, each in found.items()} == {
            camera.camera_id: not recognises,
            own.camera_id: True,
        }
        desired = (await tx.cameras.desired(shop.site_id, NOON)).cameras
        assert {each.camera_id: each.settings for each in desired} == found
        told = await tx.batches.look_up(
            BatchQuestions(
                event_ids=(),
                spans=[TrackSpan(new_id(), each.camera_id, NOON, NOON) for each in (camera, own)],
                image_ids=(),
                model_id="m",
                indexed_after=NOON,
                known_recents=(),
            )
        )
        assert told.sites == dict.fromkeys([camera.camera_id, own.camera_id], shop)
        assert {key: each.anonymous for key, each in told.cameras.items()} == {
            camera.camera_id: False,
            own.camera_id: True,
        }
        # A basis that is taken back leaves nothing of it.
        await tx.sites.save(replace(shop, recognition_basis=None, anonymous=False))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.get(shop.site_id) == replace(shop, recognition_basis=None, anonymous=False)
