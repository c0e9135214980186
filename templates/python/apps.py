"""Says in `tools/list` what each tool needs, where ChatGPT looks for it."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp import types

from . import server as mcp_server
from .answers import security_schemes
from .config import load_config

Server = TypeVar("Server")
Handler = Callable[..., Awaitable[Any]]


def protect_mcp(server: Server) -> Server:
    """
    Protects an MCP server, and says in its `tools/list` what each tool needs:
    `securitySchemes` (developers.openai.com/apps-sdk/build/auth). What a tool says of
    itself stays. Over stdio nothing changes. Returns the server.
    """
    mcp_server.protect_mcp(server)
    builders = [name for name in mcp_server.BUILDERS if hasattr(server, name)]
    for name in builders:  # Not before: handlers may be replaced until then.
        setattr(server, name, _announced(server, getattr(server, name)))
    if not builders:
        _announce(server)
    return server


def _announced(server: Any, build: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(build)
    def build_announced(*args: Any, **options: Any) -> Any:
        _announce(server)
        return build(*args, **options)

    return build_announced


def _announce(server: Any) -> None:
    # Of FastMCP, of MCPServer, of a session manager; or it is the low-level one.
    for name in ("_mcp_server", "_lowlevel_server", "app"):
        server = getattr(server, name, server)
    if hasattr(server, "get_request_handler"):  # mcp 2.x
        entry = server.get_request_handler("tools/list")
        if entry is not None:
            handler = _with_schemes(entry.handler)
            server.add_request_handler("tools/list", entry.params_type, handler)
        return
    handlers = getattr(server, "request_handlers", {})
    if types.ListToolsRequest in handlers:
        listing = handlers[types.ListToolsRequest]
        handlers[types.ListToolsRequest] = _with_schemes(listing)


def _with_schemes(handler: Handler) -> Handler:
    if hasattr(handler, "announces"):
        return handler  # An application may be built twice.

    @functools.wraps(handler)
    async def list_tools(*args: Any, **options: Any) -> Any:
        result = await handler(*args, **options)
        listed: Any = getattr(result, "root", result)  # mcp 1.x has a model around it.
        tools = [_describe(tool) for tool in listed.tools]
        changed = listed.model_copy(update={"tools": tools})
        return changed if listed is result else type(result)(changed)

    list_tools.announces = True  # type: ignore[attr-defined]
    return list_tools


def _describe(tool: Any) -> Any:
    meta = tool.meta or {}
    schemes = meta.get("securitySchemes") or security_schemes(load_config(), tool.name)
    if schemes is None:
        return tool
    changes: dict[str, Any] = {"meta": {**meta, "securitySchemes": schemes}}
    if tool.model_config.get("extra") == "allow":  # mcp 1.x sends what it does not know
        changes["securitySchemes"] = schemes
    return tool.model_copy(update=changes)
