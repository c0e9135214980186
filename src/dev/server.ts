import { createServer, type RequestListener, type Server } from 'node:http';
import { CliError } from '../errors.ts';
import { checkLocalIssuer } from '../providers/local.ts';
import { createFront } from './front.ts';
import { ensureKeys } from './keys.ts';
import { localFiles } from './private-files.ts';
import { createProvider } from './provider.ts';
import type { Report } from './report.ts';
import type { LocalSettings } from './settings.ts';
import { Store } from './store.ts';

export interface LocalServerOptions {
  /** Project directory; keys and logins are kept below its `.mcp-builder/add-auth/local-as/`. */
  root: string;
  settings: () => LocalSettings;
  report: Report;
  /** Lifetime of access tokens in seconds; an hour by default. */
  ttl?: number;
  /** Used for client-ID metadata documents. */
  fetch?: typeof fetch;
}

export interface LocalServer {
  issuer: string;
  close(): Promise<void>;
}

const EVENTS = ['authorization.error', 'grant.error', 'registration_create.error', 'server_error'] as const;

/**
 * Starts the embedded authorization server. It listens on loopback addresses only.
 * @throws CliError `port-in-use`, `invalid-url`
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { root, settings, report, ttl = 3600 } = options;
  const issuer = checkLocalIssuer(settings().issuer);
  const files = localFiles(root);
  const keys = ensureKeys(files);
  const store = new Store(files, report);
  const provider = await createProvider({
    issuer,
    settings,
    keys,
    store,
    ttl,
    ...(options.fetch && { fetch: options.fetch }),
  });
  for (const event of EVENTS) {
    provider.on(event as 'grant.error', (_context, error) => report.warn(`Refused: ${describe(error)}`));
  }
  const front = createFront({ provider, issuer, secret: keys.cookieKeys[0]!, settings, report });
  const servers = await listen(issuer, front);
  return {
    issuer,
    async close() {
      await Promise.all(servers.map(closeServer));
      store.flush();
    },
  };
}

const describe = (error: Error): string => {
  const { error_description: description, error_detail: detail } = error as Error & Record<string, unknown>;
  return [error.message, description, detail].filter((part) => typeof part === 'string').join(', ');
};

/** `localhost` is both loopback addresses; clients pick one. A machine without IPv6 makes do with the other. */
async function listen(issuer: string, front: RequestListener): Promise<Server[]> {
  const { hostname, port } = new URL(issuer);
  const isName = !/^[\d.]+$|^\[/.test(hostname);
  const addresses = isName ? ['127.0.0.1', '::1'] : [hostname.replace(/^\[|\]$/g, '')];
  const servers: Server[] = [];
  try {
    for (const address of addresses) {
      const server = await listenOn(address, Number(port), front, isName);
      if (server) servers.push(server);
    }
    return servers;
  } catch (error) {
    await Promise.all(servers.map(closeServer));
    throw error;
  }
}

/** @returns undefined when this machine has no such address and `optional` says that another will do */
function listenOn(
  address: string,
  port: number,
  front: RequestListener,
  optional: boolean,
): Promise<Server | undefined> {
  const server = createServer(front);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (optional && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) resolve(undefined);
      else reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? portInUse(address, port, error) : error);
    });
    server.listen({ port, host: address, ipv6Only: true }, () => resolve(server));
  });
}

function portInUse(address: string, port: number, error: NodeJS.ErrnoException): CliError {
  const why = error.code === 'EACCES' ? 'may not be used by this user' : 'is in use by another program';
  return new CliError(
    'port-in-use',
    `Port ${port} of ${address} ${why}, so the authorization server cannot start.`,
    `Stop that program, or choose another port: add-auth --provider local --issuer http://localhost:${port + 1}`,
    { cause: error },
  );
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
