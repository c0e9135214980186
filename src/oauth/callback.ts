import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../errors.ts';

export interface Callback {
  redirectUri: string;
  /** The parameters the browser came back with. Rejects with CliError when nobody comes. */
  arrived: Promise<URLSearchParams>;
  close(): void;
}

/**
 * Waits on a free loopback port for the browser to come back (RFC 8252 §7.3).
 * @param timeout milliseconds
 */
export async function listenForCallback(timeout: number): Promise<Callback> {
  const { promise, resolve, reject } = withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/callback') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('Done. You may close this page and go back to the terminal.\n');
    resolve(url.searchParams);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening);
  });
  const timer = setTimeout(() => {
    reject(new CliError('verification-failed', 'Nobody came back from the login page.', 'Run it again and log in.'));
  }, timeout);
  // Whoever closes early is not waiting any more.
  promise.catch(() => undefined);
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    arrived: promise,
    close() {
      clearTimeout(timer);
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
