import type { ServerResponse } from 'node:http';
import { mcpHosts } from './environment.ts';
import { createNodeGate, type NodeRequest } from './node.ts';

export { mcpHosts };

type Next = (error?: unknown) => void;

/** An Express app, version 4 or 5. */
interface App {
  use(
    paths: string | (string | RegExp)[],
    handler: (req: NodeRequest, res: ServerResponse, next: Next) => void,
  ): unknown;
}

/**
 * Protects the MCP endpoints of an Express app. Call it right after the app is created: what is registered earlier runs
 * before the gate.
 */
export function protectMcp(app: App, paths: string[]): void {
  const gate = createNodeGate();
  app.use('/', (req, res, next) => {
    if (!gate.serveMetadata(req, res)) next();
  });
  const patterns = paths.filter((path) => path.includes(':'));
  const plain = paths.map((path) => (patterns.includes(path) ? path : everySpelling(path)));
  app.use([...plain, ...patterns.map(everySpelling)], (req, res, next) => {
    void gate.admit(req, res).then((isAdmitted) => {
      if (isAdmitted) next();
    });
  });
}

/**
 * Every spelling that leads to a path. A router inside the app may ignore case although the app does not, and Express 4
 * lets `/api//mcp` through to a router that is mounted at `/api`. More than `:name` is left to Express.
 */
function everySpelling(path: string): string | RegExp {
  if (!/^[\w/.~:-]+$/.test(path)) return path;
  // Both cases are written out: Express 4 forgets the flag `i` when the app minds case.
  const inAnyCase = (text: string): string =>
    text.startsWith(':') ? '[^/]+' : `[${text.toLowerCase()}${text.toUpperCase()}]`;
  const segments = path.split('/').filter(Boolean);
  const pattern = segments.map((segment) => `/+${segment.replace(/:\w+|[a-z.]/gi, inAnyCase)}`).join('');
  return new RegExp(`^${pattern}(?=/|$)`);
}
