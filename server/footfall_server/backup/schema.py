"""Moves the schema to where a backup needs it, and on to where this release has it."""

from footfall_migrations import run as migrations

from footfall_server.backup.errors import BackupError


class Schema:
    """The migrations of this release on one database."""

    def __init__(self, owner_dsn: str) -> None:
        self._owner_dsn = owner_dsn
        # The newest comes first.
        self._revisions = [each.revision for each in migrations.script_directory().walk_revisions()][::-1]

    def require_known(self, revision: str) -> None:
        """Raises BackupError for a revision of a later release."""
        if revision not in self._revisions:
            raise BackupError(f"the backup is of a later release: its schema {revision} is not known here")

    async def is_past(self, revision: str) -> bool:
        """Whether the database has migrations that the revision has not."""
        current = await migrations.current_revision(self._owner_dsn)
        if current is None:
            return False
        if current not in self._revisions:
            raise BackupError(f"the database is of a later release: its schema {current} is not known here")
        return self._revisions.index(current) > self._revisions.index(revision)

    async def bring_to(self, revision: str) -> None:
        """Up or down; down only while there are no rows."""
        if await self.is_past(revision):
            await migrations.downgrade(self._owner_dsn, revision)
        else:
            await migrations.upgrade(self._owner_dsn, revision)

    async def bring_to_head(self) -> None:
        """To what this release works with."""
        await migrations.upgrade(self._owner_dsn)
