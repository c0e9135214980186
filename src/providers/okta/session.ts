import type { ProviderIo } from '../types.ts';
import type { AdminApi } from './admin.ts';
import type { Org } from './target.ts';

/** One run's dealings with one org. */
export interface Session {
  org: Org;
  api: AdminApi;
  io: ProviderIo;
  /** The URL of the server that this is about. */
  resource: string;
  /** The authorization server, once it is there. */
  serverId?: string;
  /** Our access policy there, once it is there. */
  policyId?: string;
  /** The group that everybody in the org is in, where it was needed and could be seen. */
  everyone?: string | undefined;
  /** Client ids of the applications that are there, by the client that each is for. */
  clientIds: Map<string, string>;
}

/** @returns the path of the authorization server, or of something in it */
export function inServer({ serverId }: Session, rest = ''): string {
  if (serverId === undefined) throw new Error('a step needs an authorization server, and none was found or made');
  return `/authorizationServers/${encodeURIComponent(serverId)}${rest}`;
}

/** The same for a record: ids of what is inside of something have all of them, with slashes. */
export function pathOf(ref: string, ...kinds: string[]): string {
  const parts = ref.split('/').flatMap((id, i) => [kinds[i] ?? '', encodeURIComponent(id)]);
  return `/${parts.join('/')}`;
}
