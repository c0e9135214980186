"""The user, for tool handlers."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from mcp.server.lowlevel import server as lowlevel_server

from .rules import with_implied
from .verifier import AuthInfo

# Where the gate leaves the verified token in the ASGI scope of a request.
SCOPE_KEY = "mcp_auth"

# Only mcp 1.x has it.
_request_ctx: Any = getattr(lowlevel_server, "request_ctx", None)

current_auth: ContextVar[AuthInfo | None] = ContextVar("mcp_auth", default=None)


@dataclass(frozen=True)
class User:
    """Who calls a tool. `claims` are all claims of the access token."""

    subject: str
    client_id: str
    scopes: list[str]
    claims: dict[str, Any] = field(repr=False)

    def has_scope(self, scope: str) -> bool:
        return scope in with_implied(self.scopes)


def current_user() -> User:
    """
    The user behind the call that is being handled. Raises LookupError when nobody has
    signed in, as in a public tool.
    """
    info = auth_info()
    if info is None:
        raise LookupError("Nobody has signed in.")
    subject = info.subject or info.client_id
    return User(subject, info.client_id, list(info.scopes), dict(info.claims))


def auth_info() -> AuthInfo | None:
    """The verified token of the request that is being handled."""
    if _request_ctx is None:  # mcp 2.x hands the context of each request on
        return current_auth.get()
    # In mcp 1.x a session runs in the context of the request that opened it, so context
    # variables are those of its first token. The request is the right one.
    try:
        request = _request_ctx.get().request
    except LookupError:  # not within a call of MCP, but in a route of one's own
        return current_auth.get()
    found = request.scope.get(SCOPE_KEY) if request is not None else None
    return found if isinstance(found, AuthInfo) else None
