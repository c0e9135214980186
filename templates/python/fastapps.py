"""Puts the gate in front of a FastApps server, and tells its widgets who calls."""

from typing import TypeVar

from fastapps import WidgetMCPServer
from mcp import types

from . import server as mcp_server
from .answers import security_schemes
from .config import load_config
from .user import auth_info

Server = TypeVar("Server")


def protect_mcp(server: Server) -> Server:
    """
    Protects a FastApps server: the applications that it makes from now on have the gate
    in front, and `execute` of its widgets gets the user. FastApps' own `auth_*`
    arguments do not work in any release so far. Returns the server. Anything else is
    protected as without FastApps.
    """
    if not isinstance(server, WidgetMCPServer):
        return mcp_server.protect_mcp(server)
    mcp_server.protect_mcp(server.mcp)
    _announce_scopes(server)
    _hand_on_user(server)
    return server


def _announce_scopes(server: WidgetMCPServer) -> None:
    """In `tools/list` ChatGPT reads what a widget needs; its decorators come first."""
    for name, widget in server.widgets_by_id.items():
        schemes = security_schemes(load_config(), name)
        if schemes and not getattr(widget, "_security_schemes", None):
            widget._security_schemes = schemes


def _hand_on_user(server: WidgetMCPServer) -> None:
    """FastApps looks for the token in `request.context`, where nobody puts it."""
    handlers = server.mcp._mcp_server.request_handlers
    call = handlers[types.CallToolRequest]

    async def call_with_user(request: types.CallToolRequest) -> types.ServerResult:
        # Pydantic lets extra fields be set on this class (mcp 1.x).
        object.__setattr__(request, "context", _Context())
        return await call(request)

    handlers[types.CallToolRequest] = call_with_user


class _Context:
    """Has `access_token` when somebody has signed in, as FastApps asks."""

    def __init__(self) -> None:
        self.access_token = auth_info()
