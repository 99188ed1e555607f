"""What an edge worker is told by its environment; its cameras it is told by the core."""

import socket
from pathlib import Path
from typing import Annotated, Literal

from footfall_vision.model_cards import DEFAULT_DETECTOR, DEFAULT_EMBEDDER
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from footfall_edge.gateway_url import check_gateway_url
from footfall_edge.identity.identity_files import IDENTITY_FILE


class EdgeSettings(BaseSettings):
    """Read once, at start, from variables named FOOTFALL_EDGE_<FIELD>."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTFALL_EDGE_", env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True
    )

    gateway_url: Annotated[str, AfterValidator(check_gateway_url)]
    """Where the gateway listens, for example https://footfall.example:8443."""
    gateway_ca_file: Path | None = None
    """PEM file of the authority that signed the gateway's certificate, when it is not a public one."""
    data_dir: Path
    """Spool, cached cameras, the worker's certificate and the status file. Must survive a restart."""
    api_key: SecretStr | None = Field(default=None, min_length=16, max_length=128)
    """The worker's key, as `footfall-server create-api-key` printed it. The other way is a certificate."""
    join_token: SecretStr | None = Field(default=None, min_length=16, max_length=128, validate_default=True)
    """What the worker gets its certificate for, once; the certificate is in data_dir from then on."""
    audience: str = Field(default="footfall", min_length=1, max_length=200)
    """What the core calls itself (its AUTH__AUDIENCE): whom the worker proves itself to."""
    models_dir: Path | None = None
    """Where `footfall models pull` put the models; None is its default."""
    name: str = Field(default_factory=socket.gethostname, min_length=1, max_length=120)
    """How people know this machine."""

    worker_fps: float = Field(default=5.0, ge=0.2, le=60)
    """Frames of each camera that are looked at per second while nobody is in view."""
    analysis_fps: float = Field(default=15.0, ge=0.2, le=60)
    """Frames of each camera that are looked at per second while somebody is in view; WORKER_FPS at least."""
    detect_width: int = Field(default=640, ge=0, le=7680)
    """Faces are searched in a picture that is at most this wide, in pixels; 0 searches in the full one."""
    threads: int = Field(default=2, ge=1, le=64)
    """Frames, of all cameras together, that are looked at side by side."""
    cpu_cores: float | None = Field(default=None, ge=0.1, le=64)
    """Processor cores that looking at frames may use, all cameras together; None: as many as threads."""
    embedding_model: str = Field(default=DEFAULT_EMBEDDER, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    """Which model turns faces into vectors: one that the tenant takes, as the core's ListModels says."""
    detector: str = Field(default=DEFAULT_DETECTOR, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    """Which model finds faces: yunet-2023mar, or retinaface-mnet025, which is slower."""
    execution_provider: Literal["auto", "cpu", "coreml", "cuda", "openvino"] = "auto"
    """What computes the models. One that does not pass its self-test is replaced by cpu, and said so; auto
    takes the first that is there, passes, and is not slower than cpu."""
    gender: bool = False
    """Whether to estimate apparent gender. Off unless the operator has a reason and says so."""
    ripe_after_s: float = Field(default=1.5, ge=0, le=60)
    """Seconds that a face must be in view before it is told ahead of its track's end."""
    detection_threshold: float = Field(default=0.6, gt=0, lt=1)
    """Score from which the detector's find counts as a face."""

    spool_max_bytes: int = Field(default=1024 * 1024 * 1024, ge=1024 * 1024)
    """Room on disk for what the core has not taken yet; above it the oldest goes, and is counted."""
    spool_key_file: Path | None = None
    """Where the key of the spool is; None is spool.key in data_dir. Made when it is needed first."""

    http_port: int = Field(default=9464, ge=0, le=65535)
    """Port of the pages for this machine alone (/healthz, /status, /metrics), on 127.0.0.1; 0 is none."""
    http_snapshots: bool = False
    """Whether these pages show what a camera sees, with faces veiled, to every account of this machine."""

    @field_validator("join_token")
    @classmethod
    def _one_way_to_sign_in(cls, join_token: SecretStr | None, about: ValidationInfo) -> SecretStr | None:
        told = about.data
        if "api_key" not in told or "data_dir" not in told:
            return join_token  # they are faulty themselves, which is told
        if told["api_key"] is not None:
            if join_token is not None:
                raise ValueError(
                    "a worker signs in by FOOTFALL_EDGE_API_KEY or by a certificate, not by both"
                )
            return None
        joined = (told["data_dir"] / IDENTITY_FILE).exists()
        if join_token is None and not joined:
            raise ValueError("either this or FOOTFALL_EDGE_API_KEY is needed: this worker has not joined yet")
        if told.get("gateway_url", "https:").startswith("http:"):
            raise ValueError("certificates are shown over TLS: FOOTFALL_EDGE_GATEWAY_URL must be https://")
        return join_token

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    log_file: Path | None = None
    """Where `run` logs in place of stderr, for service managers that keep no log: six files of 10 MiB."""


class TrialSettings(EdgeSettings):
    """Of a machine that need not be set up as a worker yet: a camera can be looked at before."""

    gateway_url: str = ""
    data_dir: Path = Path()

    @field_validator("join_token")
    @classmethod
    def _one_way_to_sign_in(cls, join_token: SecretStr | None, about: ValidationInfo) -> SecretStr | None:
        del about  # it does not sign in
        return join_token
