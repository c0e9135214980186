"""Puts the gate in front of a server: what its own source calls."""

import functools
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from .audit import audit
from .config import load_config
from .event_store import keep_events_apart
from .gate import Gate
from .host_check import open_host_check
from .middleware import App, GateMiddleware, Receive, Scope, Send, paths_of
from .user import SCOPE_KEY

Server = TypeVar("Server")
Application = TypeVar("Application", bound=Callable[..., Any])

# What makes the HTTP application of a server, in the SDK and in fastmcp.
BUILDERS = ("streamable_http_app", "sse_app", "http_app")
# What serves requests, in a session manager and in the older SSE transport.
_HANDLERS = ("handle_request", "asgi_app", "handle_post_message")


def protect_mcp(server: Server) -> Server:
    """
    Protects an MCP server: every HTTP application that it makes from now on has the
    gate in front, however it is started. Over stdio nothing changes. A session manager
    or SSE transport of the SDK is protected wherever it is mounted. Returns it.
    """
    for name in BUILDERS:
        build = getattr(server, name, None)
        if build is not None:
            setattr(server, name, _guarded(server, build))
    for name in _HANDLERS:
        handle = getattr(server, name, None)
        if handle is not None:
            setattr(server, name, _gated(handle))
            keep_events_apart(server)
    connect = getattr(server, "connect_sse", None)
    if connect is not None:
        server.connect_sse = _admitted_only(connect)  # type: ignore[attr-defined]
    return server


def _guarded(server: Any, build: Callable[..., Starlette]) -> Callable[..., Starlette]:
    @functools.wraps(build)
    def build_guarded(*args: Any, **options: Any) -> Starlette:
        gate = _shared_gate()
        open_host_check(server, build, options, gate.config)
        app = build(*args, **options)
        added: list[Any] = [entry.cls for entry in app.user_middleware]
        if GateMiddleware in added:
            return app  # One builder has called another.
        custom = _custom_routes(server)
        guarded: list[Any] = [route for route in app.routes if route not in custom]
        for route in guarded:  # They may be moved into another application.
            route.app = _gated(route.app)
            if isinstance(route, Route):  # Some take its endpoint only.
                protect_mcp(getattr(route.endpoint, "session_manager", None))
                route.endpoint = route.app
        with suppress(AttributeError, RuntimeError):  # Not every server has one.
            protect_mcp(server.session_manager)
        app.add_middleware(
            GateMiddleware, gate=gate, is_open=_open_routes(app, guarded)
        )
        return app

    return build_guarded


class _Gated:
    """Has the gate in front, for requests that have not passed it on their way."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gate = _shared_gate()
        guard = GateMiddleware(self._app, gate=gate, is_open=lambda _: False)
        await guard(scope, receive, send)


def _gated(app: App) -> App:
    return app if isinstance(app, _Gated) else _Gated(app)


def _admitted_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    @asynccontextmanager
    async def connect_admitted(
        scope: Scope, receive: Receive, send: Send
    ) -> AsyncIterator[Any]:
        if SCOPE_KEY not in scope:
            reason = "protect_app does not name the path of this SSE endpoint"
            audit(decision="deny", reason=reason, method=scope["method"])
            raise HTTPException(403, "Not permitted")
        async with connect(scope, receive, send) as streams:
            yield streams

    return connect_admitted


@functools.cache
def _shared_gate() -> Gate:
    """
    One gate for all, so that all know the same sessions. Raises ConfigError when the
    configuration is incomplete.
    """
    return Gate(load_config())


def _open_routes(app: Starlette, guarded: list[BaseRoute]) -> Callable[[Scope], bool]:
    """Open are routes that people have added, unless they lead to MCP as well."""

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
    if _leads_on(routes, scope) or not _leads_on(routes, longer):
        return scope
    return longer


def _leads_on(routes: list[BaseRoute], scope: Scope) -> bool:
    """Whether a path leads to an endpoint, also through what is mounted."""
    for route in routes:
        match, below = route.matches(scope)
        if match is not Match.NONE:
            inner = getattr(route, "routes", None)
            return not inner or _leads_on(inner, {**scope, **below})
    return False


def _every_spelling(path: str) -> re.Pattern[str]:
    """Every spelling that may lead to a path: a router inside could be generous."""
    segments = [segment for segment in path.split("/") if segment]
    pattern = "".join(f"/+{_spelling(segment)}" for segment in segments)
    # What takes slashes, too, needs no more of them: to try both would take long.
    pattern = pattern.replace("/+.*", "/.*").replace(".*/+", ".*/")
    return re.compile(pattern + "(?=/|$)", re.IGNORECASE | re.DOTALL)


def _spelling(segment: str) -> str:
    """What begins with a parameter may be anything, `{where:path}` several segments."""
    literal, is_parameter, _ = segment.partition("{")
    if ":path}" in segment:
        return ".*"
    if is_parameter:
        return re.escape(literal) + ("[^/]*" if literal else "[^/]+")
    return re.escape(segment)
