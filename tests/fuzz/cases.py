"""The n-th message of a run: the same for the same seed, whatever was sent before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from footfall_server.domain.identity import Role
from fuzz.callers import FORGED, NOBODY
from fuzz.hints import Hints
from fuzz.message_breaking import broken, changed
from fuzz.message_making import MessageMaker
from fuzz.methods import CONNECT, Target
from fuzz.wire_damage import damaged, noise
from fuzz.world import World

Kind = Literal["good", "rule broken", "changed", "damaged", "noise"]
Caller = Role | Literal["nobody", "forged"]

_KINDS: tuple[Kind, ...] = ("good", "rule broken", "changed", "damaged", "noise")
_KIND_WEIGHTS = (20, 22, 25, 27, 6)

# Hashing passwords and measuring galleries takes tens of milliseconds by intent: a tenth of the others.
_SLOW = frozenset(
    {
        "IssueToken",
        "ChangePassword",
        "SetPassword",
        "Calibrate",
        "ApplyCalibration",
        "RefreshMergeSuggestions",
        "StartModelChange",
    }
)
_DESTRUCTIVE = ("Delete", "Revoke")


@dataclass(frozen=True, slots=True)
class Case:
    """One call. Of a stream, `payloads` are the messages in order."""

    index: int
    target: Target
    caller: Caller
    kind: Kind
    payloads: tuple[bytes, ...]
    messages: int
    """How many messages it counts as."""

    def __str__(self) -> str:
        said = b" | ".join(self.payloads)
        return f"#{self.index} {self.target.name} by {self.caller}, {self.kind}: {said[:400].hex()}"


class CaseMaker:
    """Makes cases for a world."""

    def __init__(self, *, seed: int, targets: Sequence[Target], world: World) -> None:
        self._seed = seed
        self._targets = targets
        self._weights = [0.1 if each.descriptor.name in _SLOW else 1.0 for each in targets]
        self._world = world

    def dice(self, index: int) -> Random:
        """The dice of a case, as they lie before it is made."""
        return Random(f"{self._seed}:{index}")

    def case(self, index: int) -> Case:
        """The `index`-th case."""
        dice = self.dice(index)
        [target] = dice.choices(self._targets, self._weights)
        caller = self._caller(dice, target)
        [kind] = dice.choices(_KINDS, _KIND_WEIGHTS)
        # A system administrator may change any tenant: theirs are not to be touched, so they are not told.
        foreign = None if caller is Role.SYSTEM_ADMIN else self._world.foreign
        destructive = target.descriptor.name.startswith(_DESTRUCTIVE)
        maker = MessageMaker(hints=Hints(self._world.own, foreign, destructive=destructive))
        if not target.descriptor.client_streaming:
            payload = self._payload(dice, maker, target, kind)
            return Case(index, target, caller, kind, (payload,), 1)
        payloads = list(self._conversation(dice, maker, target))
        payloads[dice.randrange(len(payloads))] = self._payload(dice, maker, target, kind)
        return Case(index, target, caller, kind, tuple(payloads), len(payloads))

    def _conversation(self, dice: Random, maker: MessageMaker, target: Target) -> Sequence[bytes]:
        made = [maker.make(dice, target.descriptor.input_type) for _ in range(dice.randint(1, 4))]
        if target.name == CONNECT:
            hello = target.request()
            said = maker.make(dice, target.descriptor.input_type.fields_by_name["hello"].message_type)
            hello.hello.CopyFrom(said)  # type: ignore[attr-defined]
            made = [hello, *made]
        return [each.SerializeToString() for each in made]

    def _payload(self, dice: Random, maker: MessageMaker, target: Target, kind: Kind) -> bytes:
        good = maker.make(dice, target.descriptor.input_type)
        match kind:
            case "good":
                return good.SerializeToString()
            case "rule broken":
                return broken(dice, good).SerializeToString()
            case "changed":
                return changed(dice, good).SerializeToString()
            case "damaged":
                return damaged(dice, good.SerializeToString())
            case "noise":
                return noise(dice)

    def _caller(self, dice: Random, target: Target) -> Caller:
        roll = dice.random()
        if target.public or roll < 0.05:
            return dice.choice([NOBODY, FORGED])
        if roll < 0.12:
            return FORGED
        if roll < 0.25:
            return dice.choice(list(Role))
        return dice.choice(sorted(target.roles, key=lambda role: role.value))
