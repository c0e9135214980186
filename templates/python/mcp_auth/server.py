"""Puts the gate in front of a server: what its own source calls."""

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match

from .config import AuthConfig, load_config
from .gate import Gate
from .middleware import GateMiddleware, Scope, paths_of

Server = TypeVar("Server")
Application = TypeVar("Application", bound=Callable[..., Any])

# What makes the HTTP application of a server, in the SDK and in fastmcp.
_BUILDERS = ("streamable_http_app", "sse_app", "http_app")


def protect_mcp(server: Server) -> Server:
    """
    Protects an MCP server: every HTTP application that it makes from now on has the
    gate in front, however it is started. Over stdio nothing changes. Returns it.
    """
    for name in _BUILDERS:
        build = getattr(server, name, None)
        if build is not None:
            setattr(server, name, _guarded(server, build))
    return server


def _guarded(server: Any, build: Callable[..., Starlette]) -> Callable[..., Starlette]:
    @functools.wraps(build)
    def build_guarded(*args: Any, **options: Any) -> Starlette:
        gate = _shared_gate()
        _open_host_check(server, build, options, gate.config)
        app = build(*args, **options)
        added: list[Any] = [entry.cls for entry in app.user_middleware]
        if GateMiddleware in added:
            return app  # One builder has called another.
        app.add_middleware(GateMiddleware, gate=gate, is_open=_open_routes(server, app))
        return app

    return build_guarded


@functools.cache
def _shared_gate() -> Gate:
    """
    One gate for all, so that all know the same sessions. Raises ConfigError when the
    configuration is incomplete.
    """
    return Gate(load_config())


def _open_routes(server: Any, app: Starlette) -> Callable[[Scope], bool]:
    """Open are routes that people have added, unless they lead to MCP as well."""
    custom = _custom_routes(server)
    guarded = [route for route in app.routes if route not in custom]

    def is_open(scope: Scope) -> bool:
        others = [route for route in app.routes if route not in guarded]
        return _matches(others, scope) and not _matches(guarded, scope)

    return is_open


def _custom_routes(server: Any) -> list[BaseRoute]:
    collect = getattr(server, "_get_additional_http_routes", None)  # fastmcp
    routes: list[BaseRoute] = collect() if collect else []
    return [*routes, *getattr(server, "_custom_starlette_routes", [])]  # the SDK


def _matches(routes: list[BaseRoute], scope: Scope) -> bool:
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)


def _open_host_check(
    server: Any, build: Callable[..., Any], options: dict[str, Any], config: AuthConfig
) -> None:
    """The SDK answers 421 to any other name than localhost, unless it is told of it."""
    if "transport_security" in inspect.signature(build).parameters:  # mcp 2.x
        given = options.get("transport_security")
        if given is None and options.get("host", "127.0.0.1") in _LOCAL:
            given = _LOCAL_SETTINGS
        options["transport_security"] = _with_public_host(given, config)
    settings: Any = getattr(server, "settings", None)
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


def protect_app(app: Application, paths: Sequence[str]) -> Application:
    """
    Protects the MCP endpoints of an application that has other routes, too. Call it
    right after the application is created. `paths` are those that clients dial, all
    below them included. Returns the application; one that is not of Starlette is
    wrapped.
    """
    gate = _shared_gate()
    patterns = [_every_spelling(path) for path in paths]

    def is_open(scope: Scope) -> bool:
        spelled = paths_of(scope)
        return not any(pattern.match(path) for pattern in patterns for path in spelled)

    def rewrite(scope: Scope) -> Scope:
        return _past_redirect(getattr(app, "routes", []), scope)

    options: dict[str, Any] = {"gate": gate, "is_open": is_open, "rewrite": rewrite}
    add: Any = getattr(app, "add_middleware", None)
    if add is None:
        wrapped: Any = GateMiddleware(app, **options)
        return wrapped  # type: ignore[no-any-return]
    add(GateMiddleware, **options)
    return app


def _past_redirect(routes: list[BaseRoute], scope: Scope) -> Scope:
    """
    What is mounted at `/mcp` serves `/mcp/`, and Starlette redirects to there: to the
    name in the Host header, where clients send no token if it is another one.
    """
    longer = {**scope, "path": scope["path"] + "/"}
    if _matches(routes, scope) or not _matches(routes, longer):
        return scope
    return longer


def _every_spelling(path: str) -> re.Pattern[str]:
    """Every spelling that may lead to a path: a router inside could be generous."""
    segments = [segment for segment in path.split("/") if segment]
    patterns = [
        "[^/]+" if segment.startswith("{") else re.escape(segment)
        for segment in segments
    ]
    return re.compile("".join(f"/+{p}" for p in patterns) + "(?=/|$)", re.IGNORECASE)
