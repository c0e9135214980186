import { isRecord } from '../../is-record.ts';
import type { Session } from './session.ts';

/** A mapper puts something into tokens. */
export interface Mapper {
  id?: string;
  name?: string;
  protocolMapper?: string;
  config?: Record<string, string>;
}

/** A client scope as the realm has it. */
export interface ClientScope {
  id: string;
  name: string;
  protocol?: string;
  attributes?: Record<string, string>;
  protocolMappers?: Mapper[];
}

/** The client scopes of a realm, and the ids of those that new clients may ask for, or get unasked. */
export interface RealmScopes {
  scopes: ClientScope[];
  optional: ReadonlySet<string>;
  standard: ReadonlySet<string>;
}

export const NO_SCOPES: RealmScopes = { scopes: [], optional: new Set(), standard: new Set() };

/** @throws ProviderError */
export async function readScopes({ api }: Session): Promise<RealmScopes> {
  const what = 'read the client scopes';
  const scopes = await listScopes(api, '/client-scopes', what);
  const optional = await listScopes(api, '/default-optional-client-scopes', what);
  const standard = await listScopes(api, '/default-default-client-scopes', what);
  return { scopes, optional: idsOf(optional), standard: idsOf(standard) };
}

/** @returns `undefined` when there is none with this id. @throws ProviderError */
export async function readScope({ api }: Session, id: string): Promise<ClientScope | undefined> {
  const found = await api.find(`/client-scopes/${encodeURIComponent(id)}`, 'read a client scope');
  return isRecord(found) ? (found as unknown as ClientScope) : undefined;
}

/** @throws ProviderError */
export async function findScope({ api }: Session, name: string): Promise<ClientScope | undefined> {
  const scopes = await listScopes(api, '/client-scopes', `read the client scope ${name}`);
  return scopes.find((scope) => scope.name === name);
}

async function listScopes(api: Session['api'], path: string, what: string): Promise<ClientScope[]> {
  const answer = await api.get(path, what);
  return Array.isArray(answer) ? (answer as ClientScope[]) : [];
}

const idsOf = (scopes: ClientScope[]): Set<string> => new Set(scopes.map(({ id }) => id));
