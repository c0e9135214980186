import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';

/** A server with three tools, one of which says who calls. */
export function makeServer(): McpServer {
  const server = new McpServer({ name: 'tasks', version: '1.0.0' });
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
  server.registerTool('whoami', {}, (extra) => text(JSON.stringify(extra.authInfo?.extra ?? null)));
  server.registerTool('search', {}, () => text('found'));
  server.registerTool('wipe', {}, () => text('wiped'));
  return server;
}

type NodeTransport = StreamableHTTPServerTransport;
type Handle = (req: IncomingMessage & { auth?: AuthInfo }, res: ServerResponse, body?: unknown) => Promise<void>;

/** The Node transport with sessions, as servers have it in a request handler. */
export function nodeHandler(): Handle {
  const transports = new Map<string, NodeTransport>();
  return async (req, res, body) => {
    const id = req.headers['mcp-session-id']?.toString();
    let transport = id === undefined ? undefined : transports.get(id);
    if (!transport) {
      const created: NodeTransport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void transports.set(session, created),
        enableJsonResponse: true,
      });
      transport = created;
      await makeServer().connect(transport as never);
    }
    await transport.handleRequest(req, res, body);
  };
}

/** The same for Fetch hosts. */
export function fetchHandler(): (request: Request, options?: { authInfo?: AuthInfo }) => Promise<Response> {
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  return async (request, options) => {
    const id = request.headers.get('mcp-session-id') ?? undefined;
    let transport = id === undefined ? undefined : transports.get(id);
    if (!transport) {
      const created: WebStandardStreamableHTTPServerTransport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void transports.set(session, created),
        enableJsonResponse: true,
      });
      transport = created;
      await makeServer().connect(transport as never);
    }
    return transport.handleRequest(request, options);
  };
}
