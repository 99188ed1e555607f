"""Customers of a chain, and one good request for every RPC about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from customer_samples import a_customer, a_suggestion, a_track
from fakes.manual_clock import START
from fakes.merge_world import MergeWorld
from fakes.shop import Chain, Shop
from footfall.v1 import customer_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import Camera
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

_LONG_AGO = START - timedelta(days=40)


@dataclass(frozen=True, slots=True)
class SeededCustomers:
    """Two customers who may be one, with a merge that may be undone and a suggestion.

    The first one has a visit of its own and another one of two tracks, of which `track_id` is one.
    """

    customer_id: str
    other_id: str
    part_id: str
    merge_id: str
    suggestion_id: str
    visit_id: str
    track_id: str

    @property
    def looked_up(self) -> Sequence[str]:
        """The ids whose like of somebody else's is not there."""
        return (self.customer_id, self.other_id, self.merge_id, self.suggestion_id, self.visit_id)


async def seed_customers(shop: Shop, chain: Chain, camera: Camera) -> SeededCustomers:
    """Customers who were seen by one camera, long ago and one after the other."""
    world = MergeWorld(shop.transactions, chain.tenant.tenant_id, shop.clock)
    people = [a_customer(name) for name in ("Frau M.", "", "")]
    ids = [each.customer_id for each in people]
    await world.open([], people)

    async def see(owner_id: UUID, hours: float) -> tuple[str, str]:
        track = a_track(
            owner_id, camera.site_id, at=_LONG_AGO + timedelta(hours=hours), camera_id=camera.camera_id
        )
        await world.record(track)
        return str(track.track_id), str(track.visit_seed)

    _, visit_id = await see(ids[0], 0)
    track_id, _ = await see(ids[0], 4)
    await see(ids[0], 4.5)
    await see(ids[1], 8)
    await see(ids[2], 12)
    merge_id = await world.merge(ids[0], [ids[2]], force=False)
    suggestion = a_suggestion(ids[0], ids[1])
    tables = shop.transactions.tables(chain.tenant.tenant_id)
    tables.suggestions[suggestion.suggestion_id] = replace(suggestion, created_at=START)
    return SeededCustomers(
        customer_id=str(ids[0]),
        other_id=str(ids[1]),
        part_id=str(ids[2]),
        merge_id=str(merge_id),
        suggestion_id=str(suggestion.suggestion_id),
        visit_id=visit_id,
        track_id=track_id,
    )


def customer_requests(site_id: str, seeded: SeededCustomers) -> Mapping[str, Sequence[Message]]:
    """By the method's name on the wire."""
    pb = customer_service_pb2
    named = pb.Customer(display_name="Herr K.", kind=pb.CUSTOMER_KIND_STAFF)
    changed = pb.Customer(
        customer_id=seeded.customer_id, display_name="Frau M.-K.", kind=pb.CUSTOMER_KIND_STAFF
    )
    good: Mapping[str, Message] = {
        "CreateCustomer": pb.CreateCustomerRequest(customer=named, request_id=str(new_id())),
        "GetCustomer": pb.GetCustomerRequest(customer_id=seeded.customer_id),
        "ListCustomers": pb.ListCustomersRequest(
            site_id=site_id, name="frau", kind=pb.CUSTOMER_KIND_VISITOR, page_size=1, number=1
        ),
        "UpdateCustomer": pb.UpdateCustomerRequest(
            customer=changed, update_mask=FieldMask(paths=["display_name", "kind"])
        ),
        "DeleteCustomer": pb.DeleteCustomerRequest(customer_id=seeded.customer_id),
        "ListSightings": pb.ListSightingsRequest(customer_id=seeded.customer_id, page_size=1),
        "MergeCustomers": pb.MergeCustomersRequest(
            customer_id=seeded.customer_id,
            source_customer_ids=[seeded.other_id],
            reason="the same coat",
            request_id=str(new_id()),
        ),
        "UnmergeCustomers": pb.UnmergeCustomersRequest(merge_id=seeded.merge_id),
        "ListMerges": pb.ListMergesRequest(customer_id=seeded.customer_id, page_size=1),
        "SplitCustomer": pb.SplitCustomerRequest(
            customer_id=seeded.customer_id,
            visit_ids=[seeded.visit_id],
            track_ids=[seeded.track_id],
            reason="two coats",
            request_id=str(new_id()),
        ),
        "MarkDistinct": pb.MarkDistinctRequest(
            customer_id=seeded.customer_id, other_customer_id=seeded.other_id, reason="twins"
        ),
        "UnmarkDistinct": pb.UnmarkDistinctRequest(
            customer_id=seeded.customer_id, other_customer_id=seeded.other_id
        ),
        "ListDistinctCustomers": pb.ListDistinctCustomersRequest(customer_id=seeded.customer_id),
        "ListMergeSuggestions": pb.ListMergeSuggestionsRequest(page_size=1),
        "RefreshMergeSuggestions": pb.RefreshMergeSuggestionsRequest(),
        "AcceptMergeSuggestion": pb.AcceptMergeSuggestionRequest(suggestion_id=seeded.suggestion_id),
        "DismissMergeSuggestion": pb.DismissMergeSuggestionRequest(suggestion_id=seeded.suggestion_id),
    }
    return {f"/footfall.v1.CustomerService/{method}": [request] for method, request in good.items()}
