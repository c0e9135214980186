import type { ServerResponse } from 'node:http';
import { metadataAnswer } from './answers.ts';
import { loadConfig } from './config.ts';
import { createNodeGate, type NodeGate, type NodeRequest } from './node.ts';

/** Made at the first request, not when the module is loaded: a build has no configuration and needs none. */
let made: NodeGate | undefined;

/** Wraps a handler `(req, res)` that the host finds by the name of its file: it is called for what the gate lets through. */
export function protectMcp<Req extends NodeRequest, Res extends ServerResponse>(
  handler: (req: Req, res: Res) => unknown,
): (req: Req, res: Res) => Promise<unknown> {
  return async (req, res) => {
    made ??= createNodeGate();
    return (await made.admit(req, res)) ? handler(req, res) : undefined;
  };
}

/** Answers requests for the protected resource metadata: GET, HEAD and OPTIONS. */
export function metadata(request: Request): Response {
  const { status, headers, body } = metadataAnswer(loadConfig(), request.method);
  return new Response(body ?? null, { status, headers });
}
