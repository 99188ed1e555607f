"""The built console as a table of files, read once at start: a new build needs a restart."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

INDEX = "index.html"
NONCE_PLACEHOLDER = "__CSP_NONCE__"
IMMUTABLE_FOLDER = "assets/"

# Best first. The build writes these beside the files that gain from them.
PRECOMPRESSED = (("br", ".br"), ("gzip", ".gz"))

# Not left to the machine's table: a script with a wrong type is refused by every browser.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class BundleError(Exception):
    """The folder does not hold a built console. The text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class BundledFile:
    """One file in every encoding that was built."""

    content_type: str
    etag: str
    immutable: bool
    identity: bytes
    encoded: Mapping[str, bytes]

    def choose(self, accept_encoding: str) -> tuple[str | None, bytes]:
        """Return the best encoding that the client takes, and the body in it; None is no encoding."""
        accepted = accepted_encodings(accept_encoding)
        for encoding, body in self.encoded.items():
            if encoding in accepted:
                return encoding, body
        return None, self.identity


@dataclass(frozen=True, slots=True)
class Bundle:
    """The index, which becomes a page with a nonce for every answer, and all other files by URL path."""

    index: str
    files: Mapping[str, BundledFile]

    def page(self, nonce: str) -> bytes:
        """Return the HTML page whose styles the nonce allows."""
        return self.index.replace(NONCE_PLACEHOLDER, nonce).encode()


def accepted_encodings(header: str) -> frozenset[str]:
    """Parse Accept-Encoding (RFC 9110, 12.5.3): the names whose weight is not zero."""
    accepted = set()
    for item in header.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((value for key, _, value in (p.partition("=") for p in parameters) if key == "q"), "1")
        if name and weight.strip("0.") != "":
            accepted.add(name)
    return frozenset(accepted)


def read_bundle(folder: Path) -> Bundle:
    """Read the built console.

    Raises BundleError when the folder does not hold one.
    """
    index = folder / INDEX
    if not index.is_file():
        raise BundleError(
            f"no console at {folder}: run 'npm run build' in webui or set FOOTFALL_WEB_DIST_DIR"
        )
    page = index.read_text(encoding="utf-8")
    if NONCE_PLACEHOLDER not in page:
        raise BundleError(f"{index} has no {NONCE_PLACEHOLDER}: it was not built from this console")
    suffixes = tuple(suffix for _, suffix in PRECOMPRESSED)
    files = {
        f"/{name}": _read_file(path, name)
        for path, name in _public_files(folder)
        if name != INDEX and not (name.endswith(suffixes) and path.with_suffix("").is_file())
    }
    return Bundle(index=page, files=MappingProxyType(files))


def _public_files(folder: Path) -> list[tuple[Path, str]]:
    # Folders with a dot hold what the build keeps for itself, such as the manifest.
    found = ((path, path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        (path, relative.as_posix())
        for path, relative in found
        if not any(part.startswith(".") for part in relative.parts)
    ]


def _read_file(path: Path, name: str) -> BundledFile:
    identity = path.read_bytes()
    encoded = {
        encoding: sibling.read_bytes()
        for encoding, suffix in PRECOMPRESSED
        if (sibling := path.with_name(path.name + suffix)).is_file()
    }
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return BundledFile(
        content_type=_CONTENT_TYPES.get(path.suffix, guessed),
        etag=hashlib.sha256(identity).hexdigest()[:32],
        immutable=name.startswith(IMMUTABLE_FOLDER),
        identity=identity,
        encoded=MappingProxyType(encoded),
    )
