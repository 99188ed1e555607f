"""Keeps the signing keys of a running process those of their folder."""

import asyncio
from datetime import timedelta
from pathlib import Path

import structlog

from footfall_server.auth.keys import BadKeysError, KeyRing, kids_in, load_keys

_log = structlog.get_logger()


class KeyReload:
    """Looks into the folder of keys again and again. A folder that cannot be used changes nothing."""

    def __init__(self, *, keys: KeyRing, folder: Path, every: timedelta = timedelta(seconds=5)) -> None:
        self._keys = keys
        self._folder = folder
        self._every = every

    async def run(self) -> None:
        """Reloads for as long as the process lives."""
        while True:
            await asyncio.sleep(self._every.total_seconds())
            await self.reload()

    async def reload(self) -> None:
        """Takes new keys, and lets go of those whose files are gone."""
        known = self._keys.kids
        try:
            if kids_in(self._folder) == known:
                return
            found = await asyncio.to_thread(load_keys, self._folder)
        except BadKeysError as error:
            _log.error("signing_keys_not_reloaded", why=str(error))
            return
        self._keys.replace(found)
        _log.info(
            "signing_keys_reloaded",
            added=sorted(set(found.kids) - set(known)),
            removed=sorted(set(known) - set(found.kids)),
            signing=found.signing.kid,
        )
