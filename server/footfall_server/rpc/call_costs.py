"""What calls cost, as data. A method that is not here costs one call.

Beside the plain ones there are calls that keep the core busy for longer, and those that bring events.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from footfall.v1 import ingest_service_pb2
from google.protobuf import empty_pb2
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from footfall_server.domain.limits import HIGHEST_COST
from footfall_server.services.shares import Currency


@dataclass(frozen=True, slots=True)
class Cost:
    """`weight` times how many values of the field `per_value_of` the request has, or once without one."""

    weight: float = 1
    currency: Currency = Currency.CALLS
    per_value_of: int | None = None
    """The number of a repeated field of messages."""

    def of(self, request: object) -> float:
        """What this request costs, at most the cost of the dearest. Requests that are not bytes cost once."""
        if self.per_value_of is None or not isinstance(request, bytes):
            return self.weight
        return min(self.weight * max(1, _count(request, self.per_value_of)), HIGHEST_COST)


_EVENTS_OF_A_BATCH = ingest_service_pb2.BatchRecordFacesRequest.DESCRIPTOR.fields_by_name["events"].number

COSTS: Mapping[str, Cost] = {
    # Probes of the gateway and of orchestrators. To refuse one would take the replica out of service.
    "/grpc.health.v1.Health/Check": Cost(weight=0),
    "/footfall.v1.AuthService/GetJwks": Cost(weight=0),
    "/footfall.v1.IngestService/RecordFace": Cost(currency=Currency.EVENTS),
    "/footfall.v1.IngestService/BatchRecordFaces": Cost(
        currency=Currency.EVENTS, per_value_of=_EVENTS_OF_A_BATCH
    ),
    # Bytes from the object store.
    "/footfall.v1.ImageService/GetImage": Cost(weight=2),
    # Transactions that keep others of the tenant waiting.
    "/footfall.v1.CustomerService/DeleteCustomer": Cost(weight=5),
    "/footfall.v1.CustomerService/MergeCustomers": Cost(weight=5),
    "/footfall.v1.CustomerService/UnmergeCustomers": Cost(weight=5),
    "/footfall.v1.CustomerService/SplitCustomer": Cost(weight=5),
    "/footfall.v1.CustomerService/AcceptMergeSuggestion": Cost(weight=5),
    # Seconds of processor time, over the whole gallery.
    "/footfall.v1.CustomerService/RefreshMergeSuggestions": Cost(weight=50),
    "/footfall.v1.RecognitionService/Calibrate": Cost(weight=50),
    "/footfall.v1.RecognitionService/StartModelChange": Cost(weight=20),
    "/footfall.v1.RecognitionService/FinishModelChange": Cost(weight=20),
}
ORDINARY = Cost()


def _count(request: bytes, field_number: int) -> int:
    """How many values a repeated field has; nothing of them is read. 0 for what is no message.

    Every field is unknown to the empty message, and unknown fields are kept as they came.
    """
    try:
        fields = UnknownFieldSet(empty_pb2.Empty.FromString(request))
    except DecodeError:
        return 0
    numbers = (fields[index].field_number for index in range(len(fields)))
    return sum(1 for number in numbers if number == field_number)
