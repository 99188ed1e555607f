"""Bytes that are no message, or one that no client would write (https://protobuf.dev/programming-guides/encoding/)."""

from collections.abc import Callable
from random import Random

_VARINT, _FIXED64, _LENGTH, _GROUP, _END_GROUP, _FIXED32 = 0, 1, 2, 3, 4, 5


def damaged(dice: Random, good: bytes) -> bytes:
    """A message's bytes after one or two accidents."""
    data = good
    for _ in range(dice.randint(1, 2)):
        data = dice.choice(_ACCIDENTS)(dice, data)
    return data


def noise(dice: Random) -> bytes:
    """Bytes of no message at all."""
    return dice.randbytes(dice.choice([0, 1, 7, 80, 5000]))


def varint(value: int) -> bytes:
    """Base 128, least significant group first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def tag(number: int, wire_type: int) -> bytes:
    """The key before a field's value."""
    return varint(number << 3 | wire_type)


def _truncated(dice: Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data))] if data else b"\x0a"


def _bits_flipped(dice: Random, data: bytes) -> bytes:
    out = bytearray(data or b"\x08\x01")
    for _ in range(dice.randint(1, 8)):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _replaced(dice: Random, data: bytes) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] + dice.randbytes(dice.randint(0, 4)) + data[at + dice.randint(0, 4) :]


def _unknown_field(dice: Random, data: bytes) -> bytes:
    number = dice.choice([99, 19_000, 2**29 - 1])
    wire_type = dice.choice([_VARINT, _FIXED64, _LENGTH, _FIXED32])
    value = {
        _VARINT: varint(dice.getrandbits(64)),
        _FIXED64: dice.randbytes(8),
        _LENGTH: varint(5) + dice.randbytes(5),
        _FIXED32: dice.randbytes(4),
    }[wire_type]
    field = tag(number, wire_type) + value
    return data + field * dice.choice([1, 3, 2000])


def _wrong_wire_type(dice: Random, data: bytes) -> bytes:
    """A field that exists, written as something else."""
    number = dice.randint(1, 16)
    return data + dice.choice(
        [
            tag(number, _VARINT) + varint(dice.getrandbits(63)),
            tag(number, _FIXED32) + dice.randbytes(4),
            tag(number, _FIXED64) + dice.randbytes(8),
            tag(number, _LENGTH) + varint(3) + b"\xff\xfe\xfd",
            tag(number, 6) + b"\0",
            tag(number, 7),
        ]
    )


def _deep_nesting(dice: Random, data: bytes) -> bytes:
    depth = dice.choice([90, 120, 5000])
    number = dice.randint(1, 8)
    if dice.random() < 0.5:
        return data + tag(number, _GROUP) * depth + tag(number, _END_GROUP) * depth
    inner = b""
    for _ in range(min(depth, 500)):
        inner = tag(number, _LENGTH) + varint(len(inner)) + inner
    return data + inner


def _lying_length(dice: Random, data: bytes) -> bytes:
    length = dice.choice([len(data) + 1, 2**31 - 1, 2**32, 2**63])
    return data + tag(dice.randint(1, 8), _LENGTH) + varint(length) + b"abc"


def _overlong_varint(dice: Random, data: bytes) -> bytes:
    return data + tag(dice.randint(1, 8), _VARINT) + b"\xff" * dice.choice([9, 10, 11, 200]) + b"\x01"


def _said_twice(_dice: Random, data: bytes) -> bytes:
    return data + data


def _field_zero(_dice: Random, data: bytes) -> bytes:
    return data + b"\x02\x01a"


def _no_utf8(dice: Random, data: bytes) -> bytes:
    text = dice.choice([b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80"])
    return data + tag(dice.randint(1, 8), _LENGTH) + varint(len(text)) + text


_ACCIDENTS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _truncated,
    _bits_flipped,
    _bits_flipped,
    _replaced,
    _unknown_field,
    _wrong_wire_type,
    _deep_nesting,
    _lying_length,
    _overlong_varint,
    _said_twice,
    _field_zero,
    _no_utf8,
)
