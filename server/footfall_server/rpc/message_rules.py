"""The rules written in the protos, checked by protovalidate, with paths that callers understand.

What is said of a violation never quotes the value: descriptions come from the rules alone.
"""

from collections.abc import Iterator, Sequence

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from protovalidate import Validator
from protovalidate._gen.buf.validate.validate_pb import FieldPath

from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.message_sizes import too_long_lists

_MASK = "update_mask"


class MessageRules:
    """Checks messages. One per process: compiled rules are kept per message type."""

    def __init__(self) -> None:
        self._validator = Validator()

    def violations(self, message: Message) -> Sequence[FieldViolation]:
        """What the message breaks."""
        if too_long := too_long_lists(message):
            return too_long
        untouched = _untouched(message)
        return [
            FieldViolation(_path(violation.field), violation.message, violation.rule_id)
            for violation in (each.proto for each in self._validator.collect_violations(message))
            if not _is_under(violation.field, untouched)
        ]

    def require(self, message: Message) -> None:
        """Raises INVALID_ARGUMENT / INVALID_FIELD that names every bad field."""
        if violations := self.violations(message):
            raise invalid_fields(violations)


def touched_fields(resource: Message, mask: FieldMask) -> frozenset[str]:
    """The fields of a resource that an update is about: those of its mask, or else those that are set."""
    return frozenset(mask.paths) or frozenset(descriptor.name for descriptor, _ in resource.ListFields())


def _untouched(message: Message) -> tuple[str, frozenset[str]] | None:
    """In an update, the resource's field and those of its fields that the update is not about.

    Their rules do not hold: whoever changes only the zone of a site need not repeat its name. What is said
    nevertheless has to keep its rules, although the mask leaves it alone.
    """
    fields = message.DESCRIPTOR.fields_by_name
    if _MASK not in fields:
        return None
    resource = next(
        name for name, field in fields.items() if name != _MASK and field.message_type is not None
    )
    value = getattr(message, resource)
    said = frozenset(descriptor.name for descriptor, _ in value.ListFields())
    about = said | touched_fields(value, getattr(message, _MASK))
    return resource, frozenset(value.DESCRIPTOR.fields_by_name) - about


def _is_under(path: FieldPath | None, untouched: tuple[str, frozenset[str]] | None) -> bool:
    if untouched is None or path is None or len(path.elements) < 2:  # noqa: PLR2004 - resource and field
        return False
    resource, names = untouched
    return path.elements[0].field_name == resource and path.elements[1].field_name in names


def _path(path: FieldPath | None) -> str:
    return "" if path is None else ".".join(_parts(path))


def _parts(path: FieldPath) -> Iterator[str]:
    for element in path.elements:
        subscript = element.subscript
        index = f"[{subscript.value}]" if subscript is not None and subscript.field == "index" else ""
        yield f"{element.field_name}{index}"
