"""Decides what a stack consists of before it starts: ports, models, the console, the demo camera."""

import hashlib
from collections.abc import Mapping

from footfall_vision.model_store import ModelStore
from footfall_web.settings import BUILT_BESIDE_THE_PACKAGE

from footfall_local.home import StackHome
from footfall_local.plan import CameraPlan, StackPlan
from footfall_local.ports import FREE_RANGE, PortTakenError, assign_ports, describe_owner, is_free
from footfall_local.stack import PREFERRED_PORTS

GATEWAY_PORT_VARIABLE = "FOOTFALL_GATEWAY_PORT"
WEB_DIST_VARIABLE = "FOOTFALL_WEB_DIST_DIR"
HIGHEST_PORT = 65535
BLOCK = 25  # more than a stack has ports


def preferred_ports(home: StackHome) -> dict[str, int]:
    """The well-known ports for the project's own stack; for another folder's, a block made from its path.

    Ports are chosen some seconds before the servers bind them, so stacks that start at the same time must
    not want the same ones.
    """
    if home.is_default:
        return dict(PREFERRED_PORTS)
    digest = hashlib.sha256(str(home.root).encode()).digest()
    first = FREE_RANGE.start + int.from_bytes(digest[:4]) % (len(FREE_RANGE) // BLOCK) * BLOCK
    inner = (name for name in PREFERRED_PORTS if name != "gateway")
    return {"gateway": PREFERRED_PORTS["gateway"], **{name: first + i for i, name in enumerate(inner)}}


def make_plan(
    home: StackHome,
    known: StackPlan | None,
    environment: Mapping[str, str],
    *,
    camera: CameraPlan | None,
) -> StackPlan:
    """A plan for a stack that is about to start. Ports of the time before are kept where they are free.

    Raises:
        PortTakenError: the port that was asked for by FOOTFALL_GATEWAY_PORT is in use, or is none.

    """
    preferred = {**preferred_ports(home), **({} if known is None else known.ports)}
    preferred["gateway"] = PREFERRED_PORTS["gateway"]
    asked = environment.get(GATEWAY_PORT_VARIABLE)
    return StackPlan(
        ports=assign_ports(preferred, asked=None if asked is None else {"gateway": _asked_port(asked)}),
        models_dir=str(ModelStore(None).directory),
        web_dist=environment.get(WEB_DIST_VARIABLE) or str(BUILT_BESIDE_THE_PACKAGE),
        camera=camera,
    )


def _asked_port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise PortTakenError(f"{GATEWAY_PORT_VARIABLE} is {text!r}, which is no port")
    port = int(text)
    if not is_free(port):
        raise PortTakenError(
            f"port {port}, asked for by {GATEWAY_PORT_VARIABLE}, is taken by {describe_owner(port)}"
        )
    return port
