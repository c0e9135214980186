"""Opens the SDK's check of the Host header for the public name of the server."""

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from mcp.server.transport_security import TransportSecuritySettings

from .config import AuthConfig


def open_host_check(
    server: Any, build: Callable[..., Any], options: dict[str, Any], config: AuthConfig
) -> None:
    """
    The SDK answers 421 to any other name than localhost, unless it is told of it:
    before `build` makes an application with these options, the public one is named.
    """
    if "transport_security" in inspect.signature(build).parameters:  # mcp 2.x
        given = options.get("transport_security")
        if given is None and options.get("host", "127.0.0.1") in _LOCAL:
            given = _LOCAL_SETTINGS
        options["transport_security"] = _with_public_host(given, config)
    settings: Any = vars(server).get("settings")
    if hasattr(settings, "transport_security"):  # mcp 1.x
        given = settings.transport_security
        settings.transport_security = _with_public_host(given, config)


_LOCAL = ("127.0.0.1", "localhost", "::1")
_LOCAL_SETTINGS = TransportSecuritySettings(
    allowed_hosts=["127.0.0.1:*", "localhost:*", "[::1]:*"],
    allowed_origins=["http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"],
)


def _with_public_host(
    given: TransportSecuritySettings | None, config: AuthConfig
) -> TransportSecuritySettings | None:
    if given is None or not given.enable_dns_rebinding_protection:
        return given
    url = urlsplit(config.resource)
    host = url.netloc.removesuffix(f":{url.port}")
    hosts = [host, f"{host}:*"]
    origins = [f"{url.scheme}://{name}" for name in hosts]
    return given.model_copy(
        update={
            "allowed_hosts": [*given.allowed_hosts, *hosts],
            "allowed_origins": [*given.allowed_origins, *origins],
        }
    )
