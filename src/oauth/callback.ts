import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../errors.ts';

export interface Callback {
  redirectUri: string;
  port: number;
  /** The parameters the browser came back with. Rejects with CliError when nobody comes. */
  arrived: Promise<URLSearchParams>;
  close(): void;
}

export interface CallbackOptions {
  /** Milliseconds to wait. */
  timeout: number;
  /** A free one by default, which is what RFC 8252 §7.3 wants servers to accept. */
  port?: number;
  signal?: AbortSignal;
}

/**
 * Waits on a loopback port for the browser to come back (RFC 8252 §7.3).
 * @throws CliError `port-in-use` when `port` is taken
 */
export async function listenForCallback({ timeout, port = 0, signal }: CallbackOptions): Promise<Callback> {
  const { promise, resolve, reject } = withResolvers<URLSearchParams>();
  // Whoever closes early is not waiting any more.
  promise.catch(() => undefined);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/callback') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(
      url.searchParams.has('error')
        ? 'The login did not succeed; the terminal says why. You may close this page.\n'
        : 'Done. You may close this page and go back to the terminal.\n',
    );
    resolve(url.searchParams);
  });
  await listen(server, port);
  const actual = (server.address() as AddressInfo).port;
  const redirectUri = `http://127.0.0.1:${actual}/callback`;
  const timer = setTimeout(() => reject(nobodyCame(redirectUri)), timeout);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  return {
    redirectUri,
    port: actual,
    arrived: promise,
    close() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      server.close();
      server.closeIdleConnections();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      failed(
        error.code === 'EADDRINUSE'
          ? new CliError('port-in-use', `Port ${port} is in use by another program.`, 'Give another one: --port NUMBER')
          : error,
      );
    });
    server.listen(port, '127.0.0.1', listening);
  });
}

/** Servers show a redirect URI that they do not know to the person in the browser, and send nobody back. */
const nobodyCame = (redirectUri: string): CliError =>
  new CliError(
    'verification-failed',
    'Nobody came back from the login page.',
    `Run it again and log in. If the page says that the redirect URI is wrong, allow ${redirectUri} for this client.`,
  );

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
