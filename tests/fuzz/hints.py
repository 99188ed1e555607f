"""Values that mean something to the core, by the name of the field: ids of what is there, faces, zones."""

from collections.abc import Callable, Mapping
from random import Random

from fakes.shop import MODEL_ID, OTHER_MODEL_ID
from fakes.wire_events import JPEG, embedding_of
from fuzz.message_making import Hint, random_uuid
from fuzz.pictures import picture
from fuzz.world import PEOPLE, Tenant

# Ids that callers make themselves: most are new, some are somebody's already.
_MADE_BY_CALLERS = frozenset({"event_id", "track_id", "image_id"})

_FIXED: Mapping[str, Callable[[Random], object]] = {
    "vector": lambda dice: embedding_of(100 + dice.randrange(2 * PEOPLE)),
    "model_id": lambda dice: dice.choice([MODEL_ID] * 9 + [OTHER_MODEL_ID]),
    "to_model_id": lambda dice: dice.choice([MODEL_ID, OTHER_MODEL_ID]),
    "source_url": lambda dice: dice.choice(["rtsp://viewer:neu@10.0.0.7/live", "usb:0", "file:/a.mp4"]),
    "time_zone": lambda dice: dice.choice(["Europe/Berlin", "UTC", "", "America/Lima"]),
    "crop_jpeg": lambda dice: dice.choice([b"", JPEG]),
    "aligned_jpeg": lambda dice: dice.choice([b"", JPEG]),
    "jpeg": lambda _dice: JPEG,
    "image": picture,
    "employee_number": lambda dice: dice.choice(["", "", f"P-{dice.getrandbits(40):x}"]),
    "display_name": lambda dice: f"Name {dice.getrandbits(40):x}",
    "page_token": lambda dice: dice.choice(["", "", "", "AAAA"]),
    "page_size": lambda dice: dice.choice([0, 1, 7, 500, 2**31 - 1]),
    # Nobody's: wrong passwords for an address of ours would end in locking ourselves out.
    "email": lambda dice: f"{dice.getrandbits(40):x}@nobody.example",
    "start_date": lambda dice: f"2026-{dice.randrange(1, 7):02d}-{dice.randrange(1, 31):02d}",
    "end_date": lambda dice: f"2026-{dice.randrange(6, 13):02d}-{dice.randrange(1, 31):02d}",
    "content_type": lambda _dice: "image/jpeg",
}


class Hints:
    """Hints for one kind of call. Ids of `foreign` are among them unless it is None."""

    def __init__(self, own: Tenant, foreign: Tenant | None, *, destructive: bool) -> None:
        self._own = own.spare if destructive else own.ids
        self._foreign = {} if foreign is None else foreign.ids
        self._names = sorted({*own.ids, *own.spare}, key=len, reverse=True)

    def get(self, name: str) -> Hint | None:
        """What makes values for a field; None where nothing is known of it."""
        if name in _FIXED:
            return _FIXED[name]
        singular = name.removesuffix("s")
        kind = next((each for each in self._names if f"_{singular}".endswith(f"_{each}")), None)
        if kind is None:
            return None
        own, foreign = self._own.get(kind, []), self._foreign.get(kind, [])
        share = 0.25 if kind in _MADE_BY_CALLERS else 0.7

        def one(dice: Random) -> str:
            roll = dice.random()
            if own and roll < share:
                return dice.choice(own)
            if foreign and roll < share + 0.15:
                return dice.choice(foreign)
            return random_uuid(dice)

        return one
