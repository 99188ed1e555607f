"""What the console's specs need of a running stack: accounts, the demo camera, pictures, the worker's log.

For a stack that is kept, in a bash at the project's root:

    footfall demo
    set -a; . <(PYTHONPATH=tests .venv/bin/python -m e2e.browser_walk .footfall); set +a
    (cd webui && npm run e2e)
"""

import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
from e2e.local_stack import LocalStack
from footfall_local.demo_shop.pictures import PICTURES as SHOWN
from footfall_local.demo_shop.pictures import PORTRAITS, Picture, pull_pictures
from footfall_vision.model_store import ModelStore

NEVER_SHOWN = Picture(
    name="obama2.jpg",
    archive=PORTRAITS,
    member="face_recognition-1.3.0/tests/test_images/obama2.jpg",
    sha256="a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
)
"""Of somebody who walks into the demo shop, in another picture."""
SITE_NAME = "Main Street"


def walk_environment(stack: LocalStack) -> dict[str, str]:
    """Environment variables for the specs; makes accounts of the roles that the demo has nobody of."""
    packages = ModelStore(Path(stack.environment["FOOTFALL_MODELS_DIR"])).directory.parent / "packages"
    pictures = pull_pictures(packages, pictures=(*SHOWN, NEVER_SHOWN))
    return {
        **stack.demo_account(),
        **_account("MANAGER", _manager(stack)),
        **_account("SYSTEM", _system_administrator(stack)),
        "DEMO_CAMERA_URL": f"http://127.0.0.1:{stack.plan()['ports']['camera_control']}",
        "DEMO_PICTURES": str(pictures[NEVER_SHOWN.name].parent),
        "WORKER_LOG": str(stack.home / "logs" / "edge.log"),
    }


def outlines(results: Path, most: int = 3000) -> str:
    """Outlines of the pages on which specs failed, of each at most so many characters."""
    return "\n".join(
        f"{file.parent.name}:\n{file.read_text().partition('# Page snapshot')[2][:most]}"
        for file in sorted(results.glob("*/error-context.md"))
    )


def _account(prefix: str, credentials: tuple[str, str]) -> Mapping[str, str]:
    email, password = credentials
    return {f"{prefix}_EMAIL": email, f"{prefix}_PASSWORD": password}


def _new_credentials(role: str) -> tuple[str, str]:
    # An address is taken for ever: a walk over the same stack makes somebody else.
    return f"{role}-{secrets.token_hex(4)}@demo.example", secrets.token_urlsafe(18)


def _manager(stack: LocalStack) -> tuple[str, str]:
    """A site manager of the demo's site, who was invited as people are."""
    admin = stack.sign_in()
    sites = {site["displayName"]: site["siteId"] for site in admin.get("/v1/sites")["sites"]}
    email, password = _new_credentials("manager")
    user = {
        "email": email,
        "displayName": "Demo manager",
        "role": "ROLE_SITE_MANAGER",
        "siteIds": [sites[SITE_NAME]],
    }
    user_id = admin.post("/v1/users", user)["userId"]
    setup = admin.post(f"/v1/users/{user_id}/setup-tokens", {})
    answer = httpx.post(
        f"{stack.gateway_url}/v1/auth/password:set",
        json={"setupToken": setup["setupToken"], "newPassword": password},
        timeout=20,
    )
    answer.raise_for_status()
    return email, password


def _system_administrator(stack: LocalStack) -> tuple[str, str]:
    email, password = _new_credentials("system")
    who = ("--email", email, "--name", "Demo system administrator")
    done = stack.run("server", "create-system-admin", *who, stdin=f"{password}\n")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return email, password


def _port_of(home: Path) -> int:
    return int(LocalStack(home, 0).plan()["ports"]["gateway"])


if __name__ == "__main__":
    kept = Path(sys.argv[1]).resolve()
    for name, value in walk_environment(LocalStack(kept, _port_of(kept))).items():
        sys.stdout.write(f"{name}={shlex.quote(value)}\n")
