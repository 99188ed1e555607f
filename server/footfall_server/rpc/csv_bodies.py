"""CSV as the body of an answer."""

from google.api import httpbody_pb2  # type: ignore[import-untyped]


def csv_body(text: str) -> httpbody_pb2.HttpBody:
    """One piece of a file; the pieces of a stream make it."""
    return httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=text.encode())
