"""TLS of the core's own port, with files that may be replaced while it serves."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog

log = structlog.get_logger()


class BadTlsFilesError(Exception):
    """The TLS files cannot be used; the text is one line that names them."""


@dataclass(frozen=True, slots=True)
class _Files:
    """What the files held when they were read."""

    certificate: bytes
    private_key: bytes
    client_ca: bytes | None


class ServerTls:
    """Reads the files at once, and again when a connection comes after they were replaced."""

    def __init__(self, *, certificate: Path, private_key: Path, client_ca: Path | None) -> None:
        """Raises BadTlsFilesError."""
        self._paths = tuple(path for path in (certificate, private_key, client_ca) if path is not None)
        self._certificate = certificate
        self._private_key = private_key
        self._client_ca = client_ca
        self._stamps = self._look()
        self._files = self._read()

    def credentials(self) -> grpc.ServerCredentials:
        """What a port is opened with. With a `client_ca`, connections need a certificate of it."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration(),
            self._renewed,  # type: ignore[arg-type]  # None goes on, which the stubs do not say
            require_client_authentication=self._client_ca is not None,
        )

    def _renewed(self) -> "grpc.ServerCertificateConfiguration | None":
        """Called for each handshake, on a thread of grpc's; None goes on with what there is."""
        try:
            stamps = self._look()
            if stamps == self._stamps:
                return None
            files = self._read()
        except BadTlsFilesError as error:
            log.error("tls_files_unusable", detail=str(error))  # noqa: TRY400 - the text says it all
            return None
        self._stamps, self._files = stamps, files
        log.info("tls_files_renewed")
        return self._configuration()

    def _configuration(self) -> "grpc.ServerCertificateConfiguration":
        pair = (self._files.private_key, self._files.certificate)
        return grpc.ssl_server_certificate_configuration([pair], self._files.client_ca)

    def _look(self) -> tuple[tuple[int, int], ...]:
        try:
            return tuple((found.st_mtime_ns, found.st_ino) for found in map(Path.stat, self._paths))
        except OSError as error:
            raise BadTlsFilesError(f"{error.filename}: {error.strerror}") from None

    def _read(self) -> _Files:
        """What the files hold, if it goes together: grpc itself would only refuse every connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self._certificate, self._private_key)
            if self._client_ca is not None:
                context.load_verify_locations(self._client_ca)
            return _Files(
                certificate=self._certificate.read_bytes(),
                private_key=self._private_key.read_bytes(),
                client_ca=self._client_ca.read_bytes() if self._client_ca else None,
            )
        except (OSError, ssl.SSLError, ValueError) as error:
            named = ", ".join(str(path) for path in self._paths)
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            raise BadTlsFilesError(f"the TLS files {named} cannot be used: {why}") from None
