"""Lists, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
CursorT = TypeVar("CursorT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT, CursorT]):
    """Some items, and where the list goes on; None on the last page."""

    items: Sequence[ItemT]
    next_after: CursorT | None


def page_of(
    found: Sequence[ItemT], limit: int, cursor_of: Callable[[ItemT], CursorT]
) -> Page[ItemT, CursorT]:
    """A page from a query for one item more than the page holds."""
    items = found[:limit]
    return Page(items, cursor_of(items[-1]) if len(found) > limit else None)
