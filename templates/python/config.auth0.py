"""Settings of the gate, read from the environment."""

import re
from dataclasses import dataclass

from .environment import malformed, read_environment, url_variable, variable


@dataclass(frozen=True)
class AuthConfig:
    """What the gate has to know. Nothing is ever taken from Host or X-Forwarded-*."""

    issuer: str
    """The authorization server, byte for byte as its metadata says `issuer`."""
    audience: str
    """The `aud` that a token for this server carries."""
    resource: str
    """The public URL of the MCP endpoint, byte for byte as clients type it."""
    scope_prefix: str = ""
    """What the authorization server puts before the names of our scopes (Cognito)."""
    client_ids: tuple[str, ...] = ()
    """Clients whose tokens are good without `aud`, which some servers leave out."""


# Where a token says what its holder may do: RFC 9068 §2.2.3, or what Entra and Okta
# (`scp`) and Auth0 send instead.
SCOPE_CLAIMS: tuple[str, ...] = ("scope", "scp")
# What a token must carry beside issuer, audience and expiry.
REQUIRED_CLAIMS: tuple[str, ...] = ()
# Whether clients can ask the authorization server for the scopes of this server.
CLIENTS_ASK_FOR_SCOPES: bool = True


def load_config() -> AuthConfig:
    """Reads the configuration. Raises ConfigError, which names the variable."""
    env = read_environment()
    issuer, audience = _authorization_server(env)
    return AuthConfig(issuer, audience, url_variable(env, "MCP_RESOURCE_URL"))


def _authorization_server(env: dict[str, str]) -> tuple[str, str]:
    domain = variable(env, "AUTH0_DOMAIN")
    # A host name, with a port at most. Auth0's issuers end in a slash.
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", domain):
        raise malformed(env, "AUTH0_DOMAIN", "is not a host name")
    return f"https://{domain}/", variable(env, "AUTH0_AUDIENCE")
