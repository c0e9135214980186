import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';

/** Two tools, two scopes. */
const TOOL_SCOPES: Record<string, string> = { 'list-tasks': 'read:tasks', 'add-task': 'write:tasks' };

export interface ProtectedServer {
  url: string;
  /** Called once the issuer is known: the server needs its port before the authorization server starts. */
  trust(issuer: string): void;
  close(): Promise<void>;
}

/**
 * A protected MCP server written by hand on jose, so that the authorization server is not judged by our own gate.
 */
export async function startProtectedServer(host = '127.0.0.1'): Promise<ProtectedServer> {
  let issuer = '';
  let keys: ReturnType<typeof createRemoteJWKSet>;
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/mcp`;
  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/.well-known/oauth-protected-resource')) {
      response.setHeader('content-type', 'application/json');
      const body = { resource: url, authorization_servers: [issuer], scopes_supported: ['read:tasks'] };
      return void response.end(JSON.stringify(body));
    }
    const claims = await verify(request.headers.authorization);
    const challenge = `Bearer resource_metadata="${metadata}", scope=`;
    if (!claims) return refuse(response, 401, `${challenge}"read:tasks"`);
    if (request.method !== 'POST') return refuse(response, 405);
    const body = JSON.parse(await readText(request)) as { method?: string; params?: { name?: string } };
    const needed = body.method === 'tools/call' ? TOOL_SCOPES[body.params?.name ?? ''] : undefined;
    const granted = String(claims['scope'] ?? '').split(' ');
    if (needed !== undefined && !granted.includes(needed)) {
      const scope = [...new Set([...granted, needed])].join(' ');
      return refuse(response, 403, `${challenge}"${scope}", error="insufficient_scope"`);
    }
    await serve(request, response, body, claims);
  }

  async function verify(header = ''): Promise<JWTPayload | undefined> {
    const options = { issuer, audience: url, algorithms: ['RS256'], requiredClaims: ['exp', 'sub'], typ: 'at+jwt' };
    const verified = await jwtVerify(header.replace(/^Bearer /, ''), keys, options).catch(() => undefined);
    return verified?.payload;
  }

  return {
    url,
    trust(newIssuer) {
      issuer = newIssuer;
      keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  claims: JWTPayload,
): Promise<void> {
  const mcp = new McpServer({ name: 'tasks', version: '1.0.0' });
  for (const name of Object.keys(TOOL_SCOPES)) {
    mcp.registerTool(name, {}, () => ({ content: [{ type: 'text', text: `${name} for ${claims.sub}` }] }));
  }
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  await mcp.connect(transport as never);
  await transport.handleRequest(request, response, body);
}

function refuse(response: ServerResponse, status: number, challenge?: string): void {
  response.writeHead(status, challenge === undefined ? {} : { 'www-authenticate': challenge }).end();
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
