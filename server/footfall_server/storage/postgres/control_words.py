"""Word that is for few, as NOTIFY carries it: what it is, and two ids."""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from uuid import UUID

from sqlalchemy import func, select

from footfall_server.domain.change import (
    CommandFinished,
    CommandSent,
    ControlWord,
    FrameStored,
    PreviewWanted,
)
from footfall_server.storage.postgres.statements import TenantConnection

CONTROL_CHANNEL = "footfall_control"
"""Carries `kind:id:id` of every ControlWord that a commit says."""

_KINDS: Mapping[str, Callable[[UUID, UUID], ControlWord]] = {
    "sent": CommandSent,
    "finished": CommandFinished,
    "wanted": PreviewWanted,
    "frame": FrameStored,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


async def say(connection: TenantConnection, word: ControlWord) -> None:
    """Says it when the transaction commits."""
    payload = ":".join([_NAMES[type(word)], *(str(each) for each in astuple(word))])
    await connection.rows(select(func.pg_notify(CONTROL_CHANNEL, payload)))


def control_word(payload: str) -> ControlWord:
    """What was said. Raises ValueError for what is no such word, as a newer release may say."""
    kind, tenant_id, about = payload.split(":")
    if kind not in _KINDS:
        raise ValueError(f"no word is called {kind}")
    return _KINDS[kind](UUID(tenant_id), UUID(about))
