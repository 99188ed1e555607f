"""What became of the events of a phase, by the sightings that the visits have more afterwards."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """What went wrong.

    `lost` were acknowledged, or refused though they were good, and are in no visit; `doubled` are sightings
    beyond the events sent.
    """

    lost: int
    doubled: int


def settle(*, sent: int, committed: int, rejected: int, arrived: int) -> Account:
    """Holds `arrived` sightings against what was sent, without what was sent again, and acknowledged.

    An event that was sent and never acknowledged may have arrived or not: neither is a fault. `rejected` ones
    are among the committed, since acknowledgements are cumulative.
    """
    return Account(lost=max(0, committed - arrived, rejected), doubled=max(0, arrived - sent))
