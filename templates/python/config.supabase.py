"""Settings of the gate, read from the environment."""

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


# Where a token says what its holder may do: a claim of your own, which a custom access
# token hook of the project adds. Supabase's own `scope` holds openid, email … only.
SCOPE_CLAIMS: tuple[str, ...] = ("mcp_scopes",)
# What a token must carry beside issuer, audience and expiry. Every token of the project
# has the same audience; only those that OAuth clients were given name a `client_id`,
# the sessions of your own apps do not, and are refused.
REQUIRED_CLAIMS: tuple[str, ...] = ("client_id",)
# Supabase refuses logins that ask for any scope of ours, so neither challenges nor
# metadata name one.
CLIENTS_ASK_FOR_SCOPES: bool = False


def load_config() -> AuthConfig:
    """Reads the configuration. Raises ConfigError, which names the variable."""
    env = read_environment()
    issuer, audience = _authorization_server(env)
    return AuthConfig(issuer, audience, url_variable(env, "MCP_RESOURCE_URL"))


def _authorization_server(env: dict[str, str]) -> tuple[str, str]:
    issuer = url_variable(env, "MCP_AUTH_ISSUER")
    if "?" in issuer:  # RFC 8414 §2: an issuer has no query.
        raise malformed(env, "MCP_AUTH_ISSUER", "has a query")
    return issuer, variable(env, "MCP_AUTH_AUDIENCE")
