"""The public keys of the issuer."""

import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import jwt

from .environment import is_loopback

# Keys that were withdrawn are gone after this time (seconds).
_MAX_AGE = 10 * 60
# An unknown key id has the keys fetched again (rotation), but no faster than this:
# anybody can invent key ids.
_COOL_DOWN = 30
# After a failure the issuer is left alone for a moment.
_PAUSE = 3
_TIMEOUT = 6
_LARGEST = 1024 * 1024


class KeysUnavailable(Exception):
    """
    The issuer does not hand out its keys: an outage, which says nothing about the token
    (503, never 401).
    """


class NoMatchingKey(Exception):
    """None of the issuer's keys fits, or several do."""


@dataclass(frozen=True, eq=False)
class SigningKey:
    key: Any
    """As PyJWT takes it."""
    algorithms: tuple[str, ...]
    """Those of ours that the key may be used with."""
    key_id: str | None


# Asymmetric algorithms only (RFC 8725 §3.1): with HS256 the public key would do as the
# secret. JWK type (and curve) -> algorithms.
_ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC P-256": ("ES256",),
    "EC P-384": ("ES384",),
    "EC P-521": ("ES512",),
    "OKP Ed25519": ("EdDSA",),
}


class SigningKeys:
    """
    Finds published keys. They are fetched when they are needed first, never at start.
    PyJWT's PyJWKClient does less: it reads no issuer metadata, asks at every request
    while the issuer is down, and for every key id that somebody invents.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: list[SigningKey] = []
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._lock = anyio.Lock()

    async def find(self, header: dict[str, Any]) -> SigningKey:
        """The key for a JWS header. Raises KeysUnavailable or NoMatchingKey."""
        if time.monotonic() - self._fetched_at >= _MAX_AGE:
            await self._refresh(self._fetched_at)
        try:
            return self._matching(header)
        except NoMatchingKey:
            if time.monotonic() - self._fetched_at < _COOL_DOWN:
                raise
        await self._refresh(self._fetched_at)
        return self._matching(header)

    def _matching(self, header: dict[str, Any]) -> SigningKey:
        key_id, algorithm = header.get("kid"), header.get("alg")
        fitting = [
            key
            for key in self._keys
            if algorithm in key.algorithms and (key_id is None or key.key_id == key_id)
        ]
        if len(fitting) != 1:
            raise NoMatchingKey(f"{len(fitting)} keys of the issuer fit")
        return fitting[0]

    async def _refresh(self, seen: float) -> None:
        async with self._lock:
            if self._fetched_at != seen:
                return  # Somebody else has fetched them meanwhile.
            if time.monotonic() - self._failed_at < _PAUSE:
                raise KeysUnavailable("no signing keys of the issuer a moment ago")
            try:
                with anyio.fail_after(2 * _TIMEOUT):
                    self._keys = await anyio.to_thread.run_sync(
                        _fetch_keys, self._issuer, abandon_on_cancel=True
                    )
                self._fetched_at = time.monotonic()
            except Exception as error:
                self._failed_at = time.monotonic()
                problem = f"no signing keys of the issuer: {error!r}"
                raise KeysUnavailable(problem) from error


def _fetch_keys(issuer: str) -> list[SigningKey]:
    """Reads the key set that the issuer's metadata names. Blocks."""
    jwks_uri = _find_jwks_uri(issuer)
    published = _fetch_json(jwks_uri, time.monotonic() + _TIMEOUT).get("keys")
    if not isinstance(published, list):
        raise ValueError(f"{jwks_uri} has no keys")
    found = (_signing_key(jwk) for jwk in published)
    return [key for key in found if key is not None]


def _signing_key(jwk: object) -> SigningKey | None:
    """None for a key that is for something else, or of a kind that we do not take."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops")
    if isinstance(operations, list) and "verify" not in operations:
        return None
    kind = f"{jwk.get('kty')} {jwk.get('crv', '')}".strip()
    fitting = _ALGORITHMS.get(kind, ())
    named = "EdDSA" if jwk.get("alg") == "Ed25519" else jwk.get("alg")
    algorithms = tuple(a for a in fitting if named in (None, a))
    if not algorithms:
        return None
    try:
        key = jwt.PyJWK(jwk, algorithms[0]).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None  # One bad key does not spoil the others.
    if kind == "RSA" and key.key_size < 2048:  # RFC 7518 §3.3
        return None
    return SigningKey(key, algorithms, jwk.get("kid"))


def _find_jwks_uri(issuer: str) -> str:
    """
    RFC 8414 §3.1 (path inserted), then OpenID Connect Discovery §4 (path inserted as
    some do, and appended).
    """
    url = urlsplit(issuer)
    origin = f"{url.scheme}://{url.netloc}"
    path = url.path.removesuffix("/")
    candidates = [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]
    deadline = time.monotonic() + _TIMEOUT
    problem = Exception("no metadata")
    for candidate in dict.fromkeys(candidates):
        try:
            metadata = _fetch_json(candidate, deadline)
            # RFC 8414 §3.3: identical, or the document is not this issuer's.
            if metadata.get("issuer") != issuer:
                raise ValueError(f"{candidate} names another issuer")
            if isinstance(metadata.get("jwks_uri"), str):
                return str(metadata["jwks_uri"])
        except Exception as error:
            problem = error
    raise problem


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    # A redirect is not followed: the issuer said where it is.
    def redirect_request(self, *_: object) -> None:
        return None


def _fetch_json(url: str, deadline: float) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url} is not an http(s) URL")
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if is_loopback(parts.hostname or ""):
        handlers.append(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    timeout = max(deadline - time.monotonic(), 0.1)
    opener = urllib.request.build_opener(*handlers)
    with opener.open(request, timeout=timeout) as response:
        if response.status != 200:
            raise ValueError(f"{url} answered {response.status}")
        value = json.loads(response.read(_LARGEST))
    return value if isinstance(value, dict) else {}
