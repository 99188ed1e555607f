"""Lists, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from footfall_server.domain.change import Horizon

ItemT = TypeVar("ItemT")
CursorT = TypeVar("CursorT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT, CursorT]):
    """Some items, and where the list goes on; None on the last page."""

    items: Sequence[ItemT]
    next_after: CursorT | None


@dataclass(frozen=True, slots=True)
class WatchablePage(Page[ItemT, CursorT]):
    """A page to watch from. `revision` is as of the page or before: watching after it misses nothing."""

    revision: int


def page_of(
    found: Sequence[ItemT], limit: int, cursor_of: Callable[[ItemT], CursorT]
) -> Page[ItemT, CursorT]:
    """A page from a query for one item more than the page holds."""
    items = found[:limit]
    return Page(items, cursor_of(items[-1]) if len(found) > limit else None)


def watchable(page: Page[ItemT, CursorT], horizon: Horizon) -> WatchablePage[ItemT, CursorT]:
    """The page, for who goes on to watch. `horizon` was read before its items."""
    return WatchablePage(page.items, page.next_after, horizon.current)
