import type { Management } from 'auth0';
import { capital } from '../../capital.ts';
import { call, callOptional, deleted, numberedList, type Part, type Session, type Values } from './session.ts';

/** An application of the tenant. */
export interface Client {
  client_id: string;
  name?: string;
  client_secret?: string;
  callbacks?: string[];
  allowed_logout_urls?: string[];
  client_metadata?: Record<string, unknown>;
  external_client_id?: string;
}

const FIELDS = 'client_id,name,callbacks,allowed_logout_urls,client_metadata,external_client_id';

/** How add-auth knows its own applications again; names are not unique in a tenant. Values hold 255 characters. */
export const mark = (role: string, audience: string): Record<string, string> => ({
  created_by: 'add-auth',
  add_auth_role: role,
  add_auth_api: audience.slice(0, 255),
});

/** The application with this id, without its secret. */
export function readClient({ api }: Session, id: string): Promise<Client | undefined> {
  const request = api.clients.get(id, { fields: FIELDS, include_fields: true });
  return callOptional('read an application', request) as Promise<Client | undefined>;
}

/** All applications of one kind. */
export function listClients(
  { api }: Session,
  filter: Pick<Management.ListClientsRequestParameters, 'app_type' | 'is_first_party' | 'external_client_id'>,
): Promise<Client[]> {
  return numberedList<Client>('list the applications', 'clients', (query) =>
    api.clients.list({ ...query, ...filter, fields: FIELDS, include_fields: true }),
  );
}

/**
 * Finds an application of ours: by the id that was recorded, else by its mark.
 * @param ids where it may be known from, the likeliest first
 */
export async function findOurs(
  session: Session,
  marks: Record<string, string>,
  ids: (string | undefined)[],
  filter: Parameters<typeof listClients>[1],
): Promise<Client | undefined> {
  const isOurs = ({ client_metadata: metadata = {} }: Client): boolean =>
    Object.entries(marks).every(([name, value]) => metadata[name] === value);
  for (const id of new Set(ids)) {
    const client = id === undefined || id === '' ? undefined : await readClient(session, id);
    if (client && isOurs(client)) return client;
  }
  return (await listClients(session, filter)).find(isOurs);
}

/** Creates an application; the answer holds its secret. @throws ApiError */
export async function createClient({ api }: Session, operation: string, body: Values): Promise<Client> {
  return (await call(
    operation,
    api.clients.create(body as unknown as Management.CreateClientRequestContent),
  )) as Client;
}

/** Deletes an application that add-auth made; its grants go with it. */
export async function deleteClient({ api }: Session, ref: string, what: string): ReturnType<Part['revert']> {
  const isThere = await deleted(`delete ${what}`, api.clients.delete(ref));
  return isThere
    ? { outcome: 'deleted', message: `Deleted ${what}.` }
    : { outcome: 'gone', message: `${capital(what)} is gone already.` };
}
