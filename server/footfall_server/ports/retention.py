"""What tenants and sites said of how long things are kept."""

from collections.abc import Sequence
from typing import Protocol

from footfall_server.domain.retention import RetentionRule


class RetentionRepository(Protocol):
    """The rules of a tenant and its sites. The tenant's own is there for whoever may see all sites."""

    async def rules(self) -> Sequence[RetentionRule]:
        """Every rule, the tenant's first and then by site."""
        ...

    async def save(self, rule: RetentionRule) -> None:
        """Adds or replaces the rule of the tenant or of a site.

        Raises NOT_FOUND / SITE_NOT_FOUND for a site that is not there. With its site the rule goes.
        """
        ...
