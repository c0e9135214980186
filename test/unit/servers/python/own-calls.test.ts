import { expect, it } from 'vitest';
import { detected } from './support.ts';

it('tells where a program runs tools by itself, which no gate for MCP sees', async () => {
  const server = `from mcp.server.fastmcp import FastMCP
mcp = FastMCP("x")
@mcp.custom_route("/rpc", methods=["POST"])
async def rpc(request):
    return await mcp.call_tool("delete", await request.json())
mcp.run(transport="streamable-http")
`;
  const { detection } = await detected({ 'server.py': server });
  expect(detection.notes).toEqual([
    'server.py:5 runs tools by itself (mcp.call_tool), where neither token nor scopes are checked',
  ]);
});

it('takes the decorator of a low-level server for no such call', async () => {
  const server = `from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount
server = Server("x")
@server.call_tool()
async def call_tool(name, arguments):
    return []
manager = StreamableHTTPSessionManager(app=server)
app = Starlette(routes=[Mount("/mcp", app=manager.handle_request)])
`;
  expect((await detected({ 'server.py': server })).detection.notes).toEqual([]);
});
