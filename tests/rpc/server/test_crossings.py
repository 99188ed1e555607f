"""A crossing of the entry line, from the worker's link to whoever looks at sightings."""

from datetime import timedelta

from fakes.edge_client import linked
from fakes.manual_clock import START
from fakes.shop import Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import camera_settings_pb2, customer_service_pb2
from footfall_server.domain.identity import Role


async def test_a_sighting_tells_which_way_somebody_went(shop: Shop, core: Replica) -> None:
    said = [
        camera_settings_pb2.CROSSING_IN,
        camera_settings_pb2.CROSSING_OUT,
        camera_settings_pb2.CROSSING_UNSPECIFIED,
    ]
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        for sequence, crossing in enumerate(said, 1):
            event = face_event(
                shop.own.camera.camera_id, person=1, at=START - timedelta(minutes=10 - sequence)
            )
            event.crossing = crossing
            await link.say_event(sequence, event)
            assert not await link.hear_ack(sequence)
    [customer_id] = shop.transactions.tables(shop.own.tenant.tenant_id).customers
    listed = await core.customers.ListSightings(
        customer_service_pb2.ListSightingsRequest(customer_id=str(customer_id)),
        metadata=shop.signed_in(Role.SITE_MANAGER),
    )
    assert sorted(sighting.crossing for sighting in listed.sightings) == sorted(said)
