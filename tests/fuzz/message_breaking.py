"""Well-formed messages that say what they should not: odd values, broken rules, far too much of a thing."""

from random import Random
from typing import Any

from fakes.bad_values import bad_values
from fakes.mutations import EXTREMES, ODD_TEXTS
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

MAX_TEXT = 200_000

_MORE_TEXTS = (
    "\u202eabc\u202c",  # written backwards
    "e\u0301" * 60,  # letters of two code points
    "\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "'; drop table visits; --",
    "%s%n{0}{{}}${x}",
    "<script>alert(1)</script>",
    "\r\nx-injected: 1",
    "%00",
    "NaN",
    "-1",
    "9" * 400,
    "1e309",
    "00000000-0000-0000-0000-00000000000g",
    "{00000000-0000-0000-0000-000000000000}",
    "0199000000007000800000000000000a",
    "\x7f\x80\x9f",
    "file:///proc/self/environ",
    "rtsp://u:p@[fe80::1%25eth0]:0/x",
)


def broken(dice: Random, message: Message) -> Message:
    """A copy in which one rule of a field, as the protos write it, does not hold."""
    try:
        ways = list(bad_values(message))
    except (AssertionError, KeyError):
        # A kind of rule that bad_values does not know: tests/rpc/server/test_bad_values.py says which.
        return changed(dice, message)
    try:
        return dice.choice(ways).broken(message)
    except IndexError:  # there is no way, or the list is empty in which it would break the first value
        return changed(dice, message)


def changed(dice: Random, message: Message) -> Message:
    """A copy with one to three of its fields, at any depth, changed to anything that the wire carries."""
    copy = type(message)()
    copy.CopyFrom(message)
    for _ in range(dice.randint(1, 3)):
        _change(dice, copy)
    return copy


def _change(dice: Random, message: Any) -> None:
    fields = list(message.DESCRIPTOR.fields)
    if not fields:
        return
    field: FieldDescriptor = dice.choice(fields)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        message.ClearField(field.name)
    elif field.message_type is not None:
        _change_message(dice, message, field)
    elif dice.random() < 0.1:
        message.ClearField(field.name)
    elif not field.is_repeated:
        setattr(message, field.name, _odd(dice, field))
    else:
        values = getattr(message, field.name)
        if dice.random() < 0.2 and len(values):
            values.extend([values[0]] * dice.choice([1, 70, 3000]))
        else:
            values.append(_odd(dice, field))


def _change_message(dice: Random, message: Any, field: FieldDescriptor) -> None:
    if dice.random() < 0.15:
        message.ClearField(field.name)
    elif field.is_repeated:
        values = getattr(message, field.name)
        if dice.random() < 0.2:
            for _ in range(dice.choice([1, 70, 3000])):
                values.add()
        else:
            _change(dice, values[0] if len(values) and dice.random() < 0.7 else values.add())
    else:
        inner = getattr(message, field.name)
        inner.SetInParent()
        _change(dice, inner)


def _odd(dice: Random, field: FieldDescriptor) -> Any:
    if field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
        return dice.choice(EXTREMES[field.cpp_type])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return dice.randbytes(dice.choice([0, 1, 63, 2048, 8193, 70_000]))
    if dice.random() < 0.1:
        return dice.choice("aä\0 ") * dice.choice([121, 255, 1025, 70_000, MAX_TEXT // 4])
    if dice.random() < 0.3:
        return "".join(chr(_code_point(dice)) for _ in range(dice.randint(1, 30)))
    return dice.choice([*ODD_TEXTS, *_MORE_TEXTS])


def _code_point(dice: Random) -> int:
    """Any that UTF-8 can carry: no surrogates."""
    found = dice.randrange(0x110000 - 0x800)
    return found if found < 0xD800 else found + 0x800
