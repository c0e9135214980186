import type { Management } from 'auth0';
import type { ProviderInput } from '../types.ts';
import { itemsOf, putBack, withItems, type Values } from '../values.ts';
import { ApiError } from './api-error.ts';
import { createClient, deleteClient, findOurs, mark, readClient } from './clients.ts';
import { nameFor } from './names.ts';
import { call, type Part, type Planned, type Session } from './session.ts';

const ID = 'auth0.mcp-client';
const CALLBACK = 'callbacks.';
const WHAT = 'the application for MCP clients';

/** `--callback URL`: an application for clients that can neither register themselves nor bring a metadata document. */
export async function planMcpClient(session: Session, input: ProviderInput, audience: string): Promise<Planned> {
  const { callbacks } = input.wishes;
  if (callbacks.length === 0) return { steps: [], warnings: [] };
  const found = await findOurs(session, mark('mcp', audience), [input.recorded[ID]?.ref], { is_first_party: false });
  const step = { id: ID, resource: 'application for MCP clients', reversible: true };
  if (!found) {
    const summary = `public application for MCP clients, called back at ${callbacks.join(' ')}`;
    return { steps: [{ ...step, verb: 'create', summary, want: newMcpClient(input, audience) }], warnings: [] };
  }
  const { client_id: ref } = found;
  const warnings = [told(ref)];
  const missing = callbacks.filter((url) => !found.callbacks?.includes(url));
  if (missing.length === 0) {
    return { steps: [{ ...step, ref, verb: 'keep', summary: step.resource, want: {} }], warnings };
  }
  const want = itemsOf(CALLBACK, missing);
  const summary = `${step.resource}: call back at ${missing.join(' ')} too`;
  return { steps: [{ ...step, ref, verb: 'update', summary, have: {}, want }], warnings };
}

function newMcpClient({ resource, wishes: { callbacks } }: ProviderInput, audience: string): Values {
  return {
    name: nameFor('MCP clients of', resource),
    app_type: 'native',
    // A third-party client like those that register themselves: the default grant is for it too, and users consent.
    is_first_party: false,
    oidc_conformant: true,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    callbacks,
    allowed_logout_urls: logoutUrls(callbacks),
    jwt_configuration: { alg: 'RS256' },
    client_metadata: mark('mcp', audience),
  };
}

/** Where people land after signing out: the site of each callback that has one. */
function logoutUrls(callbacks: string[]): string[] {
  const origins = callbacks.map((url) => new URL(url).origin).filter((origin) => origin !== 'null');
  return [...new Set(origins)];
}

const told = (id: string): { message: string; fix: string } => ({
  message: `Clients that cannot register themselves use the client id ${id}, without a secret.`,
  fix: 'Type it where the client asks for it.',
});

/** Makes the application of `--callback`, and takes it back. */
export const mcpClientPart: Part = {
  async apply(session, step) {
    if (step.verb === 'update') {
      const ref = step.ref ?? '';
      await write(session, ref, step.want, `change ${WHAT}`);
      return { ref };
    }
    const { client_id: ref } = await createClient(session, `create ${WHAT}`, step.want);
    const { message, fix } = told(ref);
    session.io.warn(message, fix);
    return { ref };
  },
  async revert(session, _id, record) {
    if (record.verb === 'create') return deleteClient(session, record.ref, WHAT);
    const found = await readClient(session, record.ref);
    if (!found) return { outcome: 'gone', message: 'The application for MCP clients is gone already.' };
    const { back } = putBack(itemsOf(CALLBACK, found.callbacks), record);
    if (Object.keys(back).length > 0) await write(session, record.ref, back, `restore ${WHAT}`);
    return { outcome: 'restored', message: 'The application for MCP clients is as it was before.' };
  },
};

/** PATCH replaces both lists: what is there goes along. */
async function write(session: Session, ref: string, values: Values, operation: string): Promise<void> {
  const found = await readClient(session, ref);
  if (!found) throw new ApiError(operation, 404, 'it was deleted in the meantime');
  const callbacks = withItems(found.callbacks, values, CALLBACK);
  const added = withItems([], values, CALLBACK);
  const logout = [...new Set([...(found.allowed_logout_urls ?? []), ...logoutUrls(added)])];
  const body: Management.UpdateClientRequestContent = { callbacks, allowed_logout_urls: logout };
  await call(operation, session.api.clients.update(ref, body));
}
