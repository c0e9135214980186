import { describe, expect, it } from 'vitest';
import { CliError } from '../../../../src/errors.ts';
import { detected, rewritten, type Files } from './support.ts';

const SDK = 'from mcp.server.fastmcp import FastMCP\n';

async function refused(files: Files, versions: Record<string, string> = {}): Promise<CliError> {
  const error: unknown = await detected(files, { versions }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CliError)) throw new Error('It was not refused.');
  return error;
}

describe('Python projects that are left alone', () => {
  it('has no server: constructors in comments and strings are none', async () => {
    const { code } = await refused({ 'a.py': `${SDK}# mcp = FastMCP("x")\ntext = 'FastMCP("x")'\n` });
    expect(code).toBe('not-an-mcp-project');
  });

  it('has no server: a template of a code generator is no broken server', async () => {
    const { code } = await refused({
      'a.py': 'import backend_mcp\n',
      'templates/r.py': 'from backend_mcp import {name}\n',
    });
    expect(code).toBe('not-an-mcp-project');
  });

  it('is made with another framework, which is named with its place', async () => {
    const { code, message } = await refused({
      'a.py': '# api\nfrom fastapi_mcp import FastApiMCP\nFastApiMCP(app).mount()\n',
    });
    expect([code, message]).toEqual(['unsupported-shape', expect.stringContaining('fastapi_mcp (a.py:2)')]);
  });

  it('is on a version that is too old, with the command of each package manager', async () => {
    const { fix } = await refused({ 'a.py': `${SDK}mcp = FastMCP("x")\nmcp.run("sse")\n` }, { mcp: '1.12.0' });
    for (const command of ['pip install', 'uv add', 'poetry add']) expect(fix).toContain(`${command} "mcp>=1.13.0"`);
  });

  it.each([
    [`${SDK}mcp = FastMCP("x")\nmcp.run()\n`, 'mcp.run()', 'mcp.run(transport="streamable-http")'],
    [
      'from fastmcp import FastMCP\nm = FastMCP("x")\nm.run("stdio")  # local\n',
      'm.run("stdio")  # local',
      'm.run(transport="http")  # local',
    ],
    [
      `${SDK}mcp = FastMCP("x")\nasync def main():\n    await mcp.run_stdio_async()\n`,
      '    await mcp.run_stdio_async()',
      '    await mcp.run_streamable_http_async()',
    ],
    [
      'import anyio\nfrom fastmcp import FastMCP\nm = FastMCP("x")\nanyio.run(m.run_stdio_async)\n',
      'anyio.run(m.run_stdio_async)',
      'anyio.run(m.run_http_async)',
    ],
  ])('speaks stdio only, by one call, of which the line for HTTP is shown: %j', async (text, before, after) => {
    const { code, fix, manual } = await refused({ 'server.py': text });
    expect([code, manual[0]?.snippet]).toEqual(['stdio-only', `-${before}\n+${after}`]);
    expect(fix).toMatch(/^Change server\.py:\d to ".*", then run add-auth again\.$/);
  });

  it.each([
    `${SDK}mcp = FastMCP("x", auth=settings, token_verifier=V())\nmcp.run("sse")\n`,
    'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.auth = provider\nmcp.run(transport="http")\n',
    'from fastapps import WidgetMCPServer\nserver = WidgetMCPServer(name="x", widgets=[], auth_issuer_url="https://i")\napp = server.get_app()\n',
    `${SDK}mcp = FastMCP("x")\n@mcp.custom_route("/.well-known/oauth-protected-resource", methods=["GET"])\nasync def meta(request): ...\nmcp.run("sse")\n`,
    `${SDK}mcp = FastMCP("x")\nasync def check(request):\n    if not request.headers.get("Authorization"):\n        return JSONResponse({}, status_code=401)\nmcp.run("sse")\n`,
  ])('authenticates already: %j', async (text) => {
    expect((await refused({ 'server.py': text })).code).toBe('already-protected');
  });

  it('takes auth=None for what it is', async () => {
    const { detection } = await detected({ 'server.py': `${SDK}mcp = FastMCP("x", auth=None)\nmcp.run("sse")\n` });
    expect(detection.auth).toBe('none');
  });

  it('names the files where several could be meant', async () => {
    const text = `${SDK}mcp = FastMCP("x")\nmcp.run("sse")\n`;
    const { code, fix } = await refused({ 'one.py': text, 'two.py': text });
    expect([code, fix]).toEqual(['ambiguous-entry', 'Say which one: --entry one.py or --entry two.py']);
  });

  it('names the line that is no Python', async () => {
    const { code, message } = await refused({ 'server.py': `${SDK}mcp = FastMCP("x"\n\ndef (:\n` });
    expect(code).toBe('unparsable-source');
    expect(message).toContain('server.py:');
  });

  it('wants the SDK that the code is written for', async () => {
    const files = { 'server.py': `${SDK}mcp = FastMCP("x")\nmcp.run("sse")\n` };
    expect((await refused(files, { mcp: '2.3.0' })).code).toBe('unsupported-version');
    expect((await refused(files, { mcp: '1.9.4' })).code).toBe('unsupported-version');
    expect((await detected(files, { versions: { mcp: '>=1.2.0' } })).stack).toBe('mcp1');
  });

  it('survives modules that import each other', async () => {
    const found = await detected({
      'a.py': `from b import y\n${SDK}mcp = FastMCP("x")\nmcp.run("sse")\n`,
      'b.py': 'from c import y\n',
      'c.py': 'from b import y\n',
    });
    expect(found.detection.entry).toBe('a.py');
  });
});

describe('shapes of the constructor', () => {
  it('wraps a server that is returned', async () => {
    const text = `${SDK}\ndef make():\n    return FastMCP("x")\n\nmake().run(transport="streamable-http")\n`;
    expect(await rewritten(text)).toContain('    return protect_mcp(FastMCP("x"))\n');
  });

  it('wraps a server that shares its line', async () => {
    const text = `${SDK}mcp = FastMCP("x"); mcp.run("sse")\n`;
    expect(await rewritten(text)).toContain('mcp = protect_mcp(FastMCP("x")); mcp.run("sse")\n');
  });

  it('imports after docstring and __future__', async () => {
    const text = `"""Doc."""\nfrom __future__ import annotations\n${SDK}mcp = FastMCP("x")\nmcp.run("sse")\n`;
    expect(await rewritten(text)).toBe(
      `"""Doc."""\nfrom __future__ import annotations\n${SDK}\nfrom mcp_auth import protect_mcp\nmcp = FastMCP("x")\nprotect_mcp(mcp)\nmcp.run("sse")\n`,
    );
  });
});
