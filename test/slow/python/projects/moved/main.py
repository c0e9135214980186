"""Routes that fastmcp made, moved into another application."""

from fastapi import FastAPI
from fastmcp import FastMCP

mcp = FastMCP("notes")


@mcp.tool(name="add-note")
def add_note(text: str) -> str:
    return f"noted {text}"


mcp_app = mcp.http_app()
app = FastAPI(lifespan=mcp_app.lifespan)
app.router.routes.extend(mcp_app.routes)
for route in mcp_app.routes:
    app.add_route("/copied" + route.path, route.endpoint, methods=["POST"])
