"""Which fields a request cannot leave out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from openapi_document.values import FORMATS, Rules

# For each rule: whether the value that an unset field has (0, "", nothing) breaks it.
_REFUSES_ZERO: Mapping[str, Callable[[Any], bool]] = {
    "min_len": lambda limit: limit > 0,
    "len": lambda limit: limit > 0,
    "min_bytes": lambda limit: limit > 0,
    "min_items": lambda limit: limit > 0,
    "min_pairs": lambda limit: limit > 0,
    "pattern": lambda limit: re.search(limit, "") is None,
    "gte": lambda limit: limit > 0,
    "gt": lambda limit: limit >= 0,
    "lte": lambda limit: limit < 0,
    "lt": lambda limit: limit <= 0,
    "in": all,
    "not_in": lambda limit: not all(limit),
    "const": bool,
    **{name: bool for name in FORMATS if name != "uri_ref"},
}


def must_be_set(field: FieldDescriptorProto, rules: Rules) -> bool:
    """Whether a message without this field breaks the field's rules.

    A field that knows whether it was set keeps its rules when it was not; any other one has its zero then.
    """
    if rules.required:
        return True
    knows_presence = (
        field.HasField("oneof_index")
        or field.proto3_optional
        or (field.type == field.TYPE_MESSAGE and field.label != field.LABEL_REPEATED)
    )
    kind = rules.WhichOneof("type")
    if knows_presence or kind is None or rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE:
        return False
    return any(
        rule.name in _REFUSES_ZERO and _REFUSES_ZERO[rule.name](limit)
        for rule, limit in getattr(rules, kind).ListFields()
    )
