import { isRecord } from '../../is-record.ts';
import { KNOWN_CLIENTS } from '../known-clients.ts';
import type { ProviderInput } from '../types.ts';
import { ApiError } from './api-error.ts';
import { deleteClient, listClients } from './clients.ts';
import { call, type Part, type Planned, type Session, type Values } from './session.ts';
import { METADATA_CLIENTS, settingsPart } from './settings.ts';

/** Those that have a document; Auth0 fetches and checks it when it is imported. */
const DOCUMENTS = KNOWN_CLIENTS.flatMap(({ id, label, document: url }) =>
  url === undefined ? [] : [{ id, label, url }],
);
const PREFIX = 'auth0.cimd.';
const SETTING = `${PREFIX}setting`;
/** Stands for an id where the tenant had no room or no support; the next run does not try again. */
const UNAVAILABLE = 'unavailable';

/**
 * Imports the metadata documents of known clients and switches their use on. Both or nothing: once the tenant says that
 * it takes such documents, clients that have one stop registering themselves.
 */
export async function planMetadataClients(session: Session, input: ProviderInput, settings: Values): Promise<Planned> {
  const nothing = { steps: [], warnings: [] };
  const isGivenUp = Object.entries(input.recorded).some(
    ([id, { ref }]) => id.startsWith(PREFIX) && ref === UNAVAILABLE,
  );
  // A tenant that has the setting mentions it.
  if (!(METADATA_CLIENTS in settings) || isGivenUp || !mayImport(session)) return nothing;
  const steps: Planned['steps'] = [];
  for (const { id, label, url } of DOCUMENTS) {
    const clients = await listClients(session, { external_client_id: url });
    const ref = clients.find(({ external_client_id: external }) => external === url)?.client_id;
    const step = { id: PREFIX + id, resource: `client ${label}`, reversible: true };
    if (ref !== undefined) steps.push({ ...step, ref, verb: 'keep', summary: `client ${label}`, want: {} });
    else {
      const summary = `client ${label}, imported from ${url}`;
      steps.push({ ...step, verb: 'create', summary, want: { external_client_id: url } });
    }
  }
  const setting = { id: SETTING, resource: 'tenant settings', ref: session.domain, reversible: true };
  if (settings[METADATA_CLIENTS] === true) {
    steps.push({ ...setting, verb: 'keep', summary: 'tenant settings: metadata documents of clients', want: {} });
  } else {
    steps.push({
      ...setting,
      verb: 'update',
      summary: 'tenant settings: take metadata documents of clients',
      have: { [METADATA_CLIENTS]: false },
      want: { [METADATA_CLIENTS]: true },
      notice:
        'Clients may then identify themselves by the URL of a metadata document; only imported ones can sign in that way.',
    });
  }
  return { steps, warnings: [] };
}

/** It is an extra: a token that may do all the rest is good enough. */
const mayImport = ({ scopes }: Session): boolean =>
  scopes === undefined || ['read:clients', 'create:clients', 'update:clients'].every((scope) => scopes.has(scope));

/** Imports metadata documents and switches their use on, and takes that back. */
export const metadataClientPart: Part = {
  async apply(session, step) {
    if (step.id === SETTING) {
      const isComplete = DOCUMENTS.every(({ id }) => session.refs.get(PREFIX + id) !== UNAVAILABLE);
      return isComplete ? settingsPart.apply(session, step) : { ref: UNAVAILABLE };
    }
    const url = String(step.want['external_client_id']);
    const ref = await importClient(session, url).catch((error: unknown) => giveUp(session, step.resource, error));
    session.refs.set(step.id, ref);
    return { ref };
  },
  async revert(session, id, record) {
    if (record.ref === UNAVAILABLE) return { outcome: 'gone', message: `${id} was never done.` };
    if (id === SETTING) return settingsPart.revert(session, id, record);
    return deleteClient(session, record.ref, `the client ${id.slice(PREFIX.length)}`);
  },
};

async function importClient({ api }: Session, url: string): Promise<string> {
  const operation = `import ${url}`;
  const preview: unknown = await call(operation, api.clients.previewCimdMetadata({ external_client_id: url }));
  const validation = isRecord(preview) && isRecord(preview['validation']) ? preview['validation'] : {};
  const errors = isRecord(preview) && Array.isArray(preview['errors']) ? preview['errors'] : [];
  if (validation['valid'] !== true || errors.length > 0)
    throw new ApiError(operation, 400, 'its metadata is not valid');
  return (await call(operation, api.clients.registerCimdClient({ external_client_id: url }))).client_id;
}

/** No room, not part of the plan, a document that Auth0 does not like: clients register themselves then. */
function giveUp({ io }: Session, what: string, error: unknown): string {
  const isTransient = !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;
  if (isTransient || error.status === 401 || error.code === 'insufficient_scope') throw error;
  io.warn(
    `Auth0 does not import the ${what} (${error.message}).`,
    'It registers itself instead; nothing is to be done.',
  );
  return UNAVAILABLE;
}
