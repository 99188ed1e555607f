#!/usr/bin/env python3
"""Writes the OpenAPI document of what "buf build" says on standard input, to the file that is named."""

import json
import sys
from pathlib import Path

from footfall_server.rpc.permissions import PERMISSIONS
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from openapi_document.document import openapi_document


def main() -> None:
    """Reads a FileDescriptorSet with source information."""
    described = FileDescriptorSet.FromString(sys.stdin.buffer.read())
    document = openapi_document(described.file, permissions=PERMISSIONS)
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
