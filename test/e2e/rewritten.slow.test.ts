import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { McpWire } from '../support/mcp-wire.ts';
import { bytesOf, copyOfFixture, discard, runAdd, runRemove } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

/** Fixtures that start as a process of their own. Next.js has a suite of its own in test/slow. */
const SERVERS = [
  { name: 'express5-sessions', framework: 'express' },
  { name: 'express-crlf-bom', framework: 'express' },
  { name: 'express-main', framework: 'express' },
  { name: 'express-router', framework: 'express' },
  { name: 'express-sdk-app', framework: 'express' },
  { name: 'apps-sdk', framework: 'express' },
  { name: 'express4-cjs', framework: 'express' },
  { name: 'sse-express', framework: 'express' },
  { name: 'node-http-ts', framework: 'node-http' },
  { name: 'node-http-cjs', framework: 'node-http' },
  { name: 'fastify-ts', framework: 'fastify' },
  { name: 'hono-sessions', framework: 'hono' },
  { name: 'hono-mcp-js', framework: 'hono' },
  { name: 'hono-subapp', framework: 'hono' },
  { name: 'fetch-default', framework: 'fetch' },
  { name: 'workers-agent', framework: 'workers' },
  { name: 'workers-handler', framework: 'workers' },
  { name: 'workers-hono', framework: 'hono-workers' },
  { name: 'fastmcp-ts', framework: 'fastmcp' },
  { name: 'sdk2-express', framework: 'express' },
  { name: 'sdk2-express-sessions', framework: 'express' },
  { name: 'sdk2-node-js', framework: 'node-http' },
  { name: 'sdk2-fastify', framework: 'fastify' },
  { name: 'sdk2-hono', framework: 'hono' },
  { name: 'sdk2-fetch', framework: 'fetch' },
  { name: 'nest-ts', framework: 'nest' },
  { name: 'nest-2', framework: 'nest' },
  { name: 'nest-fastify', framework: 'nest' },
  { name: 'express-json-rpc', framework: 'express' },
  { name: 'node-http-json-rpc', framework: 'node-http' },
  { name: 'hono-json-rpc', framework: 'hono' },
  { name: 'fetch-json-rpc', framework: 'fetch' },
];

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

describe.each(SERVERS)('$name', ({ name, framework }) => {
  let project: string;
  let before: Record<string, string>;
  let server: RunningServer;
  let resource: string;
  let wire: McpWire;
  const token = (...scopes: string[]): Promise<string> => issuer.token(resource, scopes);

  beforeAll(async () => {
    project = copyOfFixture(name);
    before = bytesOf(project);
    const port = await freePort();
    const preview = await runAdd(project, { dryRun: true });
    resource = `http://127.0.0.1:${port}${preview.json.project.endpoint}`;
    const first = await runAdd(project, { provider: 'custom', issuer: issuer.issuer, provision: false, resource });
    expect(first.exit).toBe(0);
    expect(first.json.project).toMatchObject({ framework, auth: 'none' });
    server = await startProject(project, port);
    wire = new McpWire(resource);
  });
  afterAll(async () => {
    await server?.stop();
    discard(project);
  });

  it('finds the tools', async () => {
    const { json } = await runAdd(project, { dryRun: true, provider: 'custom' });
    expect(json.project.auth).toBe('add-auth');
    expect(Object.keys(json.toolScopes).sort()).toEqual(['create-task', 'delete-task', 'search-tasks', 'whoami']);
  });

  it('answers 401 without a token, and says where to get one', async () => {
    const { status, challenge } = await wire.initialize(undefined);
    expect(status).toBe(401);
    const { origin, pathname } = new URL(resource);
    expect(challenge).toContain(`resource_metadata="${origin}/.well-known/oauth-protected-resource${pathname}"`);
    expect(challenge).toContain('scope="read:tasks"');
    expect(challenge).not.toContain('error=');
  });

  it.each(['path', 'root'])('serves its metadata at the %s', async (place) => {
    const { origin, pathname } = new URL(resource);
    const at = `${origin}/.well-known/oauth-protected-resource${place === 'path' ? pathname : ''}`;
    const response = await fetch(at);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({ resource, authorization_servers: [issuer.issuer] });
  });

  it('refuses a token of another audience', async () => {
    const foreign = await issuer.token('https://other.example/mcp', ['read:tasks']);
    const { status, challenge } = await wire.initialize(foreign);
    expect(status).toBe(401);
    expect(challenge).toContain('error="invalid_token"');
  });

  it('lets a tool be called with its scope, and tells it who calls', async () => {
    const mine = await issuer.token(resource, ['read:tasks', 'use:whoami'], { sub: 'alice' });
    const { status, text } = await wire.callTool(mine, 'whoami');
    expect(status).toBe(200);
    expect(text).toContain('alice');
    expect(text).toContain('use:whoami');
  });

  it('answers 403 with all scopes when one is missing', async () => {
    const { status, challenge, text } = await wire.callTool(await token('read:tasks'), 'delete-task', { id: '1' });
    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="read:tasks delete:tasks"');
    expect(JSON.parse(text)).toMatchObject({
      result: { isError: true, _meta: { 'mcp/www_authenticate': [expect.stringMatching(/^Bearer error=/)] } },
    });
  });

  it('also when the call hides in a batch', async () => {
    const batch = [wire.call('search-tasks', { query: 'x' }), wire.call('delete-task', { id: '1' })];
    expect((await wire.post(await token('read:tasks'), batch)).status).toBe(403);
  });

  it('answers a preflight', async () => {
    const answer = await wire.send('OPTIONS', undefined, undefined, {
      origin: 'http://localhost:6274',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('keeps the session of one user from another', async () => {
    const { session } = await wire.callTool(await token('read:tasks'), 'search-tasks', { query: '' });
    const id = session ?? 'made-up';
    const thief = await issuer.token(resource, ['read:tasks'], { sub: 'mallory' });
    const answer = await wire.post(thief, wire.call('search-tasks', { query: '' }), { 'mcp-session-id': id });
    expect(answer.status).toBe(404);
  });

  it('leaves one audit line for each decision, without the token', async () => {
    const secret = await issuer.token(resource, ['read:tasks'], { sub: 'audited' });
    await wire.callTool(secret, 'delete-task');
    const lines = (): string[] =>
      server
        .log()
        .split('\n')
        .filter((line) => line.includes('audited') && line.includes('delete-task'));
    await expect.poll(lines).toHaveLength(1);
    expect(JSON.parse(lines()[0]!)).toMatchObject({ decision: 'deny', client: 'test-client', tool: 'delete-task' });
    expect(server.log()).not.toContain(secret.split('.')[2]);
  });

  it('a second run changes nothing, and remove gives back every byte', async () => {
    const protectedBytes = bytesOf(project);
    const again = await runAdd(project, { provider: 'custom' });
    expect(again.json.changes).toEqual({ files: [], remote: [], install: [], env: [] });
    expect(bytesOf(project)).toEqual(protectedBytes);
    await server.stop();
    expect((await runRemove(project)).exit).toBe(0);
    expect(bytesOf(project)).toEqual(before);
  });
});
