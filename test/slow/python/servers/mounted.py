import contextlib
import json
import os

import uvicorn
from mcp.server.fastmcp import FastMCP
from mcp_auth import current_user, protect_app, protect_mcp
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

mcp = FastMCP("tasks", streamable_http_path="/")
protect_mcp(mcp)


@mcp.tool(name="whoami")
def whoami() -> str:
    user = current_user()
    return json.dumps([user.subject, user.scopes])


@mcp.tool(name="delete-task")
async def delete_task(id: str) -> str:
    return f"{id} deleted for {current_user().subject}"


@mcp.tool(name="status")
def status() -> str:
    return "up"


async def health(request):
    return PlainTextResponse("ok")


@contextlib.asynccontextmanager
async def lifespan(app):
    async with mcp.session_manager.run():
        yield


app = Starlette(
    routes=[
        Route("/health", health),
        Mount("/mcp", app=mcp.streamable_http_app()),
    ],
    lifespan=lifespan,
)
protect_app(app, ["/mcp"])

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]))
