import type { IncomingMessage, RequestListener } from 'node:http';
import { createNodeGate, pathOf } from './node.ts';

/**
 * Wraps the listener of `createServer`: every request needs a token, except for paths that are named in `open`,
 * letter by letter. What is not known is not open.
 */
export function protectMcp(listener: RequestListener, { open = [] }: { open?: string[] } = {}): RequestListener {
  const gate = createNodeGate();
  const openPaths = new Set(open);
  return (req, res) => {
    if (gate.serveMetadata(req, res)) return;
    if (openPaths.has(pathOf(req)) && hasPlainHost(req)) {
      listener(req, res);
      return;
    }
    void gate.admit(req, res).then((isAdmitted) => {
      if (isAdmitted) listener(req, res);
    });
  };
}

/**
 * A listener that reads `http://${host}${req.url}` takes `Host: x/mcp?` for another path than ours. What clients and
 * proxies send is a host with a port at most, or a list of them.
 */
function hasPlainHost({ headers }: IncomingMessage): boolean {
  const sent = ['host', 'x-forwarded-host', 'x-forwarded-proto'].map((name) => String(headers[name] ?? ''));
  return sent.every((value) => /^[\w.:, [\]-]*$/.test(value));
}
