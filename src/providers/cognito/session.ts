import type { ProviderIo } from '../types.ts';
import type { CognitoApi } from './api.ts';
import type { Pool } from './target.ts';

/** One run's dealings with one user pool. */
export interface Session {
  pool: Pool;
  api: CognitoApi;
  io: ProviderIo;
  /** Ids of the clients whose tokens the server takes without audience: those of `.env`, and ours as they come. */
  clientIds: Set<string>;
  /** The app clients of this server by the client that each is for, in the order in which people are told of them. */
  clients: Map<string, string | undefined>;
  /** The URL of the server that this is about. */
  resource: string;
}

/** The name of something, of which Cognito takes letters, digits and a few signs: `mcp.example.com mcp`. */
export function nameFor(what: string, resource: string): string {
  const { host, pathname } = new URL(resource);
  return `${what} ${host}${pathname}`
    .replaceAll(/[^\w\s+=,.@-]/g, ' ')
    .trim()
    .slice(0, 128);
}
