"""No secret has a default, and no settings show one: whoever reads a log or a bug report learns nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import footfall_edge.__main__ as edge_main
import footfall_gateway.__main__ as gateway_main
import footfall_server.__main__ as server_main
import pytest
from footfall_edge.settings import EdgeSettings
from footfall_gateway.settings import GatewaySettings
from footfall_server import settings as server_settings
from footfall_server.settings import ServerSettings
from footfall_web.settings import WebSettings
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

SENTINEL = "Q7-geheim-Q7-geheim-Q7"
# Of names that sound secret, those that are none: folders, files, times and names.
HARMLESS = re.compile(r"(_dir|_file|_path|_ttl|_lifetime|_seconds|_id|_issuer|_audience|private_key)$")
SOUNDS_SECRET = re.compile(r"password|secret|token|api_key|access_key|dsn|credential|passphrase")

SERVER = {
    "POSTGRES__DSN": f"postgresql://app:{SENTINEL}@127.0.0.1/footfall",
    "MILVUS__URI": "http://127.0.0.1:19530",
    "MILVUS__TOKEN": f"root:{SENTINEL}",
    "S3__ENDPOINT": "127.0.0.1:8333",
    "S3__ACCESS_KEY": SENTINEL,
    "S3__SECRET_KEY": SENTINEL,
    "AUTH__KEYS_DIR": "keys",
}
EDGE = {"GATEWAY_URL": "https://gateway.example:8443", "API_KEY": SENTINEL, "DATA_DIR": "data"}
GATEWAY = {"CORE": '[{"host": "127.0.0.1", "port": 50051}]', "WEB": '{"host": "web", "port": 8090}'}

ALL: list[type[BaseSettings]] = [
    *(
        each
        for each in vars(server_settings).values()
        if isinstance(each, type) and issubclass(each, BaseSettings) and each is not BaseSettings
    ),
    EdgeSettings,
    GatewaySettings,
    WebSettings,
]


def fields_of(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """All fields with their paths, those of sections among them."""
    for name, info in model.model_fields.items():
        yield f"{path}{name}", info
        for kind in (info.annotation, *get_args(info.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from fields_of(kind, f"{path}{name}.")


def is_secret(info: FieldInfo) -> bool:
    return SecretStr in (info.annotation, *get_args(info.annotation))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_no_secret_has_a_default(kind: type[BaseSettings]) -> None:
    for path, info in fields_of(kind):
        if is_secret(info):
            default = "" if info.is_required() else info.get_default(call_default_factory=True)
            shown = default.get_secret_value() if isinstance(default, SecretStr) else default
            assert not shown, f"{kind.__name__}.{path} has a default"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_what_sounds_secret_is_kept_secret(kind: type[BaseSettings]) -> None:
    for path, info in fields_of(kind):
        name = path.rpartition(".")[2]
        if SOUNDS_SECRET.search(name) and not HARMLESS.search(name) and info.annotation is not bool:
            inner = [each for each in (info.annotation, *get_args(info.annotation)) if isinstance(each, type)]
            if any(issubclass(each, BaseModel | int | float) for each in inner):
                continue
            assert is_secret(info), f"{kind.__name__}.{path} would be printed: make it a SecretStr"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for prefix, values in (("SERVER", SERVER), ("EDGE", EDGE), ("GATEWAY", GATEWAY)):
        for name, value in values.items():
            monkeypatch.setenv(f"FOOTFALL_{prefix}_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("kind", [ServerSettings, EdgeSettings])
def test_no_form_of_settings_shows_a_secret(kind: type[BaseSettings]) -> None:
    settings = kind()
    forms = [
        repr(settings),
        str(settings),
        str(settings.model_dump()),
        str(settings.model_dump(mode="json")),
        settings.model_dump_json(),
        f"{vars(settings)}",
    ]
    for form in forms:
        assert SENTINEL not in form
    assert "**********" in settings.model_dump_json()


@pytest.mark.parametrize("command", ["server", "edge", "gateway"])
def test_settings_are_printed_without_secrets(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    del environment
    main = {"server": server_main.main, "edge": edge_main.main, "gateway": gateway_main.main}[command]
    assert not main(["settings"])
    said = capsys.readouterr()
    assert SENTINEL not in said.out + said.err
    printed: dict[str, Any] = json.loads(said.out)
    shown = {
        "server": ("s3", {"access_key": "**********", "secret_key": "**********"}),
        "edge": ("api_key", "**********"),
        "gateway": ("admin", {"host": "127.0.0.1", "port": 9901}),
    }
    name, value = shown[command]
    assert printed[name] == value or value.items() <= printed[name].items()
    if command == "server":
        assert printed["postgres"]["dsn"] == printed["milvus"]["token"] == "**********"
        assert printed["recognition"]["target_rate"] == 0.001, "defaults are shown, too"


def test_a_bad_value_is_not_quoted(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("FOOTFALL_SERVER_MILVUS__URI", f"http://root:{SENTINEL}@127.0.0.1:19530")
    environment.setenv("FOOTFALL_EDGE_API_KEY", SENTINEL * 20)
    with pytest.raises(SystemExit):
        server_main.main(["settings"])
    assert edge_main.main(["settings"]) == 78
    said = capsys.readouterr().err
    assert SENTINEL not in said
    assert "FOOTFALL_SERVER_MILVUS__URI: Value error, must hold no user and password" in said
    assert "FOOTFALL_EDGE_API_KEY" in said
    with pytest.raises(ValidationError) as failed:
        EdgeSettings(data_dir=Path("d"))  # type: ignore[call-arg]
    assert SENTINEL not in str(failed.value)
