"""The link over TLS, to a gateway whose authority is the operator's own."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fakes.fake_core import API_KEY, FakeCore
from footfall_edge.link.access_token import TokenSource
from footfall_edge.link.channel import open_channel
from pydantic import SecretStr


@pytest.fixture
def certificate() -> tuple[bytes, bytes]:
    """A private key and a certificate for 127.0.0.1 that signs itself, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway of a test")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate.public_bytes(serialization.Encoding.PEM),
    )


async def test_a_token_comes_over_tls_from_an_authority_of_the_operators_own(
    certificate: tuple[bytes, bytes], tmp_path: Path
) -> None:
    core = FakeCore()
    await core.start(tls=certificate)
    ca_file = tmp_path / "authority.pem"
    ca_file.write_bytes(certificate[1])
    async with open_channel(core.url, ca_file) as channel:
        token = await TokenSource(api_key=SecretStr(API_KEY)).get(channel)
        assert token.metadata[0][1].removeprefix("Bearer ") == core.tokens_issued[0]
    await core.close()


async def test_a_gateway_that_nobody_vouches_for_gets_no_key(certificate: tuple[bytes, bytes]) -> None:
    core = FakeCore()
    await core.start(tls=certificate)
    async with open_channel(core.url) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await TokenSource(api_key=SecretStr(API_KEY)).get(channel)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert not core.tokens_issued
    await core.close()
