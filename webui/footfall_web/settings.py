"""What footfall-web is configured with: environment variables that begin with FOOTFALL_WEB_."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

BUILT_BESIDE_THE_PACKAGE = Path(__file__).resolve().parent.parent / "dist"


class WebSettings(BaseSettings):
    """Where to listen and what to serve."""

    model_config = SettingsConfigDict(env_prefix="FOOTFALL_WEB_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=1, le=65535)
    dist_dir: Path = BUILT_BESIDE_THE_PACKAGE
    """The folder that `npm run build` wrote."""
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
