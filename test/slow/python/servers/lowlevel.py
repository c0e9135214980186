import contextlib
import json
import os

import mcp.types as types
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_auth import current_user, protect_app
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

server = Server("tasks")


@server.list_tools()
async def list_tools():
    names = ("whoami", "delete-task", "status")
    return [types.Tool(name=n, inputSchema={"type": "object"}) for n in names]


@server.call_tool()
async def call_tool(name, arguments):
    if name == "status":
        return [types.TextContent(type="text", text="up")]
    user = current_user()
    text = json.dumps([user.subject, user.scopes])
    if name == "delete-task":
        text = f"{arguments['id']} deleted for {user.subject}"
    return [types.TextContent(type="text", text=text)]


async def health(request):
    return PlainTextResponse("ok")


manager = StreamableHTTPSessionManager(app=server)


@contextlib.asynccontextmanager
async def lifespan(app):
    async with manager.run():
        yield


app = Starlette(
    routes=[Route("/health", health), Mount("/mcp", app=manager.handle_request)],
    lifespan=lifespan,
)
protect_app(app, ["/mcp"])

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]))
