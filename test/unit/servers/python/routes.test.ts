import { describe, expect, it } from 'vitest';
import { detected, edited, rewritten, type Files } from './support.ts';

const LOW = `from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount, Router
from fastapi import APIRouter, FastAPI, Request
server = Server("x")
manager = StreamableHTTPSessionManager(app=server)
`;
const FAST = 'from fastapi import FastAPI\nfrom fastmcp import FastMCP\nmcp = FastMCP("x")\n';

/** The lines with hooks that a run puts into the files, without the imports. */
async function hooks(text: string, more: Files = {}): Promise<string[]> {
  const { edits } = await edited({ 'server.py': text, ...more });
  return edits.flatMap((edit) => {
    if (edit.kind !== 'modify') return [`${edit.kind}: ${edit.kind === 'skip' ? edit.reason : ''}`];
    return edit.after.split('\n').filter((line) => line.includes('protect_') && !line.includes(' import '));
  });
}

describe('routes to a session manager', () => {
  it.each([
    ['app = Starlette(routes=[Mount("/mcp", app=manager.handle_request)])', '/mcp'],
    [
      'inner = [Mount("/mcp", app=manager.handle_request)]\napp = Starlette(routes=[Mount("/v1", routes=inner)])',
      '/v1/mcp',
    ],
    [
      'router = Router(routes=[Mount("/mcp", app=manager.handle_request)])\napp = Starlette(routes=[Mount("/v1", app=router)])',
      '/v1/mcp',
    ],
    [
      'def routes(prefix):\n    return [Mount(prefix + "/mcp", app=manager.handle_request)]\napp = Starlette(routes=routes("/v3"))',
      '/v3/mcp',
    ],
    [
      'router = APIRouter(prefix="/v1")\n@router.post("/mcp")\nasync def mcp(request: Request):\n    await manager.handle_request(request.scope, request.receive, request._send)\napp = FastAPI()\napp.include_router(router, prefix="/api")',
      '/api/v1/mcp',
    ],
    [
      'app = FastAPI()\napp.mount("/mcp", lambda scope, receive, send: manager.handle_request(scope, receive, send))',
      '/mcp',
    ],
    ['app = FastAPI()\napp.router.routes.append(Mount("/mcp", app=manager.handle_request))', '/mcp'],
  ])('are followed to the path that clients dial: %j', async (text, path) => {
    expect(await hooks(`${LOW}${text}\n`)).toEqual(['protect_mcp(manager)', `protect_app(app, ["${path}"])`]);
  });

  it('are followed from the file that makes the list to the one that uses it', async () => {
    const routes = `${LOW}ROUTES = [Mount("/mcp", app=manager.handle_request)]\n`;
    const app =
      'from routes import ROUTES\nfrom starlette.applications import Starlette\nfrom starlette.routing import Mount\napp = Starlette(routes=[Mount("/a", routes=ROUTES)])\n';
    expect(await hooks(app, { 'routes.py': routes })).toEqual(['protect_mcp(manager)', 'protect_app(app, ["/a/mcp"])']);
  });

  it('are left to a person where the path is not written down', async () => {
    const text = `${LOW}import os\ninner = Starlette(routes=[Mount("/mcp", app=manager.handle_request)])\napp = FastAPI()\napp.mount(os.environ["PREFIX"], inner)\n`;
    expect(await hooks(text)).toEqual(['skip: server.py:11: the path of this application is not written down.']);
  });

  it('get the hook also where the manager serves a FastMCP from inside', async () => {
    const text = `from mcp.server.fastmcp import FastMCP
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount
mcp = FastMCP("x")
manager = StreamableHTTPSessionManager(app=mcp._mcp_server)
app = Starlette(routes=[Mount("/mcp", app=manager.handle_request)])
`;
    const expected = ['protect_mcp(mcp)', 'protect_mcp(manager)', 'protect_app(app, ["/mcp"])'];
    expect(await hooks(text)).toEqual(expected);
  });
});

describe('the session manager that a server keeps', () => {
  it.each(['handle_request', 'asgi_app'])('is followed to where its %s is mounted', async (method) => {
    const text = `from mcp.server import MCPServer\nfrom fastapi import FastAPI\nmcp = MCPServer("x")\nmcp.streamable_http_app()\napp = FastAPI()\napp.mount("/mcp", mcp.session_manager.${method})\n`;
    expect(await hooks(text)).toEqual(['protect_mcp(mcp)', 'protect_app(app, ["/mcp"])']);
  });
});

describe('routes of an application that a server made', () => {
  it.each([
    ['a = mcp.http_app()\napp = FastAPI(lifespan=a.lifespan)\napp.router.routes.extend(a.routes)', '/mcp'],
    ['a = mcp.http_app()\napp = FastAPI()\nfor route in a.routes:\n    app.router.routes.append(route)', '/mcp'],
    ['a = mcp.http_app(path="/")\napp = FastAPI()\napp.mount("/llm", a.router)', '/llm'],
    ['a = mcp.http_app()\napp = FastAPI()\napp.router.routes.extend(a.router.routes)', '/mcp'],
    ['a = mcp.http_app()\napp = FastAPI(lifespan=a.router.lifespan_context)\napp.mount("/v1", a)', '/v1/mcp'],
  ])('are protected in the application that they are moved to: %j', async (text, path) => {
    expect(await hooks(`${FAST}${text}\n`)).toEqual(['protect_mcp(mcp)', `protect_app(app, ["${path}"])`]);
  });

  it('stay where they are when others are added to them', async () => {
    const text = `${FAST}from starlette.routing import Route\napp = mcp.http_app()\napp.router.routes.append(Route("/health", health))\n`;
    expect(await hooks(text)).toEqual(['protect_mcp(mcp)']);
  });

  it('are protected where a function of fastmcp makes it past the server', async () => {
    const text = `${FAST}from fastmcp.server.http import create_streamable_http_app\napp = create_streamable_http_app(mcp, "/tools")\n`;
    expect(await hooks(text)).toEqual(['protect_mcp(mcp)', 'protect_app(app, ["/tools"])']);
  });
});

describe('several servers', () => {
  it('of a dictionary are all mounted in a loop', async () => {
    const text =
      'from mcp.server.fastmcp import FastMCP\nfrom fastapi import FastAPI\nALL = {"a": FastMCP("a"), "b": FastMCP("b")}\napp = FastAPI()\nfor name, server in ALL.items():\n    app.mount(f"/{name}", server.streamable_http_app())\n';
    expect(await hooks(text)).toEqual([
      'ALL = {"a": protect_mcp(FastMCP("a")), "b": protect_mcp(FastMCP("b"))}',
      'protect_app(app, ["/a/mcp", "/b/mcp"])',
    ]);
  });

  it('can be assigned at once', async () => {
    const text =
      'from fastmcp import FastMCP\nfrom fastapi import FastAPI\na, b = FastMCP("a"), FastMCP("b")\napp = FastAPI()\napp.mount("/a", a.http_app())\napp.mount("/b", b.http_app())\n';
    expect(await hooks(text)).toEqual([
      'a, b = protect_mcp(FastMCP("a")), protect_mcp(FastMCP("b"))',
      'protect_app(app, ["/a/mcp", "/b/mcp"])',
    ]);
  });

  it('are protected also where one that is mounted runs alone, too', async () => {
    const sub = 'from fastmcp import FastMCP\nsub = FastMCP("sub")\n@sub.tool\ndef ping(): ...\n';
    const main =
      'from fastmcp import FastMCP\nfrom sub import sub\nmain = FastMCP("main")\nmain.mount(sub, "s")\nmain.run(transport="http")\n';
    expect(await hooks(main, { 'sub.py': sub })).toEqual(['protect_mcp(main)']);
    const alone = `${sub}if __name__ == "__main__":\n    sub.run(transport="http")\n`;
    expect(await hooks(main, { 'sub.py': alone })).toEqual(['protect_mcp(main)', 'protect_mcp(sub)']);
    const { detection } = await detected({ 'server.py': main, 'sub.py': alone });
    expect(detection.tools.map(({ name }) => name).sort()).toEqual(['ping', 's_ping']);
  });
});

describe('a server of whichever package is there', () => {
  const text =
    'try:\n    from mcp.server.fastmcp import FastMCP\nexcept ImportError:\n    from mcp.server import MCPServer as FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="streamable-http")\n';

  it.each([
    ['1.30.0', 'mcp1'],
    ['2.3.0', 'mcp2'],
  ])('is that of mcp %s', async (mcp, stack) => {
    expect((await detected({ 'server.py': text }, { versions: { mcp } })).stack).toBe(stack);
  });

  it('is that of the SDK where fastmcp is tried, but not installed', async () => {
    const tried = text.replace('from mcp.server import MCPServer as FastMCP', 'from fastmcp import FastMCP');
    const other = `try:\n    from fastmcp import FastMCP\nexcept ImportError:\n    from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run("sse")\n`;
    expect((await detected({ 'server.py': other }, { versions: { mcp: '1.30.0' } })).stack).toBe('mcp1');
    expect((await detected({ 'server.py': tried }, { versions: { mcp: '1.30.0', fastmcp: '3.4.0' } })).stack).toBe(
      'mcp1',
    );
  });

  it('is wrapped once', async () => {
    expect(await rewritten(text)).toContain('mcp = FastMCP("x")\nprotect_mcp(mcp)\n');
  });
});

describe('the server inside another', () => {
  it.each([
    'mcp._mcp_server.run(read, write, options())',
    'inner.run(read, write, options())',
    'inner.run(read, write, initialization_options=options())',
  ])('is reached where its transport is served, not where %s of the outer one would be', async (run) => {
    const text = `from mcp.server.fastmcp import FastMCP
from mcp.server.sse import SseServerTransport
from starlette.applications import Starlette
from starlette.routing import Mount, Route
mcp = FastMCP("x")
inner = mcp._mcp_server
sse = SseServerTransport("/messages/")
async def handle_sse(request):
    async with sse.connect_sse(request.scope, request.receive, request._send) as (read, write):
        await ${run}
app = Starlette(routes=[Route("/sse", endpoint=handle_sse), Mount("/messages/", app=sse.handle_post_message)])
`;
    const { detection } = await detected({ 'server.py': text });
    expect([detection.transports, detection.endpoint]).toEqual([['sse'], '/sse']);
  });
});

describe('values that come from callers', () => {
  it('are read once each, however many callers hand them on', async () => {
    const steps = Array.from({ length: 14 }, (_, n) => `def f${n + 1}(t):\n${`    f${n}(t)\n`.repeat(8)}`).join('');
    const text = `${FAST}def f0(t):\n    mcp.run(transport=t)\n${steps}f14("sse")\n`;
    expect((await detected({ 'server.py': text })).detection.transports).toEqual(['sse']);
  });

  it('may come round in a circle', async () => {
    const text = `${FAST}def a(t):\n    b(t)\n    mcp.run(transport=t)\ndef b(t):\n    a(t)\na("sse")\n`;
    expect((await detected({ 'server.py': text })).detection.transports).toContain('sse');
  });
});
