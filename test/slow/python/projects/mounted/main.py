"""A FastMCP of the SDK in a FastAPI application, which has routes of its own."""

import contextlib

from fastapi import FastAPI
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", json_response=True)


@mcp.tool(name="add-note")
def add_note(text: str) -> str:
    return f"noted {text}"


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    async with mcp.session_manager.run():
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/items/{item}")
def read(item: int) -> dict[str, int]:
    return {"item": item}


app.mount("/api", mcp.streamable_http_app())
