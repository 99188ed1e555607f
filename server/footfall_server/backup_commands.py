"""footfall-server backup: make, check and restore backups."""

import argparse
import asyncio
from pathlib import Path

from footfall_server.command_line import CommandError, say, tell

# What follows is imported when needed, since the adapters take a second that --help does not have.


def add_backup_commands(backup: argparse.ArgumentParser) -> None:
    """Adds the subcommands to `footfall-server backup`."""
    actions = backup.add_subparsers(dest="action", required=True)
    new_key = actions.add_parser(
        "new-key", help="make the key that backups are sealed with; keep it elsewhere"
    )
    new_key.add_argument("file", type=Path, help="a file that is not there yet")
    new_key.set_defaults(run=_new_key)
    create = actions.add_parser(
        "create",
        help="write PostgreSQL's rows and the objects that they name, of one moment, while replicas serve",
    )
    _add_arguments(create, "a folder that is not there yet")
    create.set_defaults(run=_create)
    verify = actions.add_parser(
        "verify", help="read a backup to its end; exits with 1 when it is damaged; needs no database"
    )
    _add_arguments(verify, "the folder of a backup")
    verify.set_defaults(run=_verify)
    restore = actions.add_parser(
        "restore", help="put a backup into an empty database, while no replica serves; again when interrupted"
    )
    restore.add_argument("folder", type=Path, help="the folder of a backup")
    restore.add_argument(
        "--key",
        dest="keys",
        action="append",
        required=True,
        type=Path,
        help="the key file; repeated when the backups that are named were made with several",
    )
    restore.add_argument(
        "--replace",
        action="store_true",
        help="give up what the database holds; people who were erased stay so",
    )
    restore.add_argument(
        "--tombstones-from",
        dest="newer",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="a newer backup: people who were erased before it stay so; may be repeated",
    )
    restore.set_defaults(run=_restore)


def _add_arguments(parser: argparse.ArgumentParser, folder: str) -> None:
    parser.add_argument("folder", type=Path, help=folder)
    parser.add_argument("--key", type=Path, required=True, help="the key file, as new-key made it")


def _new_key(options: argparse.Namespace) -> None:
    from footfall_server.backup.keys import write_new_key  # noqa: PLC0415

    say({"key_id": write_new_key(options.file).key_id})


def _create(options: argparse.Namespace) -> None:
    from footfall_server.backup_administration import create_backup  # noqa: PLC0415

    say(asyncio.run(create_backup(options.folder, options.key, tell=tell)))


def _verify(options: argparse.Namespace) -> None:
    from footfall_server.backup_administration import verify_backup  # noqa: PLC0415

    told, faults = verify_backup(options.folder, options.key, tell=tell)
    say(told)
    if faults:
        raise CommandError(faults[0])


def _restore(options: argparse.Namespace) -> None:
    from footfall_server.backup_administration import restore_backup  # noqa: PLC0415

    said = restore_backup(
        options.folder, options.keys, newer=options.newer, replace=options.replace, tell=tell
    )
    say(asyncio.run(said))
