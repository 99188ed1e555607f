"""What differs between one gateway and another."""

from ipaddress import ip_address
from itertools import combinations
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

Port = Annotated[int, Field(ge=1, le=65535)]
MIB = 1024 * 1024


class Address(BaseModel, frozen=True):
    """A host (name or IP address) and a TCP port."""

    host: str = Field(min_length=1, max_length=253)
    port: Port

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address, so that nothing needs to be resolved."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it. Names are not looked up: of one it is never certain."""
        return self.is_literal and ip_address(self.host).is_loopback


class TlsFiles(BaseModel, frozen=True):
    """The server certificate (with its chain) and its private key, both PEM, as Envoy sees them."""

    certificate: Path
    private_key: Path


class CoreTls(BaseModel, frozen=True):
    """How the gateway knows the core, as Envoy sees the files: PEM, and the DNS name in its certificate.

    `certificate` and `private_key` are the gateway's own, for a core that wants one (`TLS__CLIENT_CA`).
    """

    ca: Path
    server_name: str = Field(min_length=1, max_length=253)
    certificate: Path | None = None
    private_key: Path | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together")
        return self


class RateLimit(BaseModel, frozen=True):
    """So many calls a second in the long run, and up to `burst` at once after a quiet while."""

    per_second: int = Field(ge=1, le=1_000_000)
    burst: int = Field(ge=1, le=10_000_000)

    @model_validator(mode="after")
    def _a_second_fits(self) -> Self:
        if self.burst < self.per_second:
            raise ValueError(f"a burst of {self.burst} is less than {self.per_second} per second")
        return self


class RouteLimits(BaseModel, frozen=True):
    """Of one client address, and of all clients together. Per gateway: two of them let twice as much in."""

    per_address: RateLimit
    together: RateLimit


class Limits(BaseModel, frozen=True):
    """What comes in at most, by kind of route."""

    sign_in: RouteLimits = RouteLimits(
        per_address=RateLimit(per_second=2, burst=60), together=RateLimit(per_second=50, burst=300)
    )
    """Passwords, API keys, single sign-on and the enrolment of workers."""
    streams: RouteLimits = RouteLimits(
        per_address=RateLimit(per_second=10, burst=100), together=RateLimit(per_second=500, burst=2000)
    )
    """Opening a stream. All workers dial again when the core was away."""
    calls: RouteLimits = RouteLimits(
        per_address=RateLimit(per_second=300, burst=1500), together=RateLimit(per_second=5000, burst=10_000)
    )
    """Everything else, the console's files included. A shop's whole staff may have one address."""


class GatewaySettings(BaseSettings):
    """Values of the template: from FOOTFALL_GATEWAY_* variables, then from a TOML file."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTFALL_GATEWAY_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    listen: Address = Address(host="127.0.0.1", port=8080)
    """Where clients come in: gRPC, gRPC-Web and JSON on the one port."""
    admin: Address = Address(host="127.0.0.1", port=9901)
    """Envoy's own interface. It can stop the gateway, so it is only ever on loopback."""
    core: tuple[Address, ...] = Field(min_length=1)
    """Every replica of the core, or one DNS name that resolves to all of them."""
    web: Address
    """footfall-web, which serves the console."""
    tls: TlsFiles | None = None
    """TLS for clients. Without it the gateway speaks plain HTTP, on loopback only."""
    tls_terminated_elsewhere: bool = False
    """Whether something of yours before the gateway ends TLS, so that plain HTTP may leave this machine."""
    edge_listen: Address | None = None
    """Where edge workers come in with their certificates. Needs `tls` and `edge_client_ca`."""
    edge_client_ca: Path | None = None
    """The certificates of the core's authority, as Envoy sees them: `authority.crt` in its folder (PEM)."""
    edge_crl: Path | None = None
    """What `footfall-server write-crl` wrote; read anew when it is replaced. None believes the core alone."""
    core_tls: CoreTls | None = None
    """TLS to the core. Without it the way there is in the clear, and the core has to be on loopback."""
    insecure_core_beyond_loopback: bool = False
    """Goes to the core in the clear wherever that is: for networks that encrypt by themselves."""
    token_issuer: str = Field(default="footfall", min_length=1, max_length=200)
    """Who made the tokens: as FOOTFALL_SERVER_AUTH__ISSUER of the core."""
    token_audience: str = Field(default="footfall", min_length=1, max_length=200)
    """Whom the tokens are for: as FOOTFALL_SERVER_AUTH__AUDIENCE of the core."""
    keys: Address = Address(host="127.0.0.1", port=9902)
    """Where the gateway serves itself the core's public keys as JSON; only ever on loopback."""
    limits: Limits = Limits()
    cors_origins: tuple[str, ...] = ()
    """Origins of other sites whose pages may call the API. The console is same-origin and needs none."""
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    """How many proxies of yours stand in front; their X-Forwarded-For is believed."""
    max_request_bytes: int = Field(default=4 * MIB, ge=64 * 1024, le=64 * MIB)
    """Largest JSON body."""
    max_response_bytes: int = Field(default=16 * MIB, ge=64 * 1024, le=256 * MIB)
    """Largest unary answer turned into JSON, images included."""
    unary_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    stream_idle_timeout_seconds: float = Field(default=75.0, ge=45, le=3600)
    """A stream on which nothing moved for so long is dead: both sides send something every 15 s."""

    @field_validator("admin")
    @classmethod
    def _admin_stays_inside(cls, admin: Address) -> Address:
        if not admin.is_loopback:
            raise ValueError("must be a loopback address: who reaches this interface can stop the gateway")
        return admin

    @field_validator("keys")
    @classmethod
    def _keys_stay_inside(cls, keys: Address) -> Address:
        if not keys.is_loopback:
            raise ValueError("must be a loopback address: only the gateway itself asks there, without limits")
        return keys

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            _require_origin(origin)
        return origins

    @field_validator("listen", "edge_listen")
    @classmethod
    def _listens_on_an_address(cls, listen: Address | None) -> Address | None:
        if listen is not None and not listen.is_literal:
            raise ValueError(f"must be an IP address to listen on, for example 0.0.0.0, not {listen.host!r}")
        return listen

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = {"listen": self.listen.port, "admin": self.admin.port, "keys": self.keys.port}
        if self.edge_listen is not None:
            ports["edge_listen"] = self.edge_listen.port
        for (one, port), (other, same) in combinations(ports.items(), 2):
            if port == same:
                raise ValueError(f"{one} and {other} both ask for port {port}")
        return self

    @model_validator(mode="after")
    def _what_leaves_the_machine_is_encrypted(self) -> Self:
        if self.tls is None and not self.listen.is_loopback and not self.tls_terminated_elsewhere:
            raise ValueError(
                f"listen asks for plain HTTP on {self.listen.host}, which others can read: give tls, or say "
                "tls_terminated_elsewhere = true when something of yours before the gateway ends TLS"
            )
        return self

    @model_validator(mode="after")
    def _in_the_clear_to_loopback_only(self) -> Self:
        if self.core_tls is None and not self.insecure_core_beyond_loopback:
            away = next((each.host for each in self.core if not each.is_loopback), None)
            if away is not None:
                raise ValueError(
                    f"the way to the core at {away} needs core_tls: what goes there are faces and passwords;"
                    " insecure_core_beyond_loopback lifts that at your own risk"
                )
        return self

    @model_validator(mode="after")
    def _edge_workers_show_certificates(self) -> Self:
        if self.edge_listen is None:
            if self.edge_client_ca is not None or self.edge_crl is not None:
                raise ValueError("edge_client_ca and edge_crl are for edge_listen, which is not set")
        elif self.tls is None or self.edge_client_ca is None:
            raise ValueError("edge_listen needs tls and edge_client_ca: its clients show certificates")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def _require_origin(origin: str) -> None:
    """Raises ValueError unless it is scheme, host and perhaps port, as browsers say it (RFC 6454)."""
    if "*" in origin or origin == "null":
        raise ValueError(f"{origin!r} lets any site's pages in: name each origin")
    parts = urlsplit(origin)
    try:
        loopback = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = parts.hostname == "localhost"
    if parts.scheme not in {"https", "http"} or origin != f"{parts.scheme}://{parts.netloc}".lower():
        raise ValueError(f"{origin!r} is no origin such as https://pages.example")
    if "@" in parts.netloc or not parts.hostname:
        raise ValueError(f"{origin!r} is no origin such as https://pages.example")
    if parts.scheme == "http" and not loopback:
        raise ValueError(f"{origin!r}: pages that came over plain HTTP may be anybody's")


def read_settings(toml_file: Path | None) -> GatewaySettings:
    """Settings from the environment over those of `toml_file`.

    Raises:
        pydantic.ValidationError: a value is missing or wrong.
        OSError: the file cannot be read.
        tomllib.TOMLDecodeError: it is not TOML.

    """
    if toml_file is not None:
        toml_file.open("rb").close()  # a source that is absent would be skipped in silence

    class FromFile(GatewaySettings):
        model_config = SettingsConfigDict(toml_file=toml_file)

    return FromFile()  # type: ignore[call-arg]  # the rest comes from the environment and the file
