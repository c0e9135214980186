import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { McpWire } from '../support/mcp-wire.ts';
import { copyOfFixture, discard, runAdd } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

/** Hosts of SDK 2, and whether tools are registered in a way that takes `scopeChallenge`. */
const SERVERS = [
  { name: 'sdk2-express', isNative: true },
  { name: 'sdk2-fastify', isNative: true },
  { name: 'sdk2-hono', isNative: true },
  { name: 'sdk2-fetch', isNative: true },
  { name: 'sdk2-node-js', isNative: false },
  { name: 'nest-2', isNative: false },
];

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A tool that asks for a scope by itself, as SDK 2 lets it. */
const NATIVE = `'whoami',
    {
      scopeChallenge: ({ authInfo }) =>
        authInfo?.scopes.includes('see:self') ? undefined : { scopes: ['read:tasks', 'see:self'] },`;

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

describe.each(SERVERS)('what SDK 2 brings itself, behind the gate: $name', ({ name, isNative }) => {
  let project: string;
  let server: RunningServer;
  let resource: string;
  let wire: McpWire;

  beforeAll(async () => {
    project = copyOfFixture(name);
    if (isNative) {
      const tasks = path.join(project, 'src/tasks.ts');
      writeFileSync(tasks, readFileSync(tasks, 'utf8').replace("'whoami', {", NATIVE));
    }
    const port = await freePort();
    resource = `http://127.0.0.1:${port}${(await runAdd(project, { dryRun: true })).json.project.endpoint}`;
    const { exit } = await runAdd(project, { provider: 'custom', issuer: issuer.issuer, provision: false, resource });
    expect(exit).toBe(0);
    server = await startProject(project, port);
    wire = new McpWire(resource);
  });
  afterAll(async () => {
    await server?.stop();
    discard(project);
  });

  const ask = async (scopes: string[], method: string, params: object = {}) =>
    wire.post(
      await issuer.token(resource, scopes),
      { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } },
      { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...('name' in params && { 'mcp-name': 'whoami' }) },
    );

  it('no cache may hand the list of tools to another caller', async () => {
    const { status, text } = await ask(['read:tasks'], 'tools/list');
    expect([status, text]).toEqual([200, expect.stringContaining('"cacheScope":"private"')]);
    expect(text).toContain('delete-task');
  });

  if (!isNative) return;
  it('a challenge of its own names our metadata, and is answered by a token with both', async () => {
    const call = (...scopes: string[]) =>
      ask(['read:tasks', ...scopes], 'tools/call', { name: 'whoami', arguments: {} });
    const { origin, pathname } = new URL(resource);
    const metadata = `resource_metadata="${origin}/.well-known/oauth-protected-resource${pathname}"`;
    const ours = await call('see:self');
    expect([ours.status, ours.challenge]).toEqual([
      403,
      expect.stringContaining('scope="read:tasks use:whoami see:self"'),
    ]);
    expect(ours.challenge).toContain(metadata);
    const native = await call('use:whoami');
    expect([native.status, native.challenge]).toEqual([403, expect.stringContaining('scope="read:tasks see:self"')]);
    expect(native.challenge).toContain(metadata);
    expect((await call('see:self', 'use:whoami')).status).toBe(200);
  });
});
