"""Composition root of the supervisor: every component of the local stack, and what it is told."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from footfall_gateway.settings import Address, GatewaySettings

from footfall_local.accounts import unprivileged_account
from footfall_local.component import Component
from footfall_local.components.camera import DemoCamera
from footfall_local.components.core import Core
from footfall_local.components.edge import Edge
from footfall_local.components.envoy import Envoy
from footfall_local.components.milvus import Milvus
from footfall_local.components.postgres import Postgres
from footfall_local.components.seaweedfs import SeaweedFS, SeaweedPorts
from footfall_local.components.web import Web
from footfall_local.core_setup import CoreSetup
from footfall_local.enrolment import Enrolment
from footfall_local.home import StackHome
from footfall_local.plan import StackPlan
from footfall_local.probes import LOOPBACK
from footfall_local.server_command import ServerCommand
from footfall_local.stack_secrets import StackSecrets

DATABASE = "footfall"
BUCKET = "footfall"
ISSUER = "footfall"
AUDIENCE = "footfall"
"""What the core writes into its tokens and the gateway asks of them."""
REPLICAS = (1, 2)
STORES = ("postgres", "milvus", "seaweedfs")
CORES = tuple(f"core-{number}" for number in REPLICAS)

PREFERRED_PORTS = {
    "gateway": 8080,
    "gateway_admin": 21901,
    "gateway_keys": 21902,
    "postgres": 21432,
    "milvus": 21530,
    "s3": 21333,
    "s3_grpc": 21334,
    "master": 21335,
    "master_grpc": 21336,
    "volume": 21337,
    "volume_grpc": 21338,
    "filer": 21339,
    "filer_grpc": 21340,
    "admin": 21341,
    "admin_grpc": 21342,
    "core_1": 21501,
    "core_2": 21502,
    "web": 21510,
    "edge": 21464,
    "camera": 21554,
    "camera_control": 21555,
}
"""Every port of the stack, all on loopback. Those of the object store have the names of `SeaweedPorts`."""
SEAWEED_PORTS = tuple(SeaweedPorts.__dataclass_fields__)


def operator_environment(home: StackHome, plan: StackPlan) -> dict[str, str]:
    """What `footfall-server` is told on this machine: the replicas' settings, and the owner's DSN."""
    secrets = StackSecrets.load_or_make(home.secrets)
    postgres = _postgres(home, plan, secrets)
    return {
        **_core_env(plan, secrets, keys=_keys(home)),
        **_database_env(plan, secrets, superuser_dsn=postgres.superuser_dsn),
    }


def build_components(home: StackHome) -> Callable[[StackPlan], Sequence[Component]]:
    """A function that gives a plan's components, each after what it requires."""

    def build(plan: StackPlan) -> Sequence[Component]:
        secrets = StackSecrets.load_or_make(home.secrets)
        ports = plan.ports
        postgres = _postgres(home, plan, secrets)
        milvus = Milvus(data=home.data / "milvus", port=ports["milvus"])
        seaweedfs = SeaweedFS(
            data=home.data / "seaweedfs",
            ports=SeaweedPorts(**{name: ports[name] for name in SEAWEED_PORTS}),
            access_key=secrets.s3_access_key,
            secret_key=secrets.s3_secret_key,
            bucket=BUCKET,
        )
        env = _core_env(plan, secrets, keys=_keys(home))
        command = ServerCommand(env=env, folder=home.data / "core", log=home.log_of("core-setup"))
        setup = CoreSetup(
            command=command,
            keys=_keys(home),
            database_env=_database_env(plan, secrets, superuser_dsn=postgres.superuser_dsn),
            marker=home.data / "migrations-done",
        )
        cores = [
            Core(
                number=number,
                port=ports[f"core_{number}"],
                env=env,
                folder=home.data / "core",
                set_up=setup.ensure,
                requires=STORES,
            )
            for number in REPLICAS
        ]
        web = Web(port=ports["web"], dist=Path(plan.web_dist), folder=home.data / "web")
        envoy = Envoy(
            settings=_gateway_settings(plan), folder=home.data / "envoy", requires=(*CORES, web.name)
        )
        enrolment = Enrolment(
            command=command,
            secrets_folder=home.secrets,
            demo_env=home.demo_env,
            gateway_url=plan.gateway_url,
            password=secrets.demo_password,
        )
        edge = Edge(
            gateway_url=plan.gateway_url,
            enrolment=enrolment,
            folder=home.data / "edge",
            models_dir=Path(plan.models_dir),
            http_port=plan.ports["edge"],
            requires=(envoy.name,),
        )
        camera = _camera(home, plan)
        return [postgres, milvus, seaweedfs, *cores, web, envoy, edge, *camera]

    return build


def _postgres(home: StackHome, plan: StackPlan, secrets: StackSecrets) -> Postgres:
    return Postgres(
        data=home.data / "postgres",
        port=plan.ports["postgres"],
        password=secrets.postgres_superuser,
        account=unprivileged_account(),
    )


def _keys(home: StackHome) -> Path:
    return home.secrets / "signing-keys"


def _camera(home: StackHome, plan: StackPlan) -> Sequence[Component]:
    if plan.camera is None:
        return ()
    return (
        DemoCamera(
            port=plan.ports["camera"],
            control_port=plan.ports["camera_control"],
            play=Path(plan.camera.play),
            empty=Path(plan.camera.empty),
            folder=home.data / "camera",
        ),
    )


def _gateway_settings(plan: StackPlan) -> GatewaySettings:
    return GatewaySettings(
        listen=Address(host=LOOPBACK, port=plan.ports["gateway"]),
        admin=Address(host=LOOPBACK, port=plan.ports["gateway_admin"]),
        core=tuple(Address(host=LOOPBACK, port=plan.ports[f"core_{number}"]) for number in REPLICAS),
        web=Address(host=LOOPBACK, port=plan.ports["web"]),
        keys=Address(host=LOOPBACK, port=plan.ports["gateway_keys"]),
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
    )


def _dsn(plan: StackPlan, role: str, password: str) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@{LOOPBACK}:{plan.ports['postgres']}/{DATABASE}"


def _database_env(plan: StackPlan, secrets: StackSecrets, *, superuser_dsn: str) -> dict[str, str]:
    return {
        "FOOTFALL_SERVER_POSTGRES__SUPERUSER_DSN": superuser_dsn,
        "FOOTFALL_SERVER_POSTGRES__OWNER_DSN": _dsn(plan, "footfall_owner", secrets.postgres_owner),
    }


def _core_env(plan: StackPlan, secrets: StackSecrets, *, keys: Path) -> dict[str, str]:
    s3_endpoint = f"{LOOPBACK}:{plan.ports['s3']}"
    values = {
        "POSTGRES__DSN": _dsn(plan, "footfall_app", secrets.postgres_app),
        # One tenant has half of them at most, and each is a process of some 20 MB.
        "POSTGRES__POOL_SIZE": "6",
        "MILVUS__URI": f"http://{LOOPBACK}:{plan.ports['milvus']}",
        "MILVUS__INDEX_TYPE": "FLAT",  # the only one that is fast in milvus-lite
        "S3__ENDPOINT": s3_endpoint,
        "S3__PUBLIC_ENDPOINT": s3_endpoint,
        "S3__ACCESS_KEY": secrets.s3_access_key,
        "S3__SECRET_KEY": secrets.s3_secret_key,
        "S3__BUCKET": BUCKET,
        "S3__SECURE": "false",
        "AUTH__KEYS_DIR": str(keys),
        "AUTH__SECURE_COOKIES": "false",  # the gateway speaks http, on loopback
        "AUTH__ISSUER": ISSUER,
        "AUTH__AUDIENCE": AUDIENCE,
        "MODELS_DIR": plan.models_dir,
    }
    return {f"FOOTFALL_SERVER_{name}": value for name, value in values.items()}
