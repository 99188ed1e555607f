"""A fake of the repository of retention rules."""

from collections.abc import Sequence

from fakes.memory_tables import TenantTables
from footfall_server.domain.retention import RetentionRule
from footfall_server.errors import not_found


class MemoryRetention:
    """Implements RetentionRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def rules(self) -> Sequence[RetentionRule]:
        rules = self._tables.retention_rules.values()
        return sorted(rules, key=lambda rule: (rule.site_id is not None, str(rule.site_id)))

    async def save(self, rule: RetentionRule) -> None:
        if rule.site_id is not None and rule.site_id not in self._tables.sites:
            raise not_found("site", rule.site_id)
        self._tables.retention_rules[rule.site_id] = rule
