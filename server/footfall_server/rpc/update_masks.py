"""Which fields an update changes."""

from collections.abc import Collection

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.message_rules import touched_fields


def changed_fields(
    resource: Message, mask: FieldMask, *, changeable: Collection[str], fixed: Collection[str] = ()
) -> frozenset[str]:
    """The fields to change: those that the mask names or, without a mask, those that are set.

    Raises INVALID_FIELD for a path that is none of `changeable`; `fixed` ones are told apart.
    """
    violations = [
        FieldViolation(
            f"update_mask.paths[{index}]",
            "names a field that is fixed"
            if path in fixed
            else f"names no field that can be changed; those are {', '.join(sorted(changeable))}",
            "update_mask.fixed" if path in fixed else "update_mask.unknown",
        )
        for index, path in enumerate(mask.paths)
        if path not in changeable
    ]
    if violations:
        raise invalid_fields(violations)
    return touched_fields(resource, mask) & frozenset(changeable)


def required(text: str, field: str) -> str:
    """The text, when there is any. Raises INVALID_FIELD otherwise."""
    if not text:
        raise invalid_fields([FieldViolation(field, "value is required", "required")])
    return text
