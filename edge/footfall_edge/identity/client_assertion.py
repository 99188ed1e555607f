"""How a worker says who it is: a JWT that its certificate's key signed (RFC 7523, RFC 7515)."""

import base64
from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from footfall_edge.identity.worker_identity import WorkerIdentity

_LIFETIME = timedelta(seconds=60)


def client_assertion(identity: WorkerIdentity, *, audience: str, now: datetime) -> str:
    """A statement for the core that calls itself `audience`; good for a minute, and once."""
    claims = {
        "iss": identity.worker_id,
        "sub": identity.worker_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
        "jti": str(uuid4()),
    }
    header = {"x5c": [base64.b64encode(identity.certificate_der).decode()]}
    return jwt.encode(claims, identity.key, algorithm="ES256", headers=header)
