"""The accounts of a local stack: a tenant, its administrator, a site, and the edge worker's key."""

import asyncio
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from footfall_local.component import ComponentError
from footfall_local.gateway_api import GatewayApi, GatewayApiError
from footfall_local.private_files import read_json, write_private, write_private_json
from footfall_local.server_command import ServerCommand

TENANT_NAME = "Demo Shop"
EMAIL = "admin@demo.example"
PERSON = "Demo administrator"
SITE_NAME = "Main Street"
VISIT_GAP_S = 10.0
KEY_NAME = "local edge worker"
_DEMO_BASIS_FOR = timedelta(days=1000)


@dataclass(frozen=True)
class Accounts:
    """What was made so far; an empty text is not made yet."""

    tenant_id: str = ""
    admin_id: str = ""
    site_id: str = ""
    basis_recorded: str = ""
    api_key: str = field(default="", repr=False)


class Enrolment:
    """Makes each account once, and remembers it at once: an interrupted start goes on where it was."""

    def __init__(
        self, *, command: ServerCommand, secrets_folder: Path, demo_env: Path, gateway_url: str, password: str
    ) -> None:
        self._command = command
        self._file = secrets_folder / "accounts.json"
        self._password_file = secrets_folder / "demo-password"
        self._demo_env = demo_env
        self._gateway_url = gateway_url
        self._password = password
        self._accounts = Accounts(**(read_json(self._file) or {}))

    @property
    def api_key(self) -> str:
        return self._accounts.api_key

    async def ensure(self) -> None:
        """Make what is missing. Needs the gateway and a core behind it.

        Raises:
            ComponentError: something was refused.

        """
        if not self._accounts.tenant_id:
            made = await self._made("create-tenant", "--name", TENANT_NAME)
            self._remember(tenant_id=made["tenant_id"])
        tenant = ("--tenant-id", self._accounts.tenant_id)
        if not self._accounts.admin_id:
            write_private(self._password_file, self._password + "\n")
            who = ("--email", EMAIL, "--name", PERSON, "--password-file", str(self._password_file))
            self._remember(admin_id=(await self._made("create-admin", *tenant, *who))["user_id"])
            self._password_file.unlink()
        if not self._accounts.site_id:
            self._remember(site_id=await asyncio.to_thread(self._ensure_site))
        if not self._accounts.basis_recorded:
            self._remember(basis_recorded=await asyncio.to_thread(self._ensure_basis))
        if not self._accounts.api_key:
            site = ("--site-id", self._accounts.site_id)
            made = await self._made("create-api-key", *tenant, *site, "--name", KEY_NAME)
            self._remember(api_key=made["api_key"])
        self._write_demo_env()

    def _ensure_site(self) -> str:
        api = GatewayApi(self._gateway_url, email=EMAIL, password=self._password)
        try:
            for site in api.all_of("/v1/sites", "sites"):
                if site["displayName"] == SITE_NAME:
                    return str(site["siteId"])
            site = {"displayName": SITE_NAME, "timeZone": "Europe/London", "visitGap": f"{VISIT_GAP_S:g}s"}
            return str(api.post("/v1/sites", site)["siteId"])
        except GatewayApiError as error:
            raise ComponentError(f"the demo's site could not be made: {error}") from error

    def _ensure_basis(self) -> str:
        """Nobody is recognised at a site whose operator did not say why they may be."""
        api = GatewayApi(self._gateway_url, email=EMAIL, password=self._password)
        place = f"/v1/sites/{self._accounts.site_id}"
        try:
            known = api.get(place).get("recognitionBasis")
            basis = known or api.patch(place, {"recognitionBasis": _demo_basis()})["recognitionBasis"]
        except GatewayApiError as error:
            raise ComponentError(f"the demo's site could not be given a basis: {error}") from error
        return str(basis["recordTime"])

    async def _made(self, *arguments: str) -> dict[str, Any]:
        lines = (await self._command.run(*arguments)).strip().splitlines()
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer

    def _remember(self, **made: str) -> None:
        self._accounts = replace(self._accounts, **made)
        write_private_json(self._file, asdict(self._accounts))

    def _write_demo_env(self) -> None:
        values = {
            "GATEWAY_URL": self._gateway_url,
            "DEMO_EMAIL": EMAIL,
            "DEMO_PASSWORD": self._password,
            "WORKER_API_KEY": self._accounts.api_key,
        }
        write_private(self._demo_env, "".join(f"{name}={value}\n" for name, value in values.items()))


def _demo_basis() -> dict[str, str]:
    """The demo's cameras show pictures of a public collection, and nobody who walks by."""
    return {
        "lawfulBasis": "LAWFUL_BASIS_OTHER",
        "reference": "Demonstration with published pictures",
        "expireTime": (datetime.now(UTC) + _DEMO_BASIS_FOR).isoformat(),
    }
