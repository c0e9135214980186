import { expect, it } from 'vitest';
import { edited } from './support.ts';

const SERVER = `from mcp.server.fastmcp import FastMCP
from mcp.server.websocket import websocket_server
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
mcp = FastMCP("x")
async def talk(socket):
    async with websocket_server(socket.scope, socket.receive, socket.send) as (read, write):
        await mcp._mcp_server.run(read, write, mcp._mcp_server.create_initialization_options())
app = Starlette(routes=[WebSocketRoute("/ws", talk), Mount("/", app=mcp.streamable_http_app())])
`;

it('leaves it to a person to take MCP over WebSocket away, which would be a way around the gate', async () => {
  const { edits } = await edited({ 'server.py': SERVER });
  const reason = 'server.py:7: it serves MCP over WebSocket, where no gate can be: remove it.';
  expect(edits).toMatchObject([{ kind: 'skip', reason }]);
});
