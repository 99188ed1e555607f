"""Messages with a field or two that say something else: anything that the wire can carry."""

from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

MessageT = TypeVar("MessageT", bound=Message)

EXTREMES = {
    FieldDescriptor.CPPTYPE_INT32: [0, 1, -1, -(2**31), 2**31 - 1],
    FieldDescriptor.CPPTYPE_INT64: [0, 1, -1, -(2**63), 2**63 - 1, 253402300800, -62135596801],
    FieldDescriptor.CPPTYPE_UINT32: [0, 1, 2**31, 2**32 - 1],
    FieldDescriptor.CPPTYPE_UINT64: [0, 1, 2**63, 2**64 - 1],
    FieldDescriptor.CPPTYPE_FLOAT: [
        0.0,
        -0.0,
        -1.0,
        1e-45,
        3.4e38,
        float("nan"),
        float("inf"),
        float("-inf"),
    ],
    FieldDescriptor.CPPTYPE_DOUBLE: [0.0, float("nan"), float("inf")],
    FieldDescriptor.CPPTYPE_BOOL: [False, True],
    FieldDescriptor.CPPTYPE_ENUM: [0, 1, 2, 99, -1, 2**31 - 1],
    FieldDescriptor.CPPTYPE_STRING: [],
}
ODD_TEXTS = [
    "",
    " ",
    "\0",
    "\n",
    "***",
    "0",
    "00000000-0000-0000-0000-000000000000",
    "rtsp://",
    "rtsp://[::1",
    "rtsp://a:99999/",
    "rtsp://:***@/",
    "usb:0",
    "file:\0",
    "Factory",
    "../../etc/passwd",
    "display_name",
    "site.display_name",
]
_TEXTS = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
_BYTES = st.one_of(st.binary(max_size=64), st.binary(min_size=2048, max_size=2048))


@st.composite
def mutated(draw: st.DrawFn, good: MessageT) -> MessageT:
    """A copy of a good message with one to three of its fields, at any depth, changed."""
    copy = type(good)()
    copy.CopyFrom(good)
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, copy)
    return copy


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """The bytes of a good message with some of them changed, missing or added."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


def _change(draw: st.DrawFn, message: Any) -> None:
    fields = list(message.DESCRIPTOR.fields)
    if not fields:
        return
    field: FieldDescriptor = draw(st.sampled_from(fields))
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        _change_message(draw, message, field)
        return
    value = draw(_scalar(field))
    if not field.is_repeated:
        setattr(message, field.name, value)
    elif draw(st.booleans()) or not len(getattr(message, field.name)):
        getattr(message, field.name).append(value)
    else:
        getattr(message, field.name)[0] = value


def _change_message(draw: st.DrawFn, message: Any, field: FieldDescriptor) -> None:
    if draw(st.integers(0, 9)) == 0:
        message.ClearField(field.name)
    elif field.is_repeated:
        values = getattr(message, field.name)
        _change(draw, values[0] if len(values) and draw(st.booleans()) else values.add())
    else:
        inner = getattr(message, field.name)
        inner.SetInParent()
        _change(draw, inner)


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return _BYTES if field.type == FieldDescriptor.TYPE_BYTES else _TEXTS
    return st.sampled_from(EXTREMES[field.cpp_type])
