"""The command line: footfall-server serve, and what an operator does beside it."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from uuid import UUID

from footfall_server.audit_commands import add_audit_commands
from footfall_server.auth.authority import BUNDLE_FILE, BadAuthorityError, generate_authority
from footfall_server.auth.erasure_key import (
    BadErasureKeyError,
    generate_erasure_key,
    load_erasure_key,
)
from footfall_server.auth.keys import BadKeysError, generate_key, load_keys
from footfall_server.backup.errors import BackupError
from footfall_server.backup_commands import add_backup_commands
from footfall_server.command_line import CommandError, say, tell
from footfall_server.domain.identity import Role
from footfall_server.errors import FootfallError
from footfall_server.report_commands import add_report_commands
from footfall_server.settings import BadSettingsError, KeySettings, ServerSettings, read_settings

Command = Callable[[argparse.Namespace], None]

_MAX_DAYS = 36_500
_MAX_LIST_DAYS = 90


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one subcommand. Exits with 0, or with 1 after one line that says what was wrong."""
    options = _parser().parse_args(arguments)
    command: Command = options.run
    try:
        command(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not isinstance(error, _expected_errors()):
            raise
        said = str(error).partition("\n")[0] or type(error).__name__
        sys.stderr.write(f"footfall-server {options.command}: {said}\n")
        sys.exit(1)


def _expected_errors() -> tuple[type[Exception], ...]:
    # Here and below: imported when needed, since the adapters take a second that --help does not have.
    from footfall_server.administration import DATABASE_ERRORS  # noqa: PLC0415
    from footfall_server.metrics import CannotServeMetricsError  # noqa: PLC0415
    from footfall_server.rpc.grpc_server import CannotListenError  # noqa: PLC0415
    from footfall_server.rpc.server_tls import BadTlsFilesError  # noqa: PLC0415

    ours = (
        CommandError,
        FootfallError,
        BadKeysError,
        BadAuthorityError,
        BadErasureKeyError,
        BackupError,
        BadSettingsError,
        BadTlsFilesError,
        CannotListenError,
        CannotServeMetricsError,
    )
    return (*ours, *DATABASE_ERRORS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footfall-server",
        description="The core of Footfall. Settings are environment variables: FOOTFALL_SERVER_...",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve until SIGTERM").set_defaults(run=_serve)
    commands.add_parser(
        "settings", help="print what serve would be told, as JSON; secrets as **********"
    ).set_defaults(run=_settings)
    commands.add_parser("migrate", help="bring the database's schema up to date").set_defaults(run=_migrate)
    commands.add_parser(
        "bootstrap-database", help="make the database and its roles, as the server's superuser"
    ).set_defaults(run=_bootstrap_database)

    keys = commands.add_parser("generate-keys", help="make a new signing key; the newest signs")
    keys.add_argument("--dir", type=Path, required=True, help="the folder, as in AUTH__KEYS_DIR")
    keys.set_defaults(run=_generate_keys)

    erasures = commands.add_parser(
        "generate-erasure-key",
        help="make the key of receipts and tombstones, where generate-keys of an older release made none",
    )
    erasures.add_argument("--dir", type=Path, required=True, help="the folder, as in AUTH__KEYS_DIR")
    erasures.set_defaults(run=_generate_erasure_key)

    listing = commands.add_parser("list-keys", help="say which signing keys there are, and which one signs")
    listing.add_argument("--dir", type=Path, required=True, help="the folder, as in AUTH__KEYS_DIR")
    listing.set_defaults(run=_list_keys)
    authority = commands.add_parser(
        "generate-authority", help="make a new certificate authority for edge workers; the newest issues"
    )
    authority.add_argument("--dir", type=Path, required=True, help="the folder, as in AUTH__AUTHORITY_DIR")
    authority.set_defaults(run=_generate_authority)

    lists = commands.add_parser(
        "write-crl", help="write the lists of revoked certificates, for the gateway; again before they end"
    )
    lists.add_argument("--output", type=Path, required=True, help="the file, PEM; it is replaced whole")
    lists.add_argument(
        "--days",
        type=_days(_MAX_LIST_DAYS),
        default=timedelta(days=7),
        help="how long the lists are good; then nobody gets in (default: 7)",
    )
    lists.set_defaults(run=_write_crl)

    tenant = commands.add_parser("create-tenant", help="open a tenant")
    tenant.add_argument("--name", required=True)
    tenant.set_defaults(run=_create_tenant)

    admin = commands.add_parser("create-admin", help="make an administrator of a tenant")
    admin.add_argument("--tenant-id", type=UUID, required=True)
    _add_account_arguments(admin)
    admin.set_defaults(run=_create_admin)

    system = commands.add_parser("create-system-admin", help="make an administrator of the installation")
    _add_account_arguments(system)
    system.set_defaults(run=_create_system_admin)

    first = commands.add_parser(
        "bootstrap-admin",
        help="make the installation's first administrator; prints a token that sets the password, for 1 h",
    )
    first.add_argument("--email", required=True)
    first.add_argument("--name", default="", help="how the console greets the person")
    first.set_defaults(run=_bootstrap_admin)

    key = commands.add_parser("create-api-key", help="make a key for a program at a site; shown once")
    key.add_argument("--tenant-id", type=UUID, required=True)
    key.add_argument("--site-id", type=UUID, required=True)
    key.add_argument("--name", required=True)
    key.add_argument(
        "--role",
        choices=["worker", "site_manager"],
        default="worker",
        help="worker sends what cameras see; site_manager reads and manages the site (default: worker)",
    )
    key.add_argument(
        "--expires-in-days",
        type=_days(_MAX_DAYS),
        metavar="DAYS",
        help="when the key ends; without it: when revoked",
    )
    key.set_defaults(run=_create_api_key)
    _add_index_commands(commands.add_parser("index", help="look after the face index"))
    add_audit_commands(commands.add_parser("audit", help="check and export the audit logs"))
    add_backup_commands(commands.add_parser("backup", help="make, check and restore backups"))
    add_report_commands(commands.add_parser("reports", help="check the kept days of reports"))
    return parser


def _add_index_commands(index: argparse.ArgumentParser) -> None:
    actions = index.add_subparsers(dest="action", required=True)
    verify = actions.add_parser(
        "verify", help="compare the face index with the gallery; exits with 1 when they differ"
    )
    verify.add_argument("--tenant-id", type=UUID, help="only this tenant")
    verify.add_argument("--repair", action="store_true", help="put back what is missing, remove the rest")
    verify.add_argument("--ids", action="store_true", help="name the faces as well as count them")
    verify.set_defaults(run=_verify_index)
    rebuild = actions.add_parser(
        "rebuild", help="make the collections anew and fill them from PostgreSQL, while replicas serve"
    )
    rebuild.set_defaults(run=_rebuild_index)


def _add_account_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", default="", help="how the console greets the person")
    parser.add_argument(
        "--password-file", type=Path, help="a file whose first line is the password; without it: stdin"
    )


def _serve(_options: argparse.Namespace) -> None:
    from footfall_server.serving import serve  # noqa: PLC0415

    serve()


def _settings(_options: argparse.Namespace) -> None:
    sys.stdout.write(f"{read_settings(ServerSettings).model_dump_json(indent=2)}\n")


def _migrate(_options: argparse.Namespace) -> None:
    from footfall_server.administration import migrate  # noqa: PLC0415

    migrate()
    say({"migrated": True})


def _bootstrap_database(_options: argparse.Namespace) -> None:
    from footfall_server.administration import bootstrap  # noqa: PLC0415

    bootstrap()
    say({"bootstrapped": True})


def _generate_keys(options: argparse.Namespace) -> None:
    folder: Path = options.dir
    file = generate_key(folder, at=datetime.now(UTC))
    load_keys(folder)
    made = generate_erasure_key(folder)
    said: dict[str, object] = {"kid": file.stem}
    say(said if made is None else {**said, "erasure_key": str(made)})


def _generate_erasure_key(options: argparse.Namespace) -> None:
    folder: Path = options.dir
    made = generate_erasure_key(folder)
    say({"erasure_key": load_erasure_key(folder).key_id, "made": made is not None})


def _list_keys(options: argparse.Namespace) -> None:
    ring = load_keys(options.dir, signing_delay=read_settings(KeySettings).auth.key_signing_delay)
    say({"signs": ring.signing.kid, "verify": ring.kids})


def _generate_authority(options: argparse.Namespace) -> None:
    folder: Path = options.dir
    file = generate_authority(folder, at=datetime.now(UTC))
    say({"authority": file.stem, "certificates": str(folder / BUNDLE_FILE)})


def _write_crl(options: argparse.Namespace) -> None:
    from footfall_server.certificate_administration import write_revocation_lists  # noqa: PLC0415

    say({"revoked": asyncio.run(write_revocation_lists(options.output, lifetime=options.days))})


def _create_tenant(options: argparse.Namespace) -> None:
    from footfall_server.administration import open_provisioning  # noqa: PLC0415

    async def create() -> None:
        async with open_provisioning() as provisioning:
            tenant = await provisioning.create_tenant(options.name)
        say({"tenant_id": str(tenant.tenant_id)})

    asyncio.run(create())


def _create_admin(options: argparse.Namespace) -> None:
    from footfall_server.administration import open_provisioning  # noqa: PLC0415

    password = _password(options.password_file, sys.stdin)

    async def create() -> None:
        async with open_provisioning() as provisioning:
            user_id = await provisioning.create_tenant_admin(
                options.tenant_id, email=options.email, display_name=options.name, password=password
            )
        say({"user_id": str(user_id), "tenant_id": str(options.tenant_id)})

    asyncio.run(create())


def _create_system_admin(options: argparse.Namespace) -> None:
    from footfall_server.administration import open_provisioning  # noqa: PLC0415

    password = _password(options.password_file, sys.stdin)

    async def create() -> None:
        async with open_provisioning() as provisioning:
            user_id = await provisioning.create_system_admin(
                email=options.email, display_name=options.name, password=password
            )
        say({"user_id": str(user_id)})

    asyncio.run(create())


def _bootstrap_admin(options: argparse.Namespace) -> None:
    from footfall_server.administration import open_provisioning  # noqa: PLC0415

    async def create() -> None:
        async with open_provisioning() as provisioning:
            made = await provisioning.bootstrap_admin(email=options.email, display_name=options.name)
        say(
            {
                "user_id": str(made.user_id),
                "setup_token": made.setup_token.text,
                "expire_time": made.setup_token.expires_at.isoformat(),
            }
        )

    asyncio.run(create())


def _create_api_key(options: argparse.Namespace) -> None:
    from footfall_server.administration import open_provisioning  # noqa: PLC0415

    async def create() -> None:
        async with open_provisioning() as provisioning:
            made = await provisioning.create_api_key(
                options.tenant_id,
                options.site_id,
                display_name=options.name,
                role=Role(options.role),
                expires_in=options.expires_in_days,
            )
        say({"api_key": made.text, "api_key_id": str(made.api_key_id), "prefix": made.prefix})

    asyncio.run(create())


def _verify_index(options: argparse.Namespace) -> None:
    from footfall_server.index_administration import verify_index  # noqa: PLC0415

    drifted = asyncio.run(
        verify_index(options.tenant_id, repair=options.repair, with_ids=options.ids, say=say)
    )
    if drifted:
        raise CommandError("the face index differs from the gallery; --repair mends that")


def _rebuild_index(_options: argparse.Namespace) -> None:
    from footfall_server.index_administration import rebuild_index  # noqa: PLC0415

    if asyncio.run(rebuild_index(tell=tell, say=say)):
        raise CommandError("the face index still differs from the gallery")


def _days(most: int) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        days = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= days <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number of days, 1 to {most}")
        return timedelta(days=days)

    return read


def _password(file: Path | None, standard_input: TextIO) -> str:
    """The first line of the file or of stdin; never an argument, which every process could read."""
    try:
        text = standard_input.readline() if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read the password: {type(error).__name__}") from None
    lines = text.splitlines()
    return lines[0] if lines else ""


if __name__ == "__main__":
    main()
