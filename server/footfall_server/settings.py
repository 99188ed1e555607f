"""What the core is told from outside: one class, read once, from environment variables."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from footfall_vision.model_cards import DEFAULT_EMBEDDER, MODEL_CARDS
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from footfall_server.auth.keys import SIGNING_DELAY
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.limits import HIGHEST_COST, Limits
from footfall_server.domain.preview import PreviewLimits
from footfall_server.domain.retention import (
    MOST_IMAGE_DAYS,
    MOST_TEMPLATE_DAYS,
    PeriodLimits,
    RetentionLimits,
)
from footfall_server.domain.revocation import MAX_TOKEN_LIFETIME
from footfall_server.domain.token_bucket import Rate
from footfall_server.storage.index_settings import IndexType, Stage, Tenancy, checked_parameters
from footfall_server.storage.s3_buckets import DERIVED_SUFFIX

PREFIX = "FOOTFALL_SERVER_"

_DEFAULTS = Limits()
_PREVIEWS = PreviewLimits()

_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
_LONGEST_BASE = 63 - len(DERIVED_SUFFIX)
_ADDRESS = re.compile(r"^(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})$")


class BadSettingsError(Exception):
    """The process cannot start with these settings; the text is one line that names the variables."""


def _seconds(value: object) -> object:
    """Takes plain seconds ("900") beside ISO 8601 ("PT15M")."""
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


Lifetime = Annotated[timedelta, BeforeValidator(_seconds)]
SettingsT = TypeVar("SettingsT", bound=BaseSettings)
Address = Annotated[str, Field(pattern=_ADDRESS.pattern)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _DatabaseSection(BaseModel):
    """One environment may hold the DSNs of several roles: each process takes its own and leaves the rest."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class PostgresSettings(_DatabaseSection):
    """The database, as the application's role."""

    dsn: SecretStr
    pool_size: int = Field(default=10, ge=1, le=200)


def _json(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('it must be a JSON object such as {"nlist": 1024}') from None


Parameters = Annotated[dict[str, Any], NoDecode, BeforeValidator(_json)]


class MilvusSettings(_Section):
    """The face index. `build` and `search` are over the defaults of the index type.

    `fallback_faces` of all tenants are held in memory at most while the index is away.
    """

    uri: str = Field(min_length=1)
    token: SecretStr = SecretStr("")
    tenancy: Tenancy = "partition"
    index_type: IndexType = "IVF_FLAT"
    build: Parameters = Field(default_factory=dict)
    search: Parameters = Field(default_factory=dict)
    timeout: Lifetime = Field(
        default=timedelta(seconds=5), ge=timedelta(milliseconds=100), le=timedelta(minutes=1)
    )
    threads: int = Field(default=4, ge=1, le=64)
    fallback_faces: int = Field(default=200_000, ge=0, le=10_000_000)

    @field_validator("uri")
    @classmethod
    def _without_credentials(cls, uri: str) -> str:
        # Settings are printed and logged; what is secret has a field of its own.
        if "@" in uri.partition("://")[2].partition("/")[0]:
            raise ValueError("must hold no user and password; MILVUS__TOKEN takes them as user:password")
        return uri

    @field_validator("build", "search")
    @classmethod
    def _known_to_the_index(cls, given: dict[str, Any], about: ValidationInfo) -> dict[str, Any]:
        stage: Stage = "build" if about.field_name == "build" else "search"
        if "index_type" in about.data:
            checked_parameters(stage, about.data["index_type"], given)
        return given


class S3Settings(_Section):
    """The object store. `public_endpoint` is where edge workers reach it, when that differs.

    What cameras saw lies in `raw_bucket`, portraits in `derived_bucket`; without names of their own these are
    called as `bucket`, with "-faces-raw" and "-faces-derived" at the end.
    """

    endpoint: Address
    public_endpoint: str = Field(default="", pattern=rf"^$|{_ADDRESS.pattern}")
    access_key: SecretStr
    secret_key: SecretStr
    bucket: str = Field(default="footfall", pattern=_BUCKET)
    raw_bucket: str = Field(default="", pattern=rf"^$|{_BUCKET}")
    derived_bucket: str = Field(default="", pattern=rf"^$|{_BUCKET}")
    secure: bool = True

    @model_validator(mode="after")
    def _names_are_short_enough(self) -> Self:
        if len(self.bucket) > _LONGEST_BASE and not (self.raw_bucket and self.derived_bucket):
            raise ValueError(
                f"a bucket with more than {_LONGEST_BASE} characters needs RAW_BUCKET and DERIVED_BUCKET"
            )
        return self


class AuthSettings(_Section):
    """Who may sign in, and for how long. A new key in `keys_dir` signs after `key_signing_delay`.

    A session ends `session_idle_ttl` after it was last refreshed and `session_ttl` after it began. A refresh
    token that was used is answered again for `refresh_grace`. `secure_cookies` may be false only where the
    console is served without TLS. `oidc_file` describes the identity providers (see auth/oidc_settings.py);
    without it there are none.

    `authority_dir` has the certificate authority of edge workers; without it they sign in with API keys
    alone. Tokens that are bound to a certificate are good only on connections that the gateway made with it,
    unless `require_bound_certificates` is off.
    """

    keys_dir: Path
    key_signing_delay: Lifetime = Field(default=SIGNING_DELAY, ge=timedelta(0), le=timedelta(hours=1))
    oidc_file: Path | None = None
    issuer: str = Field(default="footfall", min_length=1, max_length=200)
    audience: str = Field(default="footfall", min_length=1, max_length=200)
    person_token_ttl: Lifetime = Field(
        default=timedelta(minutes=10), ge=timedelta(seconds=1), le=MAX_TOKEN_LIFETIME
    )
    worker_token_ttl: Lifetime = Field(
        default=timedelta(minutes=15), ge=timedelta(seconds=1), le=MAX_TOKEN_LIFETIME
    )
    session_idle_ttl: Lifetime = Field(
        default=timedelta(hours=12), ge=timedelta(minutes=1), le=timedelta(days=365)
    )
    session_ttl: Lifetime = Field(default=timedelta(days=30), ge=timedelta(minutes=1), le=timedelta(days=365))
    refresh_grace: Lifetime = Field(default=timedelta(seconds=10), ge=timedelta(0), le=timedelta(minutes=1))
    secure_cookies: bool = True
    authority_dir: Path | None = None
    certificate_ttl: Lifetime = Field(
        default=timedelta(days=30), ge=timedelta(minutes=5), le=timedelta(days=398)
    )
    join_token_ttl: Lifetime = Field(
        default=timedelta(hours=24), ge=timedelta(minutes=1), le=timedelta(days=30)
    )
    require_bound_certificates: bool = True


class TlsSettings(_Section):
    """PEM files of the core's own TLS: its certificate with the chain, and the key.

    With `client_ca`, only connections with a certificate of that authority are taken: the gateway's. Files
    that are replaced are read anew, without a restart.
    """

    certificate: Path
    private_key: Path
    client_ca: Path | None = None


PerSecond = Annotated[float, Field(gt=0, le=1_000_000)]
Burst = Annotated[int, Field(ge=HIGHEST_COST, le=10_000_000)]
Streams = Annotated[int, Field(ge=1, le=1_000_000)]


class LimitsSettings(_Section):
    """What one replica does for one caller, tenant or address; see domain.limits.

    No value may be 0, which could mean "nothing" as well as "anything". `enforced = false` turns every limit
    of the core off, and says so in the log: then any caller may take all of a replica's time.
    `gateways` are the networks that the gateway connects from; only from there it is believed from which
    client a call without a token comes.
    """

    enforced: bool = True
    principal_calls_per_second: PerSecond = _DEFAULTS.principal_calls.per_second
    principal_calls_burst: Burst = int(_DEFAULTS.principal_calls.burst)
    tenant_calls_per_second: PerSecond = _DEFAULTS.tenant_calls.per_second
    tenant_calls_burst: Burst = int(_DEFAULTS.tenant_calls.burst)
    principal_events_per_second: PerSecond = _DEFAULTS.principal_events.per_second
    principal_events_burst: Burst = int(_DEFAULTS.principal_events.burst)
    tenant_events_per_second: PerSecond = _DEFAULTS.tenant_events.per_second
    tenant_events_burst: Burst = int(_DEFAULTS.tenant_events.burst)
    address_calls_per_second: PerSecond = _DEFAULTS.address_calls.per_second
    address_calls_burst: Burst = int(_DEFAULTS.address_calls.burst)
    principal_streams: Streams = _DEFAULTS.principal_streams
    tenant_streams: Streams = _DEFAULTS.tenant_streams
    address_streams: Streams = _DEFAULTS.address_streams
    calls_at_once: int = Field(default=_DEFAULTS.calls_at_once, ge=1, le=1000)
    tenant_calls_at_once: int = Field(default=_DEFAULTS.tenant_calls_at_once, ge=1, le=1000)
    tenant_waiting_calls: int = Field(default=_DEFAULTS.tenant_waiting_calls, ge=1, le=100_000)
    table_size: int = Field(default=_DEFAULTS.table_size, ge=100, le=1_000_000)
    gateways: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

    def limits(self) -> Limits:
        """The numbers as the core uses them."""
        return Limits(
            principal_calls=Rate(self.principal_calls_per_second, self.principal_calls_burst),
            tenant_calls=Rate(self.tenant_calls_per_second, self.tenant_calls_burst),
            principal_events=Rate(self.principal_events_per_second, self.principal_events_burst),
            tenant_events=Rate(self.tenant_events_per_second, self.tenant_events_burst),
            address_calls=Rate(self.address_calls_per_second, self.address_calls_burst),
            principal_streams=self.principal_streams,
            tenant_streams=self.tenant_streams,
            address_streams=self.address_streams,
            calls_at_once=self.calls_at_once,
            tenant_calls_at_once=self.tenant_calls_at_once,
            tenant_waiting_calls=self.tenant_waiting_calls,
            table_size=self.table_size,
        )


class PreviewSettings(_Section):
    """The most that those who watch a camera get: pixels of width, frames a second, watchers per tenant."""

    max_width: int = Field(default=_PREVIEWS.max_width, ge=64, le=3840)
    max_fps: float = Field(default=_PREVIEWS.max_fps, ge=0.1, le=30)
    watchers_per_tenant: int = Field(default=_PREVIEWS.watchers_per_tenant, ge=1, le=1000)

    def limits(self) -> PreviewLimits:
        """The numbers as the core uses them."""
        return PreviewLimits(self.max_width, self.max_fps, self.watchers_per_tenant)


class MetricsSettings(_Section):
    """Where Prometheus finds this replica's numbers: nowhere, unless it is told. They name nobody."""

    listen: Address | None = None


class RetentionSettings(_Section):
    """For how many days pictures are kept, and templates of visitors after they came last.

    `image_days` and `template_days` hold where a tenant says nothing. A tenant may say at most
    `image_days_max` and `template_days_max`; these are the same as the defaults where they are not told.
    """

    image_days: int = Field(default=MOST_IMAGE_DAYS, ge=1, le=MOST_IMAGE_DAYS)
    image_days_max: int | None = Field(default=None, ge=1, le=MOST_IMAGE_DAYS)
    template_days: int = Field(default=365, ge=1, le=MOST_TEMPLATE_DAYS)
    template_days_max: int | None = Field(default=None, ge=1, le=MOST_TEMPLATE_DAYS)

    @field_validator("image_days_max", "template_days_max")
    @classmethod
    def _not_below_the_default(cls, most: int | None, info: ValidationInfo) -> int | None:
        default = info.data.get(str(info.field_name).removesuffix("_max"))
        if most is not None and default is not None and most < default:
            raise ValueError(f"must not be below the default, {default}")
        return most

    def limits(self) -> RetentionLimits:
        """What tenants are held to."""
        return RetentionLimits(
            images=PeriodLimits(self.image_days, self.image_days_max or self.image_days),
            templates=PeriodLimits(self.template_days, self.template_days_max or self.template_days),
        )


class WebhookSettings(_Section):
    """How events are posted to receivers.

    `allow_private` lets receivers have addresses of this machine and its networks, and speak HTTP without
    TLS: only where every tenant may reach what the core can. `key_file` seals the secrets; webhooks.key
    beside the signing keys when it is not told. A receiver has `timeout` to answer. One replica sends to
    `at_once` receivers side by side, and to a quarter of that for one tenant.
    """

    allow_private: bool = False
    key_file: Path | None = None
    timeout: Lifetime = Field(
        default=timedelta(seconds=10), ge=timedelta(seconds=1), le=timedelta(seconds=30)
    )
    at_once: int = Field(default=32, ge=4, le=1000)


class MqttSettings(_Section):
    """A broker that every tenant's events are published to, below topics that begin with `topic_prefix`.

    `mqtts://` is TLS, with the authorities of `ca_file` or of the system. `mqtt://` is not, and is for a
    broker on loopback; `insecure_beyond_loopback` lifts that, for networks that encrypt by themselves.
    """

    insecure_beyond_loopback: bool = False
    url: str = Field(pattern=r"^mqtts?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?/?$")
    username: str = Field(default="", max_length=200)
    password: SecretStr = SecretStr("")
    topic_prefix: str = Field(
        default="footfall", pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=200
    )
    ca_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _in_the_clear_on_loopback_only(cls, url: str, about: ValidationInfo) -> str:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if port == 0:
            raise ValueError("the port must be from 1 to 65535")
        local = is_loopback(f"{parts.hostname}:0")
        if parts.scheme == "mqtt" and not local and not about.data.get("insecure_beyond_loopback"):
            raise ValueError(
                "without TLS (mqtts://) the broker has to be on loopback;"
                " MQTT__INSECURE_BEYOND_LOOPBACK=true lifts that at your own risk"
            )
        return url

    @property
    def is_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.url.startswith("mqtts://")


class RecognitionSettings(_Section):
    """Whose embeddings are matched, and how surely.

    `target_rate` is the share of strangers who may be taken for somebody (FPIR); the thresholds follow from
    it, the model's `impostor_tail` (points of cosine and share of pairs of strangers) and the size of each
    gallery. What is not told is as the model registry has it; of a model that is not registered all must be
    told.
    """

    model_id: str = Field(default=DEFAULT_EMBEDDER, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    dimension: int = Field(default=0, ge=64, le=2048, validate_default=True)
    impostor_tail: tuple[tuple[float, float], ...] = Field(default=(), min_length=2, validate_default=True)
    target_rate: float = Field(default=0.001, gt=0, le=0.5)

    @model_validator(mode="before")
    @classmethod
    def _as_registered(cls, told: dict[str, Any]) -> dict[str, Any]:
        card = MODEL_CARDS.get(told.get("model_id", DEFAULT_EMBEDDER))
        if card is None or card.dimension is None or not card.impostor_tail:
            return told
        return {"dimension": card.dimension, "impostor_tail": card.impostor_tail, **told}

    @field_validator("impostor_tail")
    @classmethod
    def _falls(cls, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        ImpostorTail.of_points(points)
        return points


class ServerSettings(BaseSettings):
    """Everything that `footfall-server serve` is told.

    Without `tls` the core speaks plain HTTP/2, and listens on loopback only: what goes through it are faces
    and passwords. `insecure_listen_beyond_loopback` lifts that, for networks that encrypt by themselves.
    `models_dir` has the model files, for a change of the model: FOOTFALL_MODELS_DIR or its default when it
    is not told.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        hide_input_in_errors=True,
    )

    tls: TlsSettings | None = None
    insecure_listen_beyond_loopback: bool = False
    listen: Address = Field(default="127.0.0.1:50051", validate_default=True)
    postgres: PostgresSettings
    milvus: MilvusSettings
    s3: S3Settings
    auth: AuthSettings
    recognition: RecognitionSettings = RecognitionSettings()
    limits: LimitsSettings = LimitsSettings()
    previews: PreviewSettings = PreviewSettings()
    retention: RetentionSettings = RetentionSettings()
    metrics: MetricsSettings = MetricsSettings()
    webhooks: WebhookSettings = WebhookSettings()
    mqtt: MqttSettings | None = None
    models_dir: Path | None = None
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    event_loop: Literal["uvloop", "asyncio"] = "uvloop"
    drain_grace: Lifetime = Field(default=timedelta(seconds=4), ge=timedelta(0), le=timedelta(minutes=5))

    @field_validator("listen")
    @classmethod
    def _port_in_range(cls, listen: str) -> str:
        if int(listen.rpartition(":")[2]) > 65535:  # noqa: PLR2004 - the highest TCP port
            msg = "the port must be at most 65535"
            raise ValueError(msg)
        return listen

    @field_validator("listen")
    @classmethod
    def _in_the_clear_on_loopback_only(cls, listen: str, about: ValidationInfo) -> str:
        # A section that is faulty is not in the data, and its own fault is told as well.
        in_the_clear = about.data.get("tls", ...) is None
        if in_the_clear and not about.data.get("insecure_listen_beyond_loopback") and not is_loopback(listen):
            msg = (
                "without TLS (TLS__CERTIFICATE, TLS__PRIVATE_KEY) the core listens on loopback only, such"
                " as 127.0.0.1:50051; INSECURE_LISTEN_BEYOND_LOOPBACK=true lifts that at your own risk"
            )
            raise ValueError(msg)
        return listen


def is_loopback(address: str) -> bool:
    """Whether "host:port" is reached from this machine alone. Names other than localhost are not resolved."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class LogSettings(BaseSettings):
    """What every subcommand needs, whatever else it reads."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class _KeySection(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    key_signing_delay: Lifetime = Field(default=SIGNING_DELAY, ge=timedelta(0), le=timedelta(hours=1))


class KeySettings(LogSettings):
    """What `footfall-server list-keys` is told: when a new key signs."""

    auth: _KeySection = _KeySection()


class DatabaseSettings(LogSettings):
    """What the subcommands that only write accounts need."""

    postgres: PostgresSettings


class AuthoritySettings(BaseModel):
    """Where the certificate authority is; the rest of the section is for other commands."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    authority_dir: Path


class RevocationListSettings(DatabaseSettings):
    """What `footfall-server write-crl` is told."""

    auth: AuthoritySettings


class IndexSettings(DatabaseSettings):
    """What the subcommands that look after the face index need."""

    milvus: MilvusSettings
    recognition: RecognitionSettings = RecognitionSettings()


class OwnerDatabase(_DatabaseSection):
    """The database as its owner; only migrations and restores use it."""

    owner_dsn: SecretStr


class SuperuserDatabase(_DatabaseSection):
    """The database server as its superuser, with the roles to make: three, and a fourth for backups."""

    superuser_dsn: SecretStr
    owner_dsn: SecretStr
    dsn: SecretStr
    backup_dsn: SecretStr | None = None


class BackupDatabase(_DatabaseSection):
    """The database as a role that reads every tenant's rows; only backups use it."""

    backup_dsn: SecretStr


class RestoredDatabase(PostgresSettings):
    """The database that a backup is put into: as its owner, and as the application."""

    owner_dsn: SecretStr


class BackupSettings(LogSettings):
    """What `footfall-server backup create` is told."""

    postgres: BackupDatabase
    s3: S3Settings


class _ErasureKeySection(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    keys_dir: Path


class RestoreSettings(LogSettings):
    """What `footfall-server backup restore` is told: the key of erasures lies in `auth.keys_dir`."""

    auth: _ErasureKeySection
    postgres: RestoredDatabase
    s3: S3Settings
    milvus: MilvusSettings
    recognition: RecognitionSettings = RecognitionSettings()


class MigrateSettings(LogSettings):
    """What `footfall-server migrate` is told."""

    postgres: OwnerDatabase


class BootstrapSettings(LogSettings):
    """What `footfall-server bootstrap-database` is told."""

    postgres: SuperuserDatabase


def read_settings(kind: type[SettingsT]) -> SettingsT:
    """Reads settings from the environment. Raises BadSettingsError, which names variables, never values."""
    try:
        return kind()
    except ValidationError as error:
        faults = "; ".join(
            f"{variable}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False)
            for variable in _variables(kind, tuple(str(part) for part in fault["loc"]))
        )
        raise BadSettingsError(f"bad settings: {faults}") from None


def _variables(kind: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    """The variables that a fault at this path is about: of a missing section, those that it needs."""
    section: object = kind
    for part in path:
        known = isinstance(section, type) and issubclass(section, BaseModel)
        found = section.model_fields.get(part) if known else None  # type: ignore[attr-defined]
        section = found.annotation if found is not None else None
    name = PREFIX + "__".join(part.upper() for part in path)
    if isinstance(section, type) and issubclass(section, BaseModel):
        for field, info in section.model_fields.items():
            if info.is_required():
                yield f"{name}__{field.upper()}"
    else:
        yield name
