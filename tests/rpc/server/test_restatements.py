"""ListRestatements, as people use it: which days were over and say something else now, and why."""

from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from customer_samples import a_customer, a_track
from fakes.manual_clock import START
from fakes.merge_world import MergeWorld
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import customer_service_pb2
from footfall.v1 import report_service_pb2 as pb
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.services.report_days import ReportDays
from google.protobuf.field_mask_pb2 import FieldMask

TUESDAY = START - timedelta(days=13)
"""Ten in the morning of the 17th of February in Berlin, where the shops are: two weeks ago."""


class Chain:
    """The shop's own chain."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.core = core
        self.tenant_id = shop.own.tenant.tenant_id
        self.world = MergeWorld(shop.transactions, self.tenant_id, shop.clock)
        self.days = ReportDays(transactions=shop.transactions)
        self.admin: Metadata = shop.signed_in(Role.TENANT_ADMIN)

    async def person(self) -> UUID:
        made = a_customer("Frau Q7")
        await self.world.open([], [made])
        return made.customer_id

    async def see(self, customer_id: UUID, *, hours: float = 0, elsewhere: bool = False) -> None:
        camera = self.shop.own.other_camera if elsewhere else self.shop.own.camera
        at = TUESDAY + timedelta(hours=hours)
        await self.world.record(a_track(customer_id, camera.site_id, at=at, camera_id=camera.camera_id))

    async def keep(self) -> None:
        await self.days.refresh(self.tenant_id)
        self.shop.clock.advance(timedelta(seconds=1))

    async def told(self, metadata: Metadata | None = None, **fields: object) -> pb.ListRestatementsResponse:
        request = pb.ListRestatementsRequest(**fields)  # type: ignore[arg-type]
        return await self.core.reports.ListRestatements(request, metadata=metadata or self.admin)


@pytest.fixture
def chain(shop: Shop, core: Replica) -> Chain:
    return Chain(shop, core)


async def test_a_merge_of_the_past_and_its_undoing_are_told_in_plain_words(chain: Chain) -> None:
    anna, same = await chain.person(), await chain.person()
    await chain.see(anna)
    await chain.see(same, hours=0.5)
    await chain.keep()
    order = customer_service_pb2.MergeCustomersRequest(
        customer_id=str(anna), source_customer_ids=[str(same)], force=True, reason="the same coat"
    )
    merge = await chain.core.customers.MergeCustomers(order, metadata=chain.admin)
    await chain.keep()
    undo = customer_service_pb2.UnmergeCustomersRequest(merge_id=merge.merge_id)
    await chain.core.customers.UnmergeCustomers(undo, metadata=chain.admin)
    await chain.keep()
    undone, merged, first = (await chain.told()).restatements
    assert merged.summary == (
        "Tuesday 2026-02-17 changed by -1 visits, -1 unique visitors, -1 new visits, "
        "-1 visits new at the site: merge"
    )
    assert (merged.day, merged.site_id) == ("2026-02-17", str(chain.shop.own.site.site_id))
    assert list(merged.causes) == [pb.RESTATEMENT_CAUSE_MERGE]
    assert list(undone.causes) == [pb.RESTATEMENT_CAUSE_UNMERGE]
    assert list(first.causes) == [pb.RESTATEMENT_CAUSE_LATE_EVENT]
    assert list(merged.merge_ids) == list(undone.merge_ids) == [merge.merge_id]
    two = pb.DayNumbers(visits=2, unique_visitors=2, new_visits=2, new_visits_here=2)
    assert (merged.before, undone.after) == (two, two)
    assert (merged.after.visits, merged.after.unique_visitors) == (1, 1)
    assert merged.change_time.seconds == int(START.timestamp()) + 1
    for each in (undone, merged, first):
        assert str(anna) not in str(each)
        assert str(same) not in str(each)
        assert "Q7" not in str(each)


async def test_staff_that_were_found_out_and_people_who_were_erased(chain: Chain) -> None:
    clerk, guest = await chain.person(), await chain.person()
    await chain.see(clerk)
    await chain.see(guest)
    await chain.keep()
    staff = customer_service_pb2.Customer(
        customer_id=str(clerk), kind=customer_service_pb2.CUSTOMER_KIND_STAFF
    )
    update = customer_service_pb2.UpdateCustomerRequest(customer=staff, update_mask=FieldMask(paths=["kind"]))
    await chain.core.customers.UpdateCustomer(update, metadata=chain.admin)
    await chain.keep()
    erase = customer_service_pb2.DeleteCustomerRequest(customer_id=str(guest))
    await chain.core.customers.DeleteCustomer(erase, metadata=chain.admin)
    await chain.keep()
    erased, hired, _ = (await chain.told()).restatements
    assert list(hired.causes) == [pb.RESTATEMENT_CAUSE_STAFF_CHANGE]
    assert (hired.after.visits, hired.after.staff_sightings) == (1, 1)
    assert list(erased.causes) == [pb.RESTATEMENT_CAUSE_ERASURE]
    assert not erased.merge_ids
    assert erased.after == pb.DayNumbers(staff_sightings=1)


async def test_a_split_is_told(chain: Chain) -> None:
    anna = await chain.person()
    await chain.see(anna)
    await chain.see(anna, hours=0.1)
    await chain.keep()
    tracks = sorted(str(each) for each in chain.shop.transactions.tables(chain.tenant_id).sightings)
    split = customer_service_pb2.SplitCustomerRequest(customer_id=str(anna), track_ids=tracks[:1])
    await chain.core.customers.SplitCustomer(split, metadata=chain.admin)
    await chain.keep()
    told = (await chain.told()).restatements[0]
    assert list(told.causes) == [pb.RESTATEMENT_CAUSE_SPLIT]
    assert told.after.unique_visitors - told.before.unique_visitors == 1


async def test_a_manager_sees_the_days_of_own_sites_in_pages(chain: Chain) -> None:
    guest = await chain.person()
    for hours in (0, 24, 48):
        await chain.see(guest, hours=hours)
        await chain.keep()
        await chain.see(guest, hours=hours, elsewhere=True)
        await chain.keep()
    site_id, other_id = (str(each.site_id) for each in (chain.shop.own.site, chain.shop.own.other_site))
    everything = (await chain.told()).restatements
    assert {each.site_id for each in everything} == {site_id, other_id}
    manager = chain.shop.signed_in(Role.SITE_MANAGER)
    mine = (await chain.told(manager)).restatements
    assert list(mine) == [each for each in everything if each.site_id == site_id]
    assert list((await chain.told(site_ids=[site_id])).restatements) == list(mine)
    first = await chain.told(manager, page_size=2)
    rest = await chain.told(manager, page_size=2, page_token=first.next_page_token)
    assert [*first.restatements, *rest.restatements] == list(mine)
    assert not rest.next_page_token
    some = await chain.told(start_date="2026-02-18", end_date="2026-02-18")
    assert {each.day for each in some.restatements} == {"2026-02-18"}
    failed = await failure(chain.told(manager, site_ids=[other_id]))
    assert failed.code is grpc.StatusCode.NOT_FOUND
    failed = await failure(chain.told(site_ids=[str(new_id())]))
    assert failed.code is grpc.StatusCode.NOT_FOUND
    foreign = chain.shop.signed_in(Role.TENANT_ADMIN, chain=chain.shop.foreign)
    assert not (await chain.told(foreign)).restatements


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"end_date": "17.02.2026"}, "end_date"),
        ({"start_date": "2026-02-17", "end_date": "2026-02-16"}, "end_date"),
        ({"page_size": -1}, "page_size"),
    ],
)
async def test_bad_input_says_which_field_it_is(chain: Chain, fields: dict[str, object], field: str) -> None:
    failed = await failure(chain.told(**fields))
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert [*failed.fields] == [field]
