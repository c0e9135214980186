import type { ServerResponse } from 'node:http';
import { loadConfig } from './config.ts';
import { createNodeGate, type NodeRequest } from './node.ts';

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
 * before the gate. Express itself matches the paths, so no other spelling of them leads around it.
 */
export function protectMcp(app: App, paths: string[]): void {
  const gate = createNodeGate();
  app.use('/', (req, res, next) => {
    if (!gate.serveMetadata(req, res)) next();
  });
  app.use(paths.map(inAnyCase), (req, res, next) => {
    void gate.admit(req, res).then((isAdmitted) => {
      if (isAdmitted) next();
    });
  });
}

/** A router inside the app may ignore case although the app does not: the gate always does. */
function inAnyCase(path: string): string | RegExp {
  const isPlain = /^[\w/.~-]+$/.test(path);
  return isPlain ? new RegExp(`^${path.replace(/\/$/, '').replaceAll('.', '\\.')}(?=/|$)`, 'i') : path;
}

/** Host names for `createMcpExpressApp({ allowedHosts })`: the public one, and this machine. */
export function mcpHosts(): string[] {
  return [new URL(loadConfig().resource).hostname, 'localhost', '127.0.0.1', '[::1]'];
}
