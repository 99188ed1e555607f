"""How an edge worker joins, proves itself, renews, and is sent away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import grpc
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from fakes.edge_client import dialled, hello, linked
from fakes.enrolled_worker import EnrolledWorker, new_key, signing_request
from fakes.good_requests import enrol, new_join_token
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop, bearer
from footfall.v1 import auth_service_pb2, certificate_service_pb2, ingest_service_pb2
from footfall_server.auth.authority import Authorities
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role

pb = certificate_service_pb2
BAD_CREDENTIALS = (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")
UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


@pytest.fixture
def admin(shop: Shop) -> Metadata:
    return shop.signed_in(Role.TENANT_ADMIN)


@pytest.fixture
async def join_token(shop: Shop, core: Replica, admin: Metadata) -> str:
    text, _ = await new_join_token(core, admin, shop.own.site.site_id)
    return text


@pytest.fixture
async def worker(core: Replica, join_token: str) -> EnrolledWorker:
    return await enrol(core, join_token)


def enrolment(join_token: str, request: bytes) -> pb.EnrolWorkerRequest:
    return pb.EnrolWorkerRequest(join_token=join_token, signing_request=request)


async def sign_in(shop: Shop, core: Replica, worker: EnrolledWorker, **changes: Any) -> str:
    assertion = worker.assertion(shop.clock.now(), **changes)
    issued = await core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(client_assertion=assertion))
    return str(issued.access_token)


async def refusal(awaited: Any) -> tuple[grpc.StatusCode, str]:
    failed = await failure(awaited)
    return failed.code, failed.reason


def audited(shop: Shop) -> Sequence[str]:
    entries = shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
    return [each.action for each in sorted(entries, key=lambda each: each.audit_id)]


async def test_a_certificate_is_for_a_client_and_names_its_worker(
    shop: Shop, core: Replica, join_token: str, authorities: Authorities
) -> None:
    key = new_key()
    issued = await core.certificates.EnrolWorker(enrolment(join_token, signing_request(key)))
    certificate = x509.load_der_x509_certificate(issued.certificate_der)
    extensions = certificate.extensions
    certificate.verify_directly_issued_by(authorities.newest.certificate)
    assert certificate.public_key() == key.public_key()
    assert certificate.serial_number == int(issued.certificate_id.replace("-", ""), 16)
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    name = EnrolledWorker(key, issued.certificate_der).name
    assert (name.tenant_id, name.site_id) == (shop.own.tenant.tenant_id, shop.own.site.site_id)
    assert str(name.worker_id) == issued.worker_id
    assert certificate.not_valid_before_utc == shop.clock.now() - timedelta(minutes=5), "for slow clocks"
    assert certificate.not_valid_after_utc == shop.clock.now() + timedelta(days=30)
    assert list(issued.authority_der) == [each.der for each in authorities.all]
    assert issued.display_name == "Kasse 2"
    assert audited(shop) == ["join_token.create", "certificate.issue"]


async def test_of_a_signing_request_only_the_key_is_believed(core: Replica, join_token: str) -> None:
    wish = x509.BasicConstraints(ca=True, path_length=None)
    request = signing_request(new_key(), name="footfall-core", extension=wish)
    issued = await core.certificates.EnrolWorker(enrolment(join_token, request))
    certificate = x509.load_der_x509_certificate(issued.certificate_der)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert "footfall-core" not in certificate.subject.rfc4514_string()


def tampered_request() -> bytes:
    """A request about a key whose bearer has not signed it."""
    request = signing_request(new_key())
    return request[:-4] + bytes(each ^ 1 for each in request[-4:])


def swapped_key() -> bytes:
    """Somebody else's key in a request that was signed with one's own."""
    mine, theirs = new_key(), new_key()
    point = [
        each.public_key().public_numbers().x.to_bytes(32, "big")
        + each.public_key().public_numbers().y.to_bytes(32, "big")
        for each in (mine, theirs)
    ]
    request = signing_request(mine)
    assert point[0] in request
    return request.replace(point[0], point[1])


def edwards_request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    request = builder.sign(ed25519.Ed25519PrivateKey.generate(), None)
    return request.public_bytes(serialization.Encoding.DER)


FORGERIES = {
    "garbage": lambda: b"x" * 100,
    "a certificate": lambda: b"\x30\x82" + b"\x00" * 200,
    "another curve": lambda: signing_request(ec.generate_private_key(ec.SECP384R1())),
    "rsa": lambda: signing_request(rsa.generate_private_key(65537, 2048)),
    "edwards": edwards_request,
    "a broken signature": tampered_request,
    "somebody else's key": swapped_key,
    "a weak hash": lambda: signing_request(new_key(), digest=hashes.SHA224()),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_bad_signing_request_is_named_and_leaves_the_token_good(
    shop: Shop, core: Replica, join_token: str, forgery: str
) -> None:
    before = shop.snapshot()
    failed = await failure(core.certificates.EnrolWorker(enrolment(join_token, FORGERIES[forgery]())))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert list(failed.fields) == ["signing_request"]
    assert shop.snapshot() == before
    await enrol(core, join_token)


async def test_a_lost_answer_is_had_again_and_nobody_else_joins(core: Replica, join_token: str) -> None:
    key = new_key()
    first = await core.certificates.EnrolWorker(enrolment(join_token, signing_request(key)))
    again = await core.certificates.EnrolWorker(enrolment(join_token, signing_request(key)))
    assert again == first
    stranger = core.certificates.EnrolWorker(enrolment(join_token, signing_request(new_key())))
    assert await refusal(stranger) == BAD_CREDENTIALS


@pytest.mark.parametrize("case", ["unknown", "secret", "form", "over", "revoked", "site gone", "api key"])
async def test_bad_join_tokens_are_answered_alike(
    shop: Shop, core: Replica, admin: Metadata, case: str
) -> None:
    text, token_id = await new_join_token(core, admin, shop.own.site.site_id)
    match case:
        case "unknown":
            text = f"ffj_{new_id().hex}_{'0' * 64}"
        case "secret":
            text = text[:-64] + "0" * 64
        case "form":
            text = text.upper()
        case "over":
            shop.clock.advance(timedelta(hours=24))
        case "revoked":
            await core.certificates.RevokeJoinToken(
                pb.RevokeJoinTokenRequest(join_token_id=token_id), metadata=admin
            )
        case "site gone":
            del shop.transactions.tables(shop.own.tenant.tenant_id).join_tokens[
                next(iter(shop.transactions.tables(shop.own.tenant.tenant_id).join_tokens))
            ]
        case "api key":
            text = f"ffk_{'0' * 12}_{'0' * 64}"
    before = shop.snapshot()
    failed = await failure(core.certificates.EnrolWorker(enrolment(text, signing_request(new_key()))))
    assert (failed.code, failed.reason, failed.message) == (*BAD_CREDENTIALS, "the join token is not right")
    assert shop.snapshot() == before


async def test_join_tokens_are_listed_until_they_are_used_or_over(
    shop: Shop, core: Replica, admin: Metadata
) -> None:
    site_id = shop.own.site.site_id
    ids = []
    for _ in range(3):
        ids.append((await new_join_token(core, admin, site_id))[1])
        shop.clock.advance(timedelta(minutes=1))
    used, _ = await new_join_token(core, admin, site_id)
    await enrol(core, used)
    await core.certificates.RevokeJoinToken(pb.RevokeJoinTokenRequest(join_token_id=ids[0]), metadata=admin)
    page = await core.certificates.ListJoinTokens(pb.ListJoinTokensRequest(page_size=1), metadata=admin)
    rest = await core.certificates.ListJoinTokens(
        pb.ListJoinTokensRequest(page_token=page.next_page_token), metadata=admin
    )
    assert [each.join_token_id for each in [*page.join_tokens, *rest.join_tokens]] == [ids[2], ids[1]]
    assert "ffj_" not in str(page), "the secret is shown once"
    shop.clock.advance(timedelta(hours=24))
    later = await core.certificates.ListJoinTokens(
        pb.ListJoinTokensRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    assert not later.join_tokens


async def test_a_join_token_that_was_used_cannot_be_revoked(
    shop: Shop, core: Replica, admin: Metadata
) -> None:
    text, token_id = await new_join_token(core, admin, shop.own.site.site_id)
    await enrol(core, text)
    revoked = core.certificates.RevokeJoinToken(
        pb.RevokeJoinTokenRequest(join_token_id=token_id), metadata=admin
    )
    assert await refusal(revoked) == (grpc.StatusCode.NOT_FOUND, "JOIN_TOKEN_NOT_FOUND")


async def test_a_worker_signs_in_by_its_certificate_and_is_named(
    shop: Shop, core: Replica, worker: EnrolledWorker
) -> None:
    token = await sign_in(shop, core, worker)
    metadata = (*bearer(token), worker.presented)
    me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=metadata)
    assert me.subject_id == str(worker.name.worker_id)
    assert me.role == auth_service_pb2.ROLE_WORKER
    assert list(me.site_ids) == [str(shop.own.site.site_id)]
    assert (me.display_name, me.tenant_name) == ("Kasse 2", "Kaufhaus Nord")


async def test_a_token_ends_with_its_certificate(shop: Shop, core: Replica, worker: EnrolledWorker) -> None:
    shop.clock.advance(timedelta(days=30) - timedelta(minutes=10))
    issued = await core.auth.IssueToken(
        auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(shop.clock.now()))
    )
    left = issued.expire_time.ToDatetime() - shop.clock.now().replace(tzinfo=None)
    assert left == timedelta(minutes=10)
    shop.clock.advance(timedelta(minutes=10))
    assert await refusal(sign_in(shop, core, worker)) == BAD_CREDENTIALS


def bad_assertions(shop: Shop, worker: EnrolledWorker, other: EnrolledWorker) -> dict[str, str]:
    now = shop.clock.now()
    secret = "0" * 64
    return {
        "no jwt": "hello there, I am a worker",
        "other audience": worker.assertion(now, aud="others"),
        "several audiences": worker.assertion(now, aud=["footfall", "others"]),
        "no audience": worker.assertion(now, aud=None),
        "expired": worker.assertion(now, exp=int((now - timedelta(seconds=30)).timestamp())),
        "good for too long": worker.assertion(now, exp=int((now + timedelta(seconds=91)).timestamp())),
        "no end": worker.assertion(now, exp=None),
        "an end that is no number": worker.assertion(now, exp="soon"),
        "no id": worker.assertion(now, jti=None),
        "an id that is none": worker.assertion(now, jti="1"),
        "about another worker": worker.assertion(now, sub=str(other.name.worker_id)),
        "by another worker": worker.assertion(now, iss=str(other.name.worker_id)),
        "the wrong key": worker.assertion(now, key=other.key),
        "no certificate": worker.assertion(now, x5c=[]),
        "two certificates": worker.assertion(now, x5c=["AAAA", "AAAA"]),
        "no base64": worker.assertion(now, x5c=["-"]),
        "no der": worker.assertion(now, x5c=["AAAA"]),
        "a shared secret": worker.assertion(now, key=secret, algorithm="HS256"),
        "too long": worker.assertion(now) + "A" * 8000,
    }


async def test_assertions_that_are_not_to_be_believed(
    shop: Shop, core: Replica, admin: Metadata, worker: EnrolledWorker
) -> None:
    text, _ = await new_join_token(core, admin, shop.own.site.site_id)
    other = await enrol(core, text)
    before = shop.snapshot()
    for name, assertion in bad_assertions(shop, worker, other).items():
        asked = core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(client_assertion=assertion[:8192]))
        assert await refusal(asked) == BAD_CREDENTIALS, name
    assert shop.snapshot() == before
    await sign_in(shop, core, worker)


async def test_clocks_may_differ_by_half_a_minute(shop: Shop, core: Replica, worker: EnrolledWorker) -> None:
    for off in (-89, 30):
        at = shop.clock.now() + timedelta(seconds=off)
        asked = auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(at))
        assert (await core.auth.IssueToken(asked)).access_token, f"{off} s"


async def test_an_assertion_is_good_once_on_all_replicas(
    shop: Shop, core: Replica, worker: EnrolledWorker
) -> None:
    asked = auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(shop.clock.now()))
    await core.auth.IssueToken(asked)
    async with shop.replica() as another:
        assert await refusal(another.auth.IssueToken(asked)) == BAD_CREDENTIALS
    shop.clock.advance(timedelta(seconds=80))
    assert await refusal(core.auth.IssueToken(asked)) == BAD_CREDENTIALS, "as long as it could be believed"


async def test_a_bound_token_is_good_only_with_its_certificate(
    shop: Shop, core: Replica, admin: Metadata, worker: EnrolledWorker
) -> None:
    text, _ = await new_join_token(core, admin, shop.own.site.site_id)
    other = await enrol(core, text)
    token = bearer(await sign_in(shop, core, worker))
    key, value = worker.presented
    wrong = {
        "no certificate": (),
        "another certificate": (other.presented,),
        "two certificates": ((key, f"{value},{other.presented[1]}"),),
        "two hashes": ((key, f"{other.presented[1]};{value}"),),
        "no hash": ((key, 'Subject="CN=worker"'),),
        "the hash of something else": ((key, f"Cert{value}"),),
    }

    async def me(*presented: tuple[str, str]) -> Any:
        return await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=(*token, *presented))

    for name, presented in wrong.items():
        assert await refusal(me(*presented)) == UNAUTHENTICATED, name
    assert (await me(worker.presented)).subject_id == str(worker.name.worker_id)
    assert (await me((key, f"By=spiffe://gateway;{value};URI=spiffe://x"))).subject_id


async def test_without_the_gateways_word_binding_can_be_waived(shop: Shop, worker: EnrolledWorker) -> None:
    shop.require_bound_certificates = False
    async with shop.replica() as core:
        token = bearer(await sign_in(shop, core, worker))
        me = await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=token)
        assert me.subject_id == str(worker.name.worker_id)


async def test_a_link_is_the_certificates_worker_or_nobodys(
    shop: Shop, core: Replica, worker: EnrolledWorker
) -> None:
    metadata = (*bearer(await sign_in(shop, core, worker)), worker.presented)
    async with dialled(core, metadata) as link:
        await link.say_message(ingest_service_pb2.ConnectRequest(hello=hello()))
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    async with linked(core, metadata, worker_id=worker.name.worker_id) as (_, welcome):
        assert welcome.HasField("core_time")


async def test_a_worker_renews_for_a_new_key(
    shop: Shop, core: Replica, admin: Metadata, worker: EnrolledWorker
) -> None:
    shop.clock.advance(timedelta(days=20))
    metadata = (*bearer(await sign_in(shop, core, worker)), worker.presented)
    key = new_key()
    request = pb.RenewCertificateRequest(signing_request=signing_request(key))
    issued = await core.certificates.RenewCertificate(request, metadata=metadata)
    assert await core.certificates.RenewCertificate(request, metadata=metadata) == issued, "a lost answer"
    renewed = EnrolledWorker(key, issued.certificate_der)
    assert renewed.name == worker.name
    assert renewed.certificate.not_valid_after_utc == shop.clock.now() + timedelta(days=30)
    for each in (worker, renewed):
        assert await sign_in(shop, core, each), "the old one is good until it ends"
    listed = await core.certificates.ListCertificates(
        pb.ListCertificatesRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    assert [each.certificate_id for each in listed.certificates] == [
        str(renewed.certificate_id),
        str(worker.certificate_id),
    ]
    assert not any(each.certificate_der or each.authority_der for each in listed.certificates)
    assert admin


async def test_a_worker_with_an_api_key_has_nothing_to_renew(shop: Shop, core: Replica) -> None:
    request = pb.RenewCertificateRequest(signing_request=signing_request(new_key()))
    asked = core.certificates.RenewCertificate(request, metadata=shop.signed_in(Role.WORKER))
    assert await refusal(asked) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")


async def test_revoking_ends_all_of_a_workers_certificates(
    shop: Shop, core: Replica, admin: Metadata, worker: EnrolledWorker
) -> None:
    metadata = (*bearer(await sign_in(shop, core, worker)), worker.presented)
    key = new_key()
    request = pb.RenewCertificateRequest(signing_request=signing_request(key))
    issued = await core.certificates.RenewCertificate(request, metadata=metadata)
    renewed = EnrolledWorker(key, issued.certificate_der)
    revocation = pb.RevokeCertificateRequest(certificate_id=str(worker.certificate_id))
    revoked = await core.certificates.RevokeCertificate(revocation, metadata=admin)
    assert revoked.revoke_time.ToDatetime() == shop.clock.now().replace(tzinfo=None)
    for each in (worker, renewed):
        assert await refusal(sign_in(shop, core, each)) == BAD_CREDENTIALS
    fresh = pb.RenewCertificateRequest(signing_request=signing_request(new_key()))
    again = core.certificates.RenewCertificate(fresh, metadata=metadata)
    assert await refusal(again) == UNAUTHENTICATED, "a token that is out renews nothing"
    me = core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=metadata)
    assert await refusal(me) == UNAUTHENTICATED
    before = shop.snapshot()
    shop.clock.advance(timedelta(minutes=1))
    assert await core.certificates.RevokeCertificate(revocation, metadata=admin) == revoked
    assert shop.snapshot() == before, "revoking again changes nothing"
    assert audited(shop)[-1] == "certificate.revoke"


async def test_a_join_token_brings_no_revoked_certificate_back(
    core: Replica, admin: Metadata, join_token: str
) -> None:
    key = new_key()
    issued = await core.certificates.EnrolWorker(enrolment(join_token, signing_request(key)))
    await core.certificates.RevokeCertificate(
        pb.RevokeCertificateRequest(certificate_id=issued.certificate_id), metadata=admin
    )
    again = core.certificates.EnrolWorker(enrolment(join_token, signing_request(key)))
    assert await refusal(again) == BAD_CREDENTIALS


async def test_a_certificate_that_the_core_forgot_is_not_believed(
    shop: Shop, core: Replica, worker: EnrolledWorker
) -> None:
    """Signed by the authority, and yet no row: its site was removed, or it was never ours to give."""
    certificates = shop.transactions.tables(shop.own.tenant.tenant_id).certificates
    row = certificates.pop(worker.certificate_id)
    assert await refusal(sign_in(shop, core, worker)) == BAD_CREDENTIALS
    certificates[worker.certificate_id] = replace(row, fingerprint="0" * 64)
    assert await refusal(sign_in(shop, core, worker)) == BAD_CREDENTIALS


async def test_without_an_authority_there_are_no_certificates(shop: Shop, worker: EnrolledWorker) -> None:
    metadata = worker.signed_in(shop.tokens, lifetime=timedelta(hours=1))
    shop.authorities = None
    admin = shop.signed_in(Role.TENANT_ADMIN)
    none = (grpc.StatusCode.FAILED_PRECONDITION, "NO_CERTIFICATE_AUTHORITY")
    request = signing_request(new_key())
    async with shop.replica() as core:
        stub, an_id = core.certificates, str(new_id())
        calls = {
            "create": stub.CreateJoinToken(
                pb.CreateJoinTokenRequest(site_id=an_id, display_name="x"), metadata=admin
            ),
            "list": stub.ListJoinTokens(pb.ListJoinTokensRequest(), metadata=admin),
            "revoke": stub.RevokeJoinToken(pb.RevokeJoinTokenRequest(join_token_id=an_id), metadata=admin),
            "enrol": stub.EnrolWorker(enrolment(f"ffj_{new_id().hex}_{'0' * 64}", request)),
            "renew": stub.RenewCertificate(
                pb.RenewCertificateRequest(signing_request=request), metadata=metadata
            ),
            "certificates": stub.ListCertificates(pb.ListCertificatesRequest(), metadata=admin),
            "revoke certificate": stub.RevokeCertificate(
                pb.RevokeCertificateRequest(certificate_id=an_id), metadata=admin
            ),
            "sign in": core.auth.IssueToken(
                auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(shop.clock.now()))
            ),
        }
        for name, asked in calls.items():
            assert await refusal(asked) == none, name


async def test_nothing_secret_is_logged(shop: Shop, core: Replica, admin: Metadata) -> None:
    with structlog.testing.capture_logs() as lines:
        text, _ = await new_join_token(core, admin, shop.own.site.site_id)
        worker = await enrol(core, text)
        token = await sign_in(shop, core, worker)
        await refusal(sign_in(shop, core, worker, key=new_key()))
        me = core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=bearer(token))
        await refusal(me)
    logged = str(lines)
    assert "token_refused" in logged, "nothing was captured, so nothing is proven"
    for secret in (text[-64:], token, worker.fingerprint, "Kasse 2"):
        assert secret not in logged
