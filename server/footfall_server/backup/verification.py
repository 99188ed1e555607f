"""Reads a backup to its end, as a restore would, and changes nothing."""

from collections.abc import Callable, Sequence

from footfall_server.backup.errors import BackupError
from footfall_server.backup.folder import BackupReader


def faults_of(backup: BackupReader, tell: Callable[[str], None]) -> Sequence[str]:
    """What is wrong with each file: its hash, its seal, how much is in it. Empty when it is good."""
    faults = []
    for table in backup.manifest.tables:
        tell(f"backup: {table.name}")
        try:
            for _ in backup.rows(table):
                pass
        except BackupError as error:
            faults.append(str(error))
    tell("backup: objects")
    try:
        for _ in backup.objects():
            pass
    except BackupError as error:
        faults.append(str(error))
    return faults
