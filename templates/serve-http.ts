import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const ENDPOINT = '/mcp';
const IDLE_MS = 30 * 60 * 1000;

/** A server object of the MCP SDK that is connected to nothing yet. */
interface NewServer {
  connect(transport: Transport): Promise<void>;
}

interface Session {
  transport: StreamableHTTPServerTransport;
  /** Ends a session that is not used any more. */
  idle: NodeJS.Timeout;
}

/** Serves MCP over Streamable HTTP. Every session has a server object of its own. */
export function serveHttp(createMcpServer: () => NewServer | Promise<NewServer>): void {
  const sessions = new Map<string, Session>();

  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, idle: setTimeout(() => void transport.close(), IDLE_MS).unref() });
      },
    });
    const server = await createMcpServer();
    await server.connect(transport as Transport);
    const { onclose } = transport;
    transport.onclose = () => {
      clearTimeout(sessions.get(transport.sessionId ?? '')?.idle);
      sessions.delete(transport.sessionId ?? '');
      onclose?.();
    };
    return transport;
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    if (pathname !== ENDPOINT) {
      res.writeHead(404).end();
      return;
    }
    const id = req.headers['mcp-session-id'];
    const session = sessions.get(String(id));
    if (!session && (id !== undefined || req.method !== 'POST')) {
      refuse(res, id === undefined ? 400 : 404);
      return;
    }
    session?.idle.refresh();
    const transport = session?.transport ?? (await openSession());
    await transport.handleRequest(req, res);
    // Only `initialize` opens a session.
    if (transport.sessionId === undefined) await transport.close();
  }

  const port = Number(process.env['PORT'] ?? 3000);
  const host = process.env['HOST'] ?? '127.0.0.1';
  const httpServer = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      console.error(error);
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });
  httpServer.listen(port, host, () => console.error(`MCP server at http://${host}:${port}${ENDPOINT}`));
}

function refuse(res: ServerResponse, status: number): void {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: 'No valid session' }, id: null }));
}
