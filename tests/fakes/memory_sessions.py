"""Fakes of the repositories of sessions and revocations."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import PlatformTables
from footfall_server.domain.identity import User
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.session import RefreshToken, Session
from footfall_server.ports import SessionHome


class SessionLocks:
    """One lock per session, shared by all transactions of a database."""

    def __init__(self) -> None:
        self._locks: dict[UUID, asyncio.Lock] = {}

    def of(self, session_id: UUID) -> asyncio.Lock:
        return self._locks.setdefault(session_id, asyncio.Lock())


class MemorySessions:
    """Implements SessionRepository. `close` gives the locks back.

    `view` is the transaction's copy and `base` what it began with; `committed` is what everybody sees.
    """

    def __init__(
        self,
        tenant_id: UUID | None,
        *,
        view: PlatformTables,
        base: PlatformTables,
        committed: PlatformTables,
        locks: SessionLocks,
    ) -> None:
        self._tenant_id = tenant_id
        self._view = view
        self._base = base
        self._committed = committed
        self._locks = locks
        self._held: dict[UUID, asyncio.Lock] = {}

    async def add(self, session: Session, token: RefreshToken) -> None:
        assert session.tenant_id == self._tenant_id, "the session belongs elsewhere"
        self._view.sessions[session.session_id] = session
        self._view.refresh_tokens[token.token_hash] = token

    async def lock(self, session_id: UUID) -> Session | None:
        await self._lock(session_id)
        session = self._view.sessions.get(session_id)
        return session if session is not None and session.tenant_id == self._tenant_id else None

    async def user_of(self, session: Session) -> User | None:
        user = self._view.users.get(session.user_id)
        return user if user is not None and self._tenant_id in {None, user.tenant_id} else None

    async def token(self, token_hash: str) -> RefreshToken | None:
        return self._view.refresh_tokens.get(token_hash)

    async def rotate(self, used: RefreshToken, successor: RefreshToken) -> None:
        assert used.session_id in self._held, "rotated without the session's lock"
        assert used.used_at is not None
        assert successor.token_hash not in self._view.refresh_tokens
        self._view.refresh_tokens[used.token_hash] = used
        self._view.refresh_tokens[successor.token_hash] = successor

    async def save(self, session: Session) -> None:
        assert session.session_id in self._held, "saved without the session's lock"
        self._view.sessions[session.session_id] = session

    async def revoke_of(self, user_id: UUID, at: datetime, *, but: UUID | None = None) -> Sequence[UUID]:
        theirs = [each for each in self._committed.sessions.values() if each.user_id == user_id]
        ended = []
        for session_id in sorted(each.session_id for each in theirs if each.session_id != but):
            session = await self.lock(session_id)
            if session is not None and session.revoked_at is None:
                self._view.sessions[session_id] = replace(session, revoked_at=at)
                ended.append(session_id)
        return ended

    def close(self) -> None:
        for lock in self._held.values():
            lock.release()
        self._held.clear()

    async def _lock(self, session_id: UUID) -> None:
        """Waits for its turn, and then sees what was committed meanwhile."""
        if session_id in self._held:
            return
        lock = self._locks.of(session_id)
        await lock.acquire()
        self._held[session_id] = lock
        for mine in (self._view, self._base):
            if session_id in self._committed.sessions:
                mine.sessions[session_id] = self._committed.sessions[session_id]
            for token_hash, token in self._committed.refresh_tokens.items():
                if token.session_id == session_id:
                    mine.refresh_tokens[token_hash] = token


class MemoryRevocations:
    """Implements RevocationRepository. `added` is what the transaction wrote."""

    def __init__(self, tenant_id: UUID | None, *, view: PlatformTables, committed: PlatformTables) -> None:
        self._tenant_id = tenant_id
        self._view = view
        self._committed = committed
        self.added: list[Revocation] = []

    async def add(self, revocation: Revocation) -> None:
        named = revocation.subject_or_session_id
        _, known = self._rows().get(named, (self._tenant_id, None))
        latest = revocation.after(known)
        self._view.revocations[named] = (self._tenant_id, latest)
        self.added.append(latest)

    async def about(self, ids: Collection[UUID]) -> Sequence[Revocation]:
        return [each for each in self._seen() if each.subject_or_session_id in ids]

    async def live(self, now: datetime) -> Sequence[Revocation]:
        return [each for each in self._seen() if each.until >= now]

    def _rows(self) -> dict[UUID, tuple[UUID | None, Revocation]]:
        return {**self._committed.revocations, **self._view.revocations}

    def _seen(self) -> Sequence[Revocation]:
        return [each for owner, each in self._rows().values() if self._tenant_id in {None, owner}]


class MemorySessionSearch:
    """Implements SessionSearch."""

    def __init__(self, view: PlatformTables) -> None:
        self._view = view

    async def of_refresh_token(self, token_hash: str) -> SessionHome | None:
        token = self._view.refresh_tokens.get(token_hash)
        if token is None:
            return None
        session = self._view.sessions[token.session_id]
        return SessionHome(session.session_id, session.tenant_id)

    async def forget_ended(self, now: datetime) -> int:
        sessions = [key for key, each in self._view.sessions.items() if each.ends_at < now]
        revocations = [key for key, (_, each) in self._view.revocations.items() if each.until < now]
        tokens = self._view.refresh_tokens
        for token_hash in [key for key, each in tokens.items() if each.session_id in sessions]:
            del tokens[token_hash]
        for session_id in sessions:
            del self._view.sessions[session_id]
        for named in revocations:
            del self._view.revocations[named]
        return len(sessions) + len(revocations)
