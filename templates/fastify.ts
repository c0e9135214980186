import type { ServerResponse } from 'node:http';
import { mcpHosts } from './environment.ts';
import { createNodeGate, pathOf, type NodeRequest } from './node.ts';

export { mcpHosts };

interface Request {
  raw: NodeRequest;
  routeOptions: { url?: string | undefined };
}
interface Reply {
  raw: ServerResponse;
  hijack(): unknown;
}

/** A Fastify instance. */
interface App {
  addHook(name: 'onRequest', hook: (request: Request, reply: Reply) => Promise<unknown>): unknown;
}

/**
 * Protects the MCP endpoints of a Fastify app. Call it right after the app is created. The hook looks at the route that
 * Fastify has chosen, so no other spelling of the path leads around it.
 */
export function protectMcp(app: App, paths: string[]): void {
  const gate = createNodeGate();
  const isProtected = (url = ''): boolean => paths.some((path) => url === path || url.startsWith(`${path}/`));
  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    // What is answered here must not be answered by Fastify, too.
    if (gate.serveMetadata(raw, reply.raw)) return reply.hijack();
    // OPTIONS has a route only if the application made one, and often one for all paths.
    const isPreflight = raw.method === 'OPTIONS' && isProtected(pathOf(raw));
    if (!isPreflight && !isProtected(routeOptions.url)) return undefined;
    return (await gate.admit(raw, reply.raw)) ? undefined : reply.hijack();
  });
}
