import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpServer as McpServer2, Server as Server2 } from '@modelcontextprotocol/server';
import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: { search: ['tasks:read'], ping: [] },
  PUBLIC_TOOLS: ['status'],
  BASE_SCOPES: [],
  SCOPE_IMPLIES: {},
}));

const INFO = { name: 'a', version: '1' };
const SIGN_IN = [{ type: 'oauth2', scopes: ['tasks:read'] }];
const result = () => ({ content: [] });

type Announce = (typeof import('../../../templates/announce.ts'))['announceScopes'];
let announceScopes: Announce;

beforeEach(async () => {
  vi.resetModules();
  vi.stubEnv('MCP_AUTH_ISSUER', 'https://as.example');
  vi.stubEnv('MCP_AUTH_AUDIENCE', 'https://api.example/mcp');
  vi.stubEnv('MCP_RESOURCE_URL', 'https://api.example/mcp');
  ({ announceScopes } = await import('../../../templates/announce.ts'));
  return () => void vi.unstubAllEnvs();
});

interface List {
  tools: { name: string }[];
}

/** What a server answers to `tools/list`, as it goes over the wire, by the name of the tool. */
async function listed(server: { connect(transport: never): Promise<void> }): Promise<Record<string, object>> {
  const sent: { id?: number; result?: List }[] = [];
  const wire = {
    onmessage: undefined as ((message: object) => void) | undefined,
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    send: (message: object) => Promise.resolve(void sent.push(message)),
  };
  await server.connect(wire as never);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
  wire.onmessage?.({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  wire.onmessage?.({ jsonrpc: '2.0', method: 'notifications/initialized' });
  wire.onmessage?.({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  const answer = await vi.waitUntil(() => sent.find(({ id }) => id === 2));
  const tools = answer.result?.tools ?? [];
  return Object.fromEntries(tools.map(({ name, ...tool }) => [name, tool]));
}

describe.each([
  ['McpServer 1', () => new McpServer(INFO)],
  ['McpServer 1 that has its handlers from the start', () => new McpServer(INFO, { capabilities: { tools: {} } })],
  ['McpServer 2', () => new McpServer2(INFO)],
])('%s', (_name, make: () => McpServer | McpServer2) => {
  const server = (): McpServer => make() as McpServer;

  it('says of each tool what it needs, at the tool and in its _meta', async () => {
    const made = server();
    made.registerTool('search', { _meta: { 'openai/outputTemplate': 'ui://a' } }, result);
    made.registerTool('ping', {}, result);
    made.registerTool('status', {}, result);
    expect(announceScopes(made)).toBe(made);
    expect(await listed(made)).toMatchObject({
      search: { securitySchemes: SIGN_IN, _meta: { securitySchemes: SIGN_IN, 'openai/outputTemplate': 'ui://a' } },
      ping: { securitySchemes: [{ type: 'oauth2' }], _meta: { securitySchemes: [{ type: 'oauth2' }] } },
      status: { securitySchemes: [{ type: 'noauth' }], _meta: { securitySchemes: [{ type: 'noauth' }] } },
    });
  });

  it('also of tools that come later, and nothing of one that nobody may call', async () => {
    const made = announceScopes(server());
    made.registerTool('search', {}, result);
    made.registerTool('unknown', {}, result);
    const { search, unknown } = await listed(made);
    expect(search).toMatchObject({ securitySchemes: SIGN_IN });
    expect(unknown).not.toHaveProperty('securitySchemes');
  });

  it('keeps what a tool says itself, and says it in both places', async () => {
    const made = announceScopes(server());
    const own = [{ type: 'noauth' }, { type: 'oauth2', scopes: ['mine'] }];
    made.registerTool('search', { _meta: { securitySchemes: own } }, result);
    expect(await listed(made)).toMatchObject({ search: { securitySchemes: own, _meta: { securitySchemes: own } } });
  });

  it('says nothing where the server is not configured, as over stdio', async () => {
    vi.stubEnv('MCP_AUTH_ISSUER', '');
    const made = announceScopes(server());
    made.registerTool('search', {}, result);
    expect((await listed(made))['search']).not.toHaveProperty('securitySchemes');
  });
});

const TOOLS = { tools: [{ name: 'search', inputSchema: { type: 'object' as const } }] };

it('a low-level server of either version says it, too', async () => {
  const first = new Server(INFO, { capabilities: { tools: {} } });
  first.setRequestHandler(ListToolsRequestSchema, () => TOOLS);
  const second = new Server2(INFO, { capabilities: { tools: {} } });
  second.setRequestHandler('tools/list', () => TOOLS);
  for (const server of [announceScopes(first), announceScopes(second)]) {
    expect(await listed(server)).toMatchObject({ search: { securitySchemes: SIGN_IN } });
  }
});

it('names scopes as clients ask for them', async () => {
  vi.stubEnv('MCP_AUTH_SCOPE_PREFIX', 'https://api.example/');
  const server = new McpServer(INFO);
  server.registerTool('search', {}, result);
  const scopes = ['https://api.example/tasks:read'];
  expect(await listed(announceScopes(server))).toMatchObject({
    search: { securitySchemes: [{ type: 'oauth2', scopes }] },
  });
});
