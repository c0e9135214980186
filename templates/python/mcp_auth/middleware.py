"""Hangs the gate into an ASGI application."""

import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from .answers import (
    Answer,
    Refusal,
    answer_to,
    exposed,
    metadata_answer,
    metadata_paths,
    preflight,
)
from .gate import Caller, Gate, Incoming
from .messages import MAX_BODY, too_large
from .rules import IS_OPEN
from .user import SCOPE_KEY, current_auth
from .verifier import AuthInfo

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LONGEST_PREAMBLE = 4096


class GateMiddleware:
    """
    Lets the requests through to `app` that the gate admits, and answers those for the
    metadata. Requests that `is_open` names need no token; `rewrite` has the last word
    on how those that need one go on.
    """

    def __init__(
        self,
        app: App,
        *,
        gate: Gate,
        is_open: Callable[[Scope], bool],
        rewrite: Callable[[Scope], Scope] = lambda scope: scope,
    ) -> None:
        self._app = app
        self._gate = gate
        self._is_open = is_open
        self._rewrite = rewrite
        self._metadata = set(metadata_paths(gate.config))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and self._metadata & set(paths_of(scope)):
            await _send(metadata_answer(self._gate.config, scope["method"]), send)
        # By a gate around this one, or free for everybody.
        elif SCOPE_KEY in scope or self._is_open(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guard(scope, receive, send)
        else:  # MCP has no transport over WebSocket.
            await send({"type": "websocket.close", "code": 1008})

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers_of(scope)
        if scope["method"] == "OPTIONS":
            asked = headers.get("access-control-request-headers", "")
            await _send(preflight("GET, POST, DELETE, OPTIONS", asked), send)
            return
        body = _Body(receive)
        query = scope["query_string"].decode("latin-1")
        request = Incoming(scope["method"], query, headers, body.read)
        try:
            caller = await self._gate.admit(request)
        except Refusal as refusal:
            await _send(answer_to(refusal), _watched(send, None, ""))
            return
        inner = self._rewrite({**scope, SCOPE_KEY: caller.auth_info})
        with _identity(inner, caller.auth_info):
            watched = _watched(send, caller, scope["method"])
            await self._app(inner, body.replay, watched)


def paths_of(scope: Scope) -> tuple[str, str]:
    """The path as sent, and as it is below the prefix that a proxy or mount names."""
    path, prefix = scope["path"], scope.get("root_path", "")
    return path, path.removeprefix(prefix) if prefix else path


def _headers_of(scope: Scope) -> dict[str, str]:
    """Joined where one came several times: somebody else might take another one."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


class _Body:
    """Reads the body before the decision and hands the same bytes on."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._pending: list[Message] = []

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Refusal(400, "the request was cut off")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > MAX_BODY:
                raise too_large()
            more = message.get("more_body", False)
        body = b"".join(pieces)
        self._pending = [{"type": "http.request", "body": body, "more_body": False}]
        return body

    async def replay(self) -> Message:
        return self._pending.pop() if self._pending else await self._receive()


@contextmanager
def _identity(scope: Scope, info: AuthInfo | None) -> Iterator[None]:
    """Tells the framework and `current_user()` who calls."""
    user = _framework_user(info) if info else None
    # The SDK ends sessions that are opened without a token and go on with one; so it
    # does not see the user where that is allowed.
    if user and not IS_OPEN:
        scope["user"] = user
    tokens = current_auth.set(info), auth_context_var.set(user)
    try:
        yield
    finally:
        current_auth.reset(tokens[0])
        auth_context_var.reset(tokens[1])


def _framework_user(info: AuthInfo) -> AuthenticatedUser:
    """For `get_access_token()` of the SDK and fastmcp. Old ones ignore some fields."""
    fields: dict[str, Any] = {
        "token": info.token,
        "client_id": info.client_id,
        "scopes": info.scopes,
        "expires_at": info.expires_at,
        "subject": info.subject,
        "claims": info.claims,
    }
    return AuthenticatedUser(AccessToken(**fields))


def _watched(send: Send, caller: Caller | None, method: str) -> Send:
    """
    Lets web pages read the answer, and notes the session that it opens or closes before
    the client can know its id.
    """
    endpoint: _Endpoint | None = None

    async def watched(message: Message) -> None:
        nonlocal endpoint
        if message["type"] == "http.response.start":
            headers = _with_cors(message.get("headers", []))
            message = {**message, "headers": headers}
            if caller:
                session = _value(headers, b"mcp-session-id")
                caller.answered(message["status"], session)
                kind = _value(headers, b"content-type") or ""
                is_stream = kind.startswith("text/event-stream")
                is_legacy = method == "GET" and is_stream and session is None
                # One that nobody has signed in for stays nobody's: whoever did later
                # would be answered on it, and whoever opened it would read that.
                if is_legacy and caller.auth_info:
                    endpoint = _Endpoint(caller, message["status"])
        elif endpoint and message["type"] == "http.response.body":
            endpoint.read(message.get("body", b""))
        await send(message)

    return watched


class _Endpoint:
    """
    The older SSE transport names its session in its first words: `event: endpoint`,
    `data: /messages/?session_id=…`.
    """

    def __init__(self, caller: Caller, status: int) -> None:
        self._caller = caller
        self._status = status
        self._seen = b""

    def read(self, piece: bytes) -> None:
        if len(self._seen) > _LONGEST_PREAMBLE:
            return
        self._seen += piece
        pattern = rb"(?m)^event: *endpoint\r?\ndata: *([^\r\n]+)\r?\n"
        found = re.search(pattern, self._seen)
        if found:
            query = parse_qs(urlsplit(found[1].decode("latin-1")).query)
            self._caller.answered(self._status, query.get("session_id", [None])[0])
            self._seen = b" " * (_LONGEST_PREAMBLE + 1)


Headers = list[tuple[bytes, bytes]]


def _value(headers: Headers, name: bytes) -> str | None:
    found = (value for key, value in headers if key.lower() == name)
    return next((value.decode("latin-1") for value in found), None)


def _with_cors(headers: Headers) -> Headers:
    allow, expose = b"access-control-allow-origin", b"access-control-expose-headers"
    names = exposed(_value(headers, expose) or "")
    result = [(k, v) for k, v in headers if k.lower() != expose]
    if _value(headers, allow) is None:
        result.append((allow, b"*"))
    return [*result, (expose, names.encode("latin-1"))]


async def _send(answer: Answer, send: Send) -> None:
    headers = [(k.lower().encode(), v.encode()) for k, v in answer.headers.items()]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
