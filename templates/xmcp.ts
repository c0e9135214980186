import type { ServerResponse } from 'node:http';
import { caller } from './caller.ts';
import { createNodeGate, type NodeRequest } from './node.ts';

type Handler = (req: NodeRequest, res: ServerResponse, next: () => void) => Promise<void>;

/**
 * The first of the functions that `src/middleware.ts` exports: xmcp runs them before its endpoint, on every path but its
 * home page, `/health` and what it tells about itself under `/.well-known`.
 */
export function protectMcp(): Handler {
  // Not at once: builds of xmcp for other hosts go on without middleware that fails while it is loaded.
  const made = Promise.resolve().then(createNodeGate);
  return async (req, res, next) => {
    const gate = await made;
    // From version 0.6 on tools are handed `req.auth` as well.
    if (!gate.serveMetadata(req, res) && (await gate.admit(req, res))) caller.run(req.auth, next);
  };
}
