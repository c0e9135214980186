"""A session manager behind a router, and behind a middleware that knows an older path."""

import contextlib

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Router

server = Server("notes")


@server.list_tools()
async def list_tools():
    return [types.Tool(name="add-note", inputSchema={"type": "object"})]


@server.call_tool()
async def call_tool(name, arguments):
    if name == "add-note":
        return [types.TextContent(type="text", text=f"noted {arguments['text']}")]
    raise ValueError(name)


manager = StreamableHTTPSessionManager(app=server)
router = Router(routes=[Mount("/mcp", app=manager.handle_request)])


class OlderPath:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith("/old"):
            scope = {**scope, "path": "/v1/mcp/"}
        await self.app(scope, receive, send)


@contextlib.asynccontextmanager
async def lifespan(app):
    async with manager.run():
        yield


app = Starlette(routes=[Mount("/v1", app=router)], middleware=[Middleware(OlderPath)], lifespan=lifespan)
