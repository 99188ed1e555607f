"""The fuzzer's messages: good ones are good, bad ones are bad, and the same ones come again."""

from collections import Counter
from random import Random

import pytest
from footfall_server.domain.identity import Role
from footfall_server.rpc.message_rules import MessageRules
from fuzz.callers import Callers
from fuzz.cases import CaseMaker
from fuzz.hints import Hints
from fuzz.message_breaking import broken, changed
from fuzz.message_making import MessageMaker, random_uuid
from fuzz.methods import Target, targets
from fuzz.wire_damage import damaged
from fuzz.world import Tenant, World
from google.protobuf.message import DecodeError, Message

TARGETS = targets()
OURS = [target for target in TARGETS if target.name.startswith("/footfall.")]
SEED = 7


def tenant(seed: int) -> Tenant:
    dice = Random(seed)
    made = Tenant(random_uuid(dice))
    for kind in ("tenant_id", "site_id", "camera_id", "customer_id", "event_id", "visit_id", "image_id"):
        made.ids[kind] = [random_uuid(dice) for _ in range(3)]
        made.spare[kind] = [random_uuid(dice)]
    return made


@pytest.fixture
def world() -> World:
    return World(own=tenant(1), foreign=tenant(2), callers=Callers.__new__(Callers))


@pytest.fixture
def maker(world: World) -> MessageMaker:
    return MessageMaker(hints=Hints(world.own, world.foreign, destructive=False))


@pytest.fixture(scope="module")
def rules() -> MessageRules:
    return MessageRules()


@pytest.mark.parametrize("target", OURS, ids=lambda each: each.name)
def test_good_messages_keep_all_rules(target: Target, maker: MessageMaker, rules: MessageRules) -> None:
    for number in range(40):
        made = maker.make(Random(number), target.descriptor.input_type)
        assert rules.violations(made) == [], f"{number}: {made}"


@pytest.mark.parametrize("target", OURS, ids=lambda each: each.name)
def test_broken_messages_break_a_rule(target: Target, maker: MessageMaker, rules: MessageRules) -> None:
    """Of those methods that have rules: most of the time, since a change may by chance be harmless."""
    if not target.descriptor.input_type.fields:
        return
    refused = 0
    for number in range(60):
        dice = Random(number)
        made = broken(dice, maker.make(dice, target.descriptor.input_type))
        refused += bool(rules.violations(made))
    has_rules = "buf.validate" in _proto_of(target) or target.descriptor.input_type.fields[0].message_type
    assert refused > 20 or not has_rules, f"only {refused} of 60 were refused"


def test_changed_messages_reach_every_field_and_still_are_messages(maker: MessageMaker) -> None:
    target = next(each for each in OURS if each.name.endswith("/RecordFace"))
    seen: Counter[str] = Counter()
    for number in range(1500):
        dice = Random(number)
        good = maker.make(dice, target.descriptor.input_type)
        odd = changed(dice, good)
        again: Message = target.request.FromString(odd.SerializeToString())
        assert again == odd or "nan" in str(odd).lower()
        seen.update(
            field.name
            for field in good.event.DESCRIPTOR.fields  # type: ignore[attr-defined]
            if getattr(good.event, field.name) != getattr(odd.event, field.name)  # type: ignore[attr-defined]
        )
    event = target.descriptor.input_type.fields_by_name["event"].message_type
    assert {field.name for field in event.fields} <= seen.keys()


def test_damaged_bytes_are_often_no_message(maker: MessageMaker) -> None:
    target = next(each for each in OURS if each.name.endswith("/RecordFace"))
    unreadable = 0
    for number in range(300):
        dice = Random(number)
        good = maker.make(dice, target.descriptor.input_type).SerializeToString()
        hurt = damaged(dice, good)
        try:
            target.request.FromString(hurt)
        except DecodeError:
            unreadable += 1
    assert 60 < unreadable < 280, "both kinds are wanted: what cannot be read, and what can"


def test_a_case_depends_on_seed_and_index_alone(world: World) -> None:
    def made(seed: int, indexes: range) -> list[tuple[str, object, tuple[bytes, ...]]]:
        cases = CaseMaker(seed=seed, targets=TARGETS, world=world)
        # Times are those of the clock, to the second: they are not what is compared.
        found = [cases.case(index) for index in indexes]
        return [(each.target.name, each.caller, tuple(map(len, each.payloads))) for each in found]

    assert made(SEED, range(50)) == made(SEED, range(50))
    assert made(SEED, range(20, 50)) == made(SEED, range(50))[20:]
    assert made(SEED, range(50)) != made(SEED + 1, range(50))


def test_every_method_is_called_by_everybody(world: World) -> None:
    cases = CaseMaker(seed=SEED, targets=TARGETS, world=world)
    made = [cases.case(index) for index in range(9000)]
    assert {each.target.name for each in made} == {each.name for each in TARGETS}
    assert {each.caller for each in made} == {*Role, "nobody", "forged"}
    assert {each.kind for each in made} == {"good", "rule broken", "changed", "damaged", "noise"}


def test_what_is_given_to_a_system_administrator_never_names_the_other_tenant(world: World) -> None:
    """It may change any tenant, and the other one is looked at afterwards to be untouched."""
    cases = CaseMaker(seed=SEED, targets=TARGETS, world=world)
    foreign = [each.encode() for ids in world.foreign.ids.values() for each in ids]
    for index in range(6000):
        case = cases.case(index)
        if case.caller is Role.SYSTEM_ADMIN:
            assert not any(each in payload for each in foreign for payload in case.payloads), case


def _proto_of(target: Target) -> str:
    from buf.validate import validate_pb2  # noqa: PLC0415

    has = any(
        field.GetOptions().HasExtension(validate_pb2.field) for field in target.descriptor.input_type.fields
    )
    return "buf.validate" if has else ""
