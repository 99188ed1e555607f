"""Zip files of pictures, made in memory."""

import io
import zipfile
from collections.abc import Mapping


def zip_of(files: Mapping[str, bytes | str], *, packing: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with these files in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
