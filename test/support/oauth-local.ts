import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startLocalServer, type LocalServer, type LocalServerOptions } from '../../src/dev/server.ts';
import type { LocalSettings } from '../../src/dev/settings.ts';

export interface TestIssuer {
  root: string;
  /** May be changed while the server runs. */
  settings: LocalSettings;
  /** What the server told the terminal. */
  said: string[];
  server: LocalServer;
  /** Stops and starts again on the same project and port. */
  restart(options?: Partial<LocalServerOptions>): Promise<void>;
  close(): Promise<void>;
}

/** The embedded authorization server on a free port, with a project directory that goes away at the end. */
export async function startTestIssuer(
  resource: string,
  options: Partial<LocalServerOptions> & { host?: string } = {},
): Promise<TestIssuer> {
  const root = mkdtempSync(path.join(tmpdir(), 'add-auth-dev-'));
  const settings: LocalSettings = {
    issuer: `http://${options.host ?? '127.0.0.1'}:${await freePort()}`,
    resource,
    audience: resource,
    scopes: ['read:tasks', 'write:tasks'],
    defaultScopes: ['read:tasks'],
  };
  const said: string[] = [];
  const report = {
    info: (message: string) => void said.push(message),
    warn: (message: string) => void said.push(message),
  };
  const start = (more: Partial<LocalServerOptions> = {}): Promise<LocalServer> =>
    startLocalServer({ root, settings: () => settings, report, ...options, ...more });
  const test: TestIssuer = {
    root,
    settings,
    said,
    server: await start(),
    async restart(more) {
      await test.server.close();
      test.server = await start(more);
      // A connection kept alive from before fails once.
      await fetch(settings.issuer).catch(() => undefined);
    },
    async close() {
      await test.server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return test;
}

/** A port between 4400 and 4499 would collide with other tests; the system knows a free one. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
