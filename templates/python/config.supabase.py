"""Settings of the gate, read from the environment."""

import os
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True)
class AuthConfig:
    """What the gate has to know. Nothing is ever taken from Host or X-Forwarded-*."""

    issuer: str
    """The authorization server, byte for byte as its metadata says `issuer`."""
    audience: str
    """The `aud` that a token for this server carries."""
    resource: str
    """The public URL of the MCP endpoint, byte for byte as clients type it."""


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


class ConfigError(RuntimeError):
    """A setting is missing or malformed; the message names the variable."""


def load_config() -> AuthConfig:
    """Reads the configuration. Raises ConfigError, which names the variable."""
    # What is set in the real environment wins over `.env` of the working directory.
    env = {**_read_env_file(".env"), **os.environ}
    issuer, audience = _authorization_server(env)
    return AuthConfig(issuer, audience, _url_variable(env, "MCP_RESOURCE_URL"))


def _authorization_server(env: dict[str, str]) -> tuple[str, str]:
    issuer = _url_variable(env, "MCP_AUTH_ISSUER")
    if "?" in issuer:  # RFC 8414 §2: an issuer has no query.
        raise _malformed(env, "MCP_AUTH_ISSUER", "has a query")
    return issuer, _variable(env, "MCP_AUTH_AUDIENCE")


def _read_env_file(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    quoted = re.match(r"""(["'`])(.*?)\1""", value)
    if quoted:
        return quoted[2]
    return re.split(r"(?:^|\s)#", value)[0].rstrip()  # without the comment behind it


def _variable(env: dict[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set. Put it into .env or the environment.")
    if value != value.strip():
        raise _malformed(env, name, "starts or ends with white space")
    return value


def _url_variable(env: dict[str, str], name: str) -> str:
    value = _variable(env, name)
    url = _parse_url(value)
    if url is None:
        raise _malformed(env, name, "is not an http(s) URL")
    if "#" in value:
        raise _malformed(env, name, "has a fragment")
    if "@" in url.netloc:
        raise _malformed(env, name, "contains credentials")
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        raise _malformed(env, name, "must start with https://")
    return value


def _parse_url(value: str) -> SplitResult | None:
    if not re.fullmatch(r"(?i)https?://[^\s\\\x00-\x1f]+", value):
        return None
    try:
        url = urlsplit(value)
        return url if url.hostname and url.port != 0 else None
    except ValueError:  # a port or an IPv6 address that is none
        return None


def is_loopback(hostname: str) -> bool:
    """Tokens may travel unencrypted on this machine only (OAuth 2.1 §1.5)."""
    return bool(
        re.fullmatch(r"localhost|.+\.localhost|127(\.\d+){3}|::1", hostname.lower())
    )


def _malformed(env: dict[str, str], name: str, problem: str) -> ConfigError:
    return ConfigError(f"{name} {problem}: {env.get(name)}")
