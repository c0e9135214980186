import json
import os

import mcp.types as types
import uvicorn
from mcp.server.lowlevel import Server
from mcp_auth import current_user, protect_mcp
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def list_tools(ctx, params):
    names = ("whoami", "delete-task", "status")
    tools = [types.Tool(name=n, input_schema={"type": "object"}) for n in names]
    return types.ListToolsResult(tools=tools)


async def call_tool(ctx, params):
    text = "up"
    if params.name == "whoami":
        text = json.dumps([current_user().subject, current_user().scopes])
    if params.name == "delete-task":
        text = f"{params.arguments['id']} deleted for {current_user().subject}"
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


async def health(request):
    return PlainTextResponse("ok")


server = Server("tasks", on_list_tools=list_tools, on_call_tool=call_tool)
protect_mcp(server)
app = server.streamable_http_app()
app.routes.append(Route("/health", health))

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]))
