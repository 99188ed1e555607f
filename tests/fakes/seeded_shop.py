"""A core that serves, with what good requests name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fakes.good_requests import Requests, good_requests, seed
from fakes.shop import Replica, Shop


@dataclass(frozen=True, slots=True)
class Seeded:
    """A shop, a replica that serves it, and a good request for every method."""

    shop: Shop
    core: Replica
    requests: Requests


@asynccontextmanager
async def seeded_shop(shop: Shop) -> AsyncIterator[Seeded]:
    """Until the context ends."""
    async with shop.replica() as core:
        yield Seeded(shop, core, good_requests(shop, await seed(shop, core)))
