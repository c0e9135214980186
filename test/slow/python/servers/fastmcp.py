import json
import os

from fastmcp import FastMCP
from mcp_auth import current_user, protect_mcp

mcp = FastMCP("tasks")
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


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="http", port=int(os.environ["PORT"]))
