"""Token verification with PyJWT."""

import copy
import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import Any

import jwt

from .config import REQUIRED_CLAIMS, SCOPE_CLAIMS, AuthConfig
from .signing_keys import KeysUnavailable, NoMatchingKey, SigningKey, SigningKeys


class InvalidToken(Exception):
    """
    The token is not good here. The message is for the audit line; callers are not told
    which check failed.
    """


@dataclass(frozen=True)
class AuthInfo:
    """A verified token. The token itself is not shown by whoever prints the object."""

    token: str = field(repr=False)
    client_id: str
    subject: str | None
    issuer: str
    scopes: list[str]
    expires_at: int
    claims: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class _Proof:
    """A token's claims, and the key that proved them."""

    claims: dict[str, Any]
    header: dict[str, Any]
    key: SigningKey


# Access tokens by RFC 9068 §4, and `JWT`, which most issuers say. Logout tokens, DPoP
# proofs … are none.
_ACCESS_TOKEN_TYPES = ("jwt", "at+jwt", "application/at+jwt")
# Seconds that clocks may differ.
_CLOCK_TOLERANCE = 5
_REMEMBERED = 1000


class Verifier:
    """
    Verifies access tokens: signature by a published key of the issuer, issuer, audience
    (RFC 8707 §2), expiry.
    """

    def __init__(self, config: AuthConfig) -> None:
        self._config = config
        self._keys = SigningKeys(config.issuer)
        # Clients send the same token with every request. By its hash we know one whose
        # signature was verified; that holds while the key is still the published one,
        # so rotation and outages work as if nothing were remembered.
        self._proofs: dict[bytes, _Proof] = {}

    async def verify(self, token: str) -> AuthInfo:
        """Raises InvalidToken, or KeysUnavailable when the keys cannot be had."""
        digest = hashlib.sha256(token.encode()).digest()
        try:
            proof = self._proofs.get(digest)
            if proof is None or not await self._is_still_proven(proof):
                proof = await self._prove(token)
                if len(self._proofs) >= _REMEMBERED:
                    self._proofs.clear()
                self._proofs[digest] = proof
            return _auth_info(token, proof.claims, self._config.scope_prefix)
        except (KeysUnavailable, InvalidToken):
            raise
        except Exception as error:
            raise InvalidToken(_reason(error)) from error

    async def _is_still_proven(self, proof: _Proof) -> bool:
        is_fresh = proof.claims["exp"] > time.time() - _CLOCK_TOLERANCE
        return is_fresh and await self._keys.find(proof.header) is proof.key

    async def _prove(self, token: str) -> _Proof:
        # PyJWT overlooks characters that do not belong there.
        if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}", token):
            raise InvalidToken("not a signed JWT")
        header = jwt.get_unverified_header(token)
        if "crit" in header or "b64" in header:
            raise InvalidToken("the header asks for an extension")
        key = await self._keys.find(header)
        names_nobody = self._names_nobody(token)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=list(key.algorithms),
            issuer=self._config.issuer,
            audience=None if names_nobody else self._config.audience,
            leeway=_CLOCK_TOLERANCE,
            options={
                "require": ["exp", "iss"] if names_nobody else ["exp", "iss", "aud"],
                "verify_iat": False,
            },
        )
        if names_nobody and claims.get("client_id") not in self._config.client_ids:
            raise InvalidToken("no audience, and the client is not one of this server")
        # PyJWT 2.10.0 is content with a part of the issuer (CVE-2024-53861).
        if claims["iss"] != self._config.issuer:
            raise InvalidToken("another issuer")
        _check(header, claims)
        return _Proof(claims, header, key)

    def _names_nobody(self, token: str) -> bool:
        """
        Only where such clients are configured; a token that does name an audience has
        to name this one.
        """
        if not self._config.client_ids:
            return False
        return "aud" not in jwt.decode(token, options={"verify_signature": False})


def _reason(error: Exception) -> str:
    # Errors of decoding quote from the token; the others say what was expected.
    is_known = isinstance(error, (jwt.InvalidTokenError, NoMatchingKey))
    if not is_known or type(error) is jwt.DecodeError:
        return "not readable as a JWT"
    return f"{type(error).__name__}: {error}"


def _check(header: dict[str, Any], claims: dict[str, Any]) -> None:
    token_type = header.get("typ", "jwt")
    if str(token_type).lower() not in _ACCESS_TOKEN_TYPES:
        raise InvalidToken(f"typ is {token_type}")
    # PyJWT takes "123" for a number.
    times = [claims[name] for name in ("exp", "nbf") if name in claims]
    if not all(type(value) in (int, float) for value in times):
        raise InvalidToken("a time is not a number")
    missing = next((name for name in REQUIRED_CLAIMS if not claims.get(name)), None)
    if missing is not None:
        raise InvalidToken(f"the token has no {missing}")
    # Bound to a key of the client (RFC 9449 §7.2, RFC 8705 §3): as a bearer token it
    # proves nothing.
    if "cnf" in claims:
        raise InvalidToken("the token is bound to a key")


def _auth_info(token: str, claims: dict[str, Any], scope_prefix: str) -> AuthInfo:
    subject = _text(claims.get("sub"))
    client_id = _text(claims.get("client_id")) or _text(claims.get("azp")) or ""
    if not subject and not client_id:
        raise InvalidToken("the token names neither user nor client")
    return AuthInfo(
        token=token,
        client_id=client_id,
        subject=subject,
        issuer=claims["iss"],
        scopes=[name.removeprefix(scope_prefix) for name in _scopes_in(claims)],
        expires_at=int(claims["exp"]),
        claims=copy.deepcopy(claims),  # Tools may change theirs; ours are remembered.
    )


def _scopes_in(claims: dict[str, Any]) -> list[str]:
    """As a list, or in one string with spaces."""
    granted = next((claims[name] for name in SCOPE_CLAIMS if name in claims), None)
    if isinstance(granted, str):
        return [scope for scope in granted.split(" ") if scope]
    if isinstance(granted, list):
        return [scope for scope in granted if isinstance(scope, str) and scope]
    return []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
