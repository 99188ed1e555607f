"""Answers to a camera that asks who is there: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616)."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.request import parse_http_list, parse_keqv_list

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A camera's user name and password; neither is shown in a traceback."""

    user: str
    password: str

    def answer(self, challenges: Sequence[str], *, method: str, uri: str) -> str | None:
        """The Authorization header's value for the best challenge; None when none of them is understood.

        challenges: values of WWW-Authenticate headers.
        """
        for scheme, respond in (("digest", self._digest), ("basic", self._basic)):
            for challenge in challenges:
                name, _, parameters = challenge.strip().partition(" ")
                if name.lower() == scheme and (answer := respond(parameters, method, uri)) is not None:
                    return answer
        return None

    def _basic(self, _parameters: str, _method: str, _uri: str) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def _digest(self, parameters: str, method: str, uri: str) -> str | None:
        try:
            asked = parse_keqv_list(parse_http_list(parameters))
        except ValueError:
            return None
        realm, nonce = asked.get("realm", ""), asked.get("nonce")
        algorithm = asked.get("algorithm", "MD5")
        make = _HASHES.get(algorithm.upper())
        if nonce is None or make is None:
            return None

        def digest(*parts: str) -> str:
            return make(":".join(parts).encode()).hexdigest()

        who, what = digest(self.user, realm, self.password), digest(method, uri)
        shown = {"username": self.user, "realm": realm, "nonce": nonce, "uri": uri}
        bare: dict[str, str] = {"algorithm": algorithm} if "algorithm" in asked else {}
        if "auth" in (option.strip() for option in asked.get("qop", "").split(",")):
            count, own = "00000001", secrets.token_hex(8)
            shown |= {"cnonce": own, "response": digest(who, nonce, count, own, "auth", what)}
            bare |= {"qop": "auth", "nc": count}
        else:
            shown["response"] = digest(who, nonce, what)
        if "opaque" in asked:
            shown["opaque"] = asked["opaque"]
        quoted = [f'{name}="{value}"' for name, value in shown.items()]
        return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])
