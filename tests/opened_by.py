"""Says which test opened a connection that nobody closed.

Such a connection is found when the garbage is collected, in whatever test runs by then. So each remembers who
opened it, and tells it in the message.
"""

import os
from asyncio import selector_events
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

_OPENED_BY = "opened_by"


def name_openers(patch: pytest.MonkeyPatch) -> None:
    """From now on the text of an asyncio transport over a socket names the test that it was opened in."""
    # All of them are of this class, and nothing else is.
    transport: Any = selector_events._SelectorTransport  # type: ignore[attr-defined]
    begin: Callable[..., None] = transport.__init__
    described: Callable[[Any], str] = transport.__repr__

    def remember(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        self._extra[_OPENED_BY] = os.environ.get("PYTEST_CURRENT_TEST", "no test")

    patch.setattr(transport, "__init__", remember)
    patch.setattr(
        transport, "__repr__", lambda self: f"{described(self)} opened by {self._extra.get(_OPENED_BY)}"
    )
