import type { ServerResponse } from 'node:http';
import { createNodeGate, type NodeGate, type NodeRequest } from './node.ts';

type Next = (error?: unknown) => void;

type Handler = (req: NodeRequest, res: ServerResponse, next: Next) => void;

/** A server of Skybridge: `McpServer` until version 1, `Skybridge` from version 2. */
interface Server {
  use(path: string, handler: Handler): unknown;
  run(): Promise<unknown>;
}

/** Where Skybridge puts its endpoint; nobody can tell it another place. */
const ENDPOINT = '/mcp';

/**
 * Protects the MCP endpoint of a server that has just been created: Skybridge adds its own when it starts, behind what
 * has been added before, and Express matches the path of both alike. Returns the server.
 */
export function protectMcp<T extends Server>(server: T): T {
  let made: NodeGate | undefined;
  const gate = (): NodeGate => (made ??= createNodeGate());
  server.use('/', (req, res, next) => {
    if (!gate().serveMetadata(req, res)) next();
  });
  server.use(ENDPOINT, badBody as never); // Express tells it by its four parameters
  server.use(ENDPOINT, (req, res, next) => {
    void gate()
      .admit(req, res)
      .then((isAdmitted) => {
        if (isAdmitted) next();
      });
  });
  const run = server.run.bind(server);
  server.run = () => {
    gate(); // an incomplete configuration stops the server at start, not its first user; a build has none
    return run();
  };
  return server;
}

/** Skybridge parses bodies before all else, and answers 500 when that fails. */
function badBody(error: { status?: number }, _req: NodeRequest, res: ServerResponse, next: Next): void {
  const { status = 500 } = error;
  if (status < 400 || status > 499) return next(error);
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32700, message: 'The body cannot be read' }, id: null }));
}
