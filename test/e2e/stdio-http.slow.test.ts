import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/built.ts';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { McpWire } from '../support/mcp-wire.ts';
import { bytesOf, copyOfFixture, discard, runAdd, runRemove } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const SERVERS = [
  { name: 'stdio-ts', program: 'src/index.ts' },
  { name: 'stdio-js-main', program: 'index.js' },
  { name: 'stdio-cjs', program: 'server.js' },
  { name: 'stdio-class', program: 'src/index.ts' },
  { name: 'stdio-factory', program: 'src/index.ts' },
];

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

/** What a client of stdio gets to see. */
async function overStdio(project: string, program: string): Promise<object> {
  const loader = path.join(ROOT, 'node_modules/tsx/dist/loader.mjs');
  const client = new Client({ name: 'test', version: '1.0.0' });
  const args = ['--import', loader, program];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: project, stderr: 'ignore' }));
  const seen = {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    tools: await client.listTools(),
    found: await client.callTool({ name: 'search-tasks', arguments: { query: 'plants' } }),
    user: await client.callTool({ name: 'whoami', arguments: {} }),
  };
  await client.close();
  return seen;
}

/** The command of `start:http`, without the variable that it may set. */
async function startHttp(project: string, port: number): Promise<RunningServer> {
  const file = path.join(project, 'package.json');
  const text = readFileSync(file, 'utf8');
  const manifest = JSON.parse(text) as { scripts: Record<string, string> };
  const [first = '', ...rest] = (manifest.scripts['start:http'] ?? '').split(' ');
  const [name, value] = first.split('=');
  const start = value === undefined ? [first, ...rest].join(' ') : rest.join(' ');
  writeFileSync(file, JSON.stringify({ ...manifest, scripts: { start } }));
  try {
    return await startProject(project, port, value === undefined ? {} : { [name!]: value });
  } finally {
    writeFileSync(file, text);
  }
}

describe.each(SERVERS)('$name', ({ name, program }) => {
  let project: string;
  let before: object;
  let bytes: Record<string, string>;
  let server: RunningServer;
  let wire: McpWire;

  beforeAll(async () => {
    project = copyOfFixture(name);
    before = await overStdio(project, program);
    bytes = bytesOf(project);
    const port = await freePort();
    const resource = `http://127.0.0.1:${port}/mcp`;
    const { exit, json } = await runAdd(project, {
      addHttp: true,
      provider: 'custom',
      issuer: issuer.issuer,
      provision: false,
      resource,
      toolScopes: { whoami: ['read:tasks'] },
    });
    expect([exit, json.project.framework, json.project.transports]).toEqual([
      0,
      'node-http',
      ['streamable-http', 'stdio'],
    ]);
    server = await startHttp(project, port);
    wire = new McpWire(resource);
  });
  afterAll(async () => {
    await server?.stop();
    discard(project);
  });

  const token = (sub: string, ...scopes: string[]): Promise<string> => issuer.token(wire.url, scopes, { sub });

  it('answers over stdio what it answered before', async () => {
    expect(await overStdio(project, program)).toEqual(before);
  });

  it('asks for a token over HTTP, on every path', async () => {
    expect((await wire.initialize(undefined)).status).toBe(401);
    const elsewhere = await fetch(new URL('/anything', wire.url), { method: 'POST', body: '{}' });
    expect(elsewhere.status).toBe(401);
  });

  it('answers with a token, and tells a tool who calls', async () => {
    const { status, text } = await wire.callTool(await token('alice', 'read:tasks'), 'whoami');
    expect(status).toBe(200);
    expect(text).toContain('alice');
  });

  it('refuses a tool whose scope is missing', async () => {
    const { status, challenge } = await wire.callTool(await token('alice', 'read:tasks'), 'delete-task', { id: '1' });
    expect(status).toBe(403);
    expect(challenge).toContain('delete:tasks');
  });

  it('has a server of its own for each of many users at once', async () => {
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    const answers = await Promise.all(
      users.map(async (user) => (await wire.callTool(await token(user, 'read:tasks'), 'whoami')).text),
    );
    answers.forEach((text, index) => expect(text).toMatch(new RegExp(`\\buser-${index}\\b`)));
    const sessions = await Promise.all(
      users.map(async (user) => (await wire.callTool(await token(user, 'read:tasks'), 'whoami')).session),
    );
    expect(new Set(sessions).size).toBe(users.length);
  });

  it('closes a session that its client ends, and lets nobody else in', async () => {
    const mine = await token('alice', 'read:tasks');
    const { session } = await wire.callTool(mine, 'whoami');
    const id = { 'mcp-session-id': session ?? '' };
    expect((await wire.send('DELETE', await token('bob', 'read:tasks'), undefined, id)).status).toBe(404);
    expect((await wire.send('DELETE', mine, undefined, id)).status).toBe(200);
    expect((await wire.post(mine, wire.call('whoami'), id)).status).toBe(404);
  });

  it('answers what opens no session, and what is no request of MCP', async () => {
    const mine = await token('alice', 'read:tasks');
    expect((await wire.post(mine, wire.call('whoami'))).status).toBe(400);
    expect((await wire.send('GET', mine)).status).toBe(400);
    expect((await wire.send('PUT', mine)).status).toBe(405);
  });

  it('changes nothing in a second run, and remove gives back every byte', async () => {
    const again = await runAdd(project, { addHttp: true, provider: 'custom', provision: false });
    expect(again.json.changes).toEqual({ files: [], remote: [], install: [], env: [] });
    await server.stop();
    expect((await runRemove(project)).exit).toBe(0);
    expect(bytesOf(project)).toEqual(bytes);
  });
});
