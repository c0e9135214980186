"""Reads settings from the environment."""

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class ConfigError(RuntimeError):
    """A setting is missing or malformed; the message names the variable."""


def read_environment() -> dict[str, str]:
    """What is set in the real environment wins over `.env`."""
    return {**_read_env_file(), **os.environ}


def _read_env_file() -> dict[str, str]:
    """`.env` of the working directory, else the nearest above this package."""
    places = (Path.cwd(), *Path(__file__).resolve().parents[1:])
    files = [place / ".env" for place in places if os.path.isfile(place / ".env")]
    found = {}
    for line in files[0].read_text("utf-8-sig").splitlines() if files else ():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    quoted = re.match(r"""(["'`])(.*?)\1""", value)
    if quoted:
        return quoted[2]
    return re.split(r"(?:^|\s)#", value)[0].rstrip()  # without the comment behind it


def variable(env: dict[str, str], name: str) -> str:
    """The value. Raises ConfigError when it is missing."""
    value = env.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set. Put it into .env or the environment.")
    if value != value.strip():
        raise malformed(env, name, "starts or ends with white space")
    return value


def optional_variable(env: dict[str, str], name: str) -> str:
    """A value that may be left out: it is empty then."""
    return variable(env, name) if env.get(name) else ""


def url_variable(env: dict[str, str], name: str) -> str:
    """The value, byte for byte. Raises ConfigError unless it is a URL to be trusted."""
    value = variable(env, name)
    url = _parse_url(value)
    if url is None:
        raise malformed(env, name, "is not an http(s) URL")
    if "#" in value:
        raise malformed(env, name, "has a fragment")
    if "@" in url.netloc:
        raise malformed(env, name, "contains credentials")
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        raise malformed(env, name, "must start with https://")
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


def malformed(env: dict[str, str], name: str, problem: str) -> ConfigError:
    return ConfigError(f"{name} {problem}: {env.get(name)}")
