"""Settings of the gate, read from the environment."""

from dataclasses import dataclass

from .environment import (
    malformed,
    optional_variable,
    read_environment,
    url_variable,
    variable,
)


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
    return AuthConfig(
        issuer,
        audience,
        url_variable(env, "MCP_RESOURCE_URL"),
        optional_variable(env, "MCP_AUTH_SCOPE_PREFIX"),
        tuple(optional_variable(env, "MCP_AUTH_CLIENT_IDS").split()),
    )


def _authorization_server(env: dict[str, str]) -> tuple[str, str]:
    issuer = url_variable(env, "MCP_AUTH_ISSUER")
    if "?" in issuer:  # RFC 8414 §2: an issuer has no query.
        raise malformed(env, "MCP_AUTH_ISSUER", "has a query")
    return issuer, variable(env, "MCP_AUTH_AUDIENCE")
