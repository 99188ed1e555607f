"""Which objects lie in which bucket, and for how long a bucket keeps them by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import Expiration, LifecycleConfig, NoncurrentVersionExpiration, Rule

from footfall_server.domain.retention import MOST_IMAGE_DAYS

RAW_SUFFIX: Final = "-faces-raw"
DERIVED_SUFFIX: Final = "-faces-derived"
_OLD_VERSIONS_DAYS: Final = 1


@dataclass(frozen=True, slots=True)
class LifeCycleRule:
    """What a bucket does with objects whose key begins with `prefix`.

    They go `days` days after they were stored, None for never; old versions a day after they became old.
    """

    rule_id: str
    prefix: str
    days: int | None


_FACES: Final = LifeCycleRule("faces", "tenants/", MOST_IMAGE_DAYS)
_PORTRAITS: Final = LifeCycleRule("portraits", "staff/", None)
_IMPORTS: Final = LifeCycleRule("imports", "imports/", 1)


class Buckets:
    """The three buckets of an installation.

    What cameras saw is in one (`raw`), what the core made of pictures that it was given, and keeps on a clock
    of its own, in another (`derived`); imports and receipts of erasures are in the `base` bucket. Pictures of
    both kinds were there, too, before they had buckets of their own, and may be there still.
    """

    def __init__(self, base: str, *, raw: str = "", derived: str = "") -> None:
        self.base = base
        self._homes = {
            _FACES.prefix: raw or f"{base}{RAW_SUFFIX}",
            _PORTRAITS.prefix: derived or f"{base}{DERIVED_SUFFIX}",
        }

    @property
    def life_cycles(self) -> Mapping[str, frozenset[LifeCycleRule]]:
        """The rules of each bucket: a net below the core's own retention, which may be shorter."""
        rules = {self.base: {_FACES, _PORTRAITS, _IMPORTS}}
        for rule in (_FACES, _PORTRAITS):
            rules.setdefault(self._homes[rule.prefix], set()).add(rule)
        return {bucket: frozenset(each) for bucket, each in rules.items()}

    def home(self, key: str) -> str:
        """Where an object with this key, or with a key that begins so, is put."""
        return next((bucket for prefix, bucket in self._homes.items() if key.startswith(prefix)), self.base)

    def places(self, key: str) -> Sequence[str]:
        """Where it may be: its home, and the base bucket, where it may have been put before."""
        return list(dict.fromkeys((self.home(key), self.base)))


def as_config(rules: Iterable[LifeCycleRule]) -> LifecycleConfig:
    """The rules as the store is told them."""
    return LifecycleConfig(
        [
            Rule(
                ENABLED,
                rule_filter=Filter(prefix=rule.prefix),
                rule_id=rule.rule_id,
                expiration=None if rule.days is None else Expiration(days=rule.days),
                noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=_OLD_VERSIONS_DAYS),
            )
            for rule in sorted(rules, key=lambda each: each.prefix)
        ]
    )


def lacking(wanted: Iterable[LifeCycleRule], found: LifecycleConfig | None) -> int:
    """How many of the rules a bucket has not, or has otherwise; what else it has does not count."""
    there = {_told(rule) for rule in found.rules} if found is not None else set()
    return len({_told(rule) for rule in as_config(wanted).rules} - there)


def _told(rule: Rule) -> tuple[object, ...]:
    """What a rule says, whatever it is called and however the store writes it back."""
    expiration, noncurrent = rule.expiration, rule.noncurrent_version_expiration
    return (
        rule.status,
        rule.rule_filter.prefix if rule.rule_filter is not None else None,
        expiration.days if expiration is not None else None,
        noncurrent.noncurrent_days if noncurrent is not None else None,
    )
