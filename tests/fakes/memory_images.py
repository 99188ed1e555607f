"""An object store in a dictionary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from footfall_server.domain.image import StoredVersion
from footfall_server.errors import unavailable
from footfall_server.ports import StoredObject
from footfall_server.ports.images import LifeCycleCheck, checked_lifetime, checked_prefix


@dataclass(slots=True)
class MemoryImages:
    """Implements ImageStore. `failing = True` makes every call UNAVAILABLE / STORE_UNAVAILABLE.

    What is `undeletable` stays when its versions are deleted, as under a hold of the store.
    """

    failing: bool = False
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    stored_at: dict[str, datetime] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    undeletable: set[str] = field(default_factory=set)
    rules_lost: int = 0
    rules_refused: int = 0

    async def prepare(self) -> None:
        self._refuse_when_failing()

    async def keep_life_cycle(self) -> LifeCycleCheck:
        """`rules_lost` ones are set again; `rules_refused` ones cannot be."""
        self._refuse_when_failing()
        restored, self.rules_lost = self.rules_lost, 0
        return LifeCycleCheck(restored, self.rules_refused)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        self._refuse_when_failing()
        self.objects[key] = (data, content_type)
        self.stored_at[key] = self.now()

    async def versions(self, prefix: str) -> Sequence[StoredVersion]:
        self._refuse_when_failing()
        checked_prefix(prefix)
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        return [StoredVersion(key, "", self.stored_at[key]) for key in keys]

    async def delete_versions(self, versions: Sequence[StoredVersion]) -> int:
        self._refuse_when_failing()
        refused = 0
        for each in versions:
            if each.key in self.undeletable:
                refused += 1
            else:
                self.objects.pop(each.key, None)
        return refused

    async def erase(self, keys: Sequence[str]) -> int:
        self._refuse_when_failing()
        for key in keys:
            if key not in self.undeletable:
                self.objects.pop(key, None)
        return sum(key in self.objects for key in keys)

    async def get(self, key: str) -> bytes | None:
        self._refuse_when_failing()
        found = self.objects.get(key)
        return None if found is None else found[0]

    async def stat(self, key: str) -> StoredObject | None:
        self._refuse_when_failing()
        found = self.objects.get(key)
        return None if found is None else StoredObject(len(found[0]), found[1])

    async def presign_put(self, key: str, lifetime: timedelta, announced: StoredObject) -> str:
        seconds = int(checked_lifetime(lifetime).total_seconds())
        bound = f"{announced.size_bytes}&type={quote(announced.content_type, safe='')}"
        return f"http://images.invalid/{key}?lifetime={seconds}&size={bound}"

    async def delete(self, key: str) -> None:
        self._refuse_when_failing()
        self.objects.pop(key, None)

    async def keys(self, prefix: str) -> Sequence[str]:
        self._refuse_when_failing()
        wanted = checked_prefix(prefix)
        return sorted(key for key in self.objects if key.startswith(wanted))

    async def delete_all(self, prefix: str) -> int:
        keys = await self.keys(prefix)
        for key in keys:
            del self.objects[key]
        return len(keys)

    def _refuse_when_failing(self) -> None:
        if self.failing:
            raise unavailable("STORE_UNAVAILABLE", "the object store cannot be reached")
