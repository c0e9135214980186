import type { RequestListener } from 'node:http';
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
    if (openPaths.has(pathOf(req))) {
      listener(req, res);
      return;
    }
    void gate.admit(req, res).then((isAdmitted) => {
      if (isAdmitted) listener(req, res);
    });
  };
}
