"""Composition root of the console's server: the bundle, the pages, the health answer."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from footfall_web.bundle import IMMUTABLE_FOLDER, Bundle, BundledFile, read_bundle
from footfall_web.security import COMMON_HEADERS, new_nonce, page_headers
from footfall_web.settings import WebSettings

ONE_YEAR_SECONDS = 31_536_000


class ConsolePages:
    """Answers with a file of the bundle, or with the page that finds its route by itself."""

    def __init__(self, *, bundle: Bundle, make_nonce: Callable[[], str]) -> None:
        self._bundle = bundle
        self._make_nonce = make_nonce

    async def serve(self, request: Request) -> Response:
        """Serve any path: a file, the console's page, or 404 for a file that is not there."""
        path = request.url.path
        file = self._bundle.files.get(path)
        if file is not None:
            return _file_response(file, request)
        if path.startswith(f"/{IMMUTABLE_FOLDER}") or "." in path.rsplit("/", 1)[-1]:
            return PlainTextResponse("Not found\n", status_code=404, headers=dict(COMMON_HEADERS))
        nonce = self._make_nonce()
        return Response(self._bundle.page(nonce), media_type="text/html", headers=page_headers(nonce))


def _file_response(file: BundledFile, request: Request) -> Response:
    encoding, body = file.choose(request.headers.get("accept-encoding", ""))
    etag = f'"{file.etag}{"-" + encoding if encoding else ""}"'
    headers = {
        **COMMON_HEADERS,
        "content-type": file.content_type,
        "vary": "accept-encoding",
        "etag": etag,
        # The name of a built asset holds the hash of its content.
        "cache-control": f"public, max-age={ONE_YEAR_SECONDS}, immutable" if file.immutable else "no-cache",
    }
    if etag in (tag.strip() for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if encoding is not None:
        headers["content-encoding"] = encoding
    return Response(body, headers=headers)


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


def create_app(settings: WebSettings, *, make_nonce: Callable[[], str] = new_nonce) -> Starlette:
    """Build the application.

    Raises BundleError when the settings name no built console.
    """
    pages = ConsolePages(bundle=read_bundle(settings.dist_dir), make_nonce=make_nonce)
    return Starlette(
        routes=[
            Route("/healthz", _healthy),
            Route("/{path:path}", pages.serve),
        ]
    )
