import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { McpWire, type WireAnswer } from '../support/mcp-wire.ts';
import { copyOfFixture, discard, runAdd } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

/** What ChatGPT needs of a server for it: what each tool asks for, and the challenge in the result of a call. */
let issuer: TestIssuer;
let project: string;
let server: RunningServer;
let wire: McpWire;
let resource: string;

beforeAll(async () => {
  issuer = await startTestIssuer();
  project = copyOfFixture('apps-sdk');
  const port = await freePort();
  resource = `http://127.0.0.1:${port}/mcp`;
  const options = { provider: 'custom', issuer: issuer.issuer, provision: false, resource } as const;
  expect((await runAdd(project, { ...options, publicTools: ['search-tasks'] })).exit).toBe(0);
  server = await startProject(project, port);
  wire = new McpWire(resource);
});
afterAll(async () => {
  await server?.stop();
  await issuer.close();
  discard(project);
});

interface Message {
  result: {
    tools?: { name: string; securitySchemes?: object[]; _meta?: Record<string, unknown> }[];
    isError?: boolean;
    _meta?: { 'mcp/www_authenticate'?: string[] };
  };
}
const resultOf = ({ text }: WireAnswer): Message['result'] => (JSON.parse(text) as Message).result;

it('tells anybody what each tool needs, at the tool and in its _meta', async () => {
  const { tools = [] } = resultOf(await wire.post(undefined, { jsonrpc: '2.0', id: 1, method: 'tools/list' }));
  expect(Object.fromEntries(tools.map((tool) => [tool.name, tool.securitySchemes]))).toEqual({
    'search-tasks': [{ type: 'noauth' }],
    'create-task': [{ type: 'oauth2', scopes: ['write:tasks'] }],
    'delete-task': [{ type: 'oauth2', scopes: ['delete:tasks'] }],
    whoami: [{ type: 'oauth2', scopes: ['use:whoami'] }],
  });
  for (const { securitySchemes, _meta } of tools) expect(_meta).toMatchObject({ securitySchemes });
  expect(tools[2]?._meta).toHaveProperty('openai/outputTemplate');
});

it('serves the public tool, and asks for a login in the result of the others, beside the 401', async () => {
  expect((await wire.post(undefined, wire.call('search-tasks', { query: '' }))).status).toBe(200);
  const refused = await wire.post(undefined, wire.call('create-task', { title: 'x' }));
  expect(refused.status).toBe(401);
  expect(refused.challenge).not.toContain('error=');
  const { isError, _meta } = resultOf(refused);
  expect(isError).toBe(true);
  const [challenge] = _meta?.['mcp/www_authenticate'] ?? [];
  const { origin } = new URL(resource);
  expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+", /);
  expect(challenge).toContain(`resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`);
});
