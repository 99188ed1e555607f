"""An identity provider on loopback that keeps to the letter of OpenID Connect, or breaks it on demand.

It speaks real HTTP. It insists on PKCE with S256, on the client's secret and on codes that are used once.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from footfall_server.ports import Clock

CLIENT_ID, CLIENT_SECRET = "footfall", "a secret: with % and + in it"
REDIRECT_URI = "https://console.example/sign-in/callback"

Claims = dict[str, Any]


@dataclass(slots=True)
class Person:
    """Somebody with an account at the provider; `claims` are what the ID token says beside the protocol's."""

    subject: str
    claims: Claims = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Granted:
    person: Person
    redirect_uri: str
    challenge: str
    nonce: str


class SigningKey:
    """An RSA key pair with a name."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> Claims:
        told: Claims = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**told, "kid": self.kid, "use": "sig", "alg": "RS256"}


class OidcProvider:
    """The provider. What tests change to make it misbehave: `twist`, `sign`, `metadata`, `answers`, `key`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key = SigningKey("first")
        self.published = [self.key]
        self.issuer = ""
        self.twist: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.metadata: Claims = {}
        self.answers: dict[str, tuple[int, Mapping[str, str], bytes]] = {}
        self.asked: list[str] = []
        self._codes: dict[str, _Granted] = {}
        self._tokens: dict[str, Person] = {}

    def browse(self, authorization_url: str, person: Person) -> tuple[str, str]:
        """What a browser comes back with after the person signed in: the code and the state."""
        url = urlsplit(authorization_url)
        assert url.path == "/authorize", url.path
        asked = dict(parse_qsl(url.query, strict_parsing=True))
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT_ID, REDIRECT_URI)
        assert asked["code_challenge_method"] == "S256", "PKCE has to hash its verifier"
        assert "openid" in asked["scope"].split(" ")
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Granted(person, asked["redirect_uri"], asked["code_challenge"], asked["nonce"])
        return code, asked["state"]

    def signed(self, claims: Claims) -> str:
        return jwt.encode(claims, self.key.private, algorithm="RS256", headers={"kid": self.key.kid})

    def get(self, path: str, authorization: str) -> tuple[int, Claims]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                **self.metadata,
            }
        if path == "/jwks":
            return 200, {"keys": [{"kty": "oct", "k": "AA"}, *(key.jwk() for key in self.published)]}
        if path == "/userinfo" and (person := self._tokens.get(authorization.removeprefix("Bearer "))):
            return 200, {"sub": person.subject, **person.userinfo}
        return 404, {"error": "not_found"}

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, Claims]:
        if "token_endpoint_auth_methods_supported" in self.metadata:
            client = form.get("client_id"), form.get("client_secret")
        else:
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
            client = unquote_plus(pair[0]), unquote_plus(pair[1])
        if client != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        granted = self._codes.pop(form["code"], None)
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            granted is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != granted.redirect_uri
            or challenge != granted.challenge
            or not 43 <= len(form["code_verifier"]) <= 128
        ):
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(24)
        self._tokens[access_token] = granted.person
        now = self.clock.now()
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": granted.person.subject,
            "aud": CLIENT_ID,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "nonce": granted.nonce,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **granted.person.claims,
        }
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(self.twist(claims)),
        }

    @contextmanager
    def serving(self) -> Iterator["OidcProvider"]:
        """Serves on a port of loopback while the context is open; `issuer` says where."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(provider.get)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            self._answer(lambda _path, authorization: provider.token(form, authorization))

        def _answer(self, answer: Callable[[str, str], tuple[int, Claims]]) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if path in provider.answers:
                status, headers, body = provider.answers[path]
            else:
                status, values = answer(path, self.headers.get("authorization", ""))
                headers, body = {}, json.dumps(values).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return Handler


def redirect(to: str) -> tuple[int, Mapping[str, str], bytes]:
    return 302, {"location": to}, urlencode({}).encode()
