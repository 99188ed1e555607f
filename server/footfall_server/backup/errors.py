"""What is wrong with a backup, or with what is asked of one."""


class BackupError(Exception):
    """The command cannot be done, or the backup is not good; the text is one line without personal data."""


class OtherKeyError(BackupError):
    """The backup was made with another key."""
