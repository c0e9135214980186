import type { AuthorizationServer } from 'oauth4webapi';
import type { KnownServer } from './known-server.ts';
import { KNOWN_SERVERS } from './known-servers.ts';

/**
 * Whose product an authorization server is: by the host of its issuer, or by the URLs in its metadata where it runs at a
 * host of its customer.
 */
export function recognise(issuer: string, metadata?: AuthorizationServer): KnownServer | undefined {
  const { hostname } = new URL(issuer);
  const byHost = KNOWN_SERVERS.find(({ hosts = [] }) => hosts.some((pattern) => isLike(hostname, pattern)));
  if (byHost || !metadata) return byHost;
  return KNOWN_SERVERS.find(({ endpoints }) => {
    if (!endpoints) return false;
    return Object.entries(endpoints).every(([name, end]) => pathOf(metadata[name]).endsWith(end));
  });
}

/** authentik's issuers are told by their path, and people leave out the slash at the end. */
export function withItsSlash(issuer: string): string {
  return /\/application\/o\/[^/]+$/.test(issuer) ? `${issuer}/` : issuer;
}

function isLike(host: string, pattern: string): boolean {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return host === pattern;
  return host.length > start.length + end.length && host.startsWith(start) && host.endsWith(end);
}

function pathOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
}
