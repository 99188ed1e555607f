"""How much one replica does for one caller, one tenant and one address."""

from dataclasses import dataclass, field

from footfall_server.domain.token_bucket import Rate

HIGHEST_COST = 64
"""What the dearest call costs. No burst may be below it, or that call could never be made."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Per replica: an installation of n replicas behind one gateway gives up to n times as much.

    Calls and events are counted apart, so that the cameras of a chain cannot keep its people out.
    `address_calls` are those without a token, such as signing in. Of streams the open ones are counted.
    `calls_at_once` unary calls are worked on at a time, `tenant_calls_at_once` of one tenant, and as many
    that bring events; of one tenant `tenant_waiting_calls` more of each may wait for their turn.
    `table_size` keys are remembered of each kind; of more, whoever was quiet for longest is forgotten, and
    begins with a full bucket again.
    """

    principal_calls: Rate = field(default_factory=lambda: Rate(50, 200))
    tenant_calls: Rate = field(default_factory=lambda: Rate(100, 400))
    principal_events: Rate = field(default_factory=lambda: Rate(100, 300))
    tenant_events: Rate = field(default_factory=lambda: Rate(200, 600))
    address_calls: Rate = field(default_factory=lambda: Rate(5, 64))
    principal_streams: int = 64
    tenant_streams: int = 1000
    address_streams: int = 16
    calls_at_once: int = 8
    tenant_calls_at_once: int = 4
    tenant_waiting_calls: int = 128
    table_size: int = 10_000
