import type { EnvVar } from '../../types.ts';
import type { ProviderInput } from '../types.ts';
import { ApiError } from './api-error.ts';
import { createClient, deleteClient, findOurs, mark, type Client } from './clients.ts';
import { planTestGrant, type Grant } from './grants.ts';
import { nameFor } from './names.ts';
import { call, deleted, type Part, type Planned, type Session, type Values } from './session.ts';

const ID = 'auth0.test-client';
const WHAT = 'the test client';

/** A machine-to-machine client for `add-auth token`: tokens without a browser. */
export async function planTestClient(
  session: Session,
  input: ProviderInput,
  audience: string,
  grants: Grant[],
): Promise<Planned & { env: EnvVar[] }> {
  const id = input.env('AUTH0_CLIENT_ID');
  const secret = input.env('AUTH0_CLIENT_SECRET');
  const found = await findOurs(session, mark('test', audience), [input.recorded[ID]?.ref, id], {
    app_type: 'non_interactive',
  });
  // Not ours to replace, and half of it would be of no use.
  if (!found && id && !input.recorded[ID]) return keepTheirs(id);
  const body = newTestClient(input, audience);
  const step = { id: ID, resource: 'test client', reversible: true };
  const grant = planTestGrant(input, audience, grants, found?.client_id);
  if (!found) {
    const summary = 'machine-to-machine client for test tokens';
    return { steps: [{ ...step, verb: 'create', summary, want: body }, grant], warnings: [], env: variables() };
  }
  const ref = found.client_id;
  if (id === ref && secret) {
    const keep = { ...step, ref, verb: 'keep' as const, summary: 'test client', want: {} };
    return { steps: [keep, grant], warnings: [], env: variables(ref, secret) };
  }
  if (mustReplace(session)) {
    const summary = 'test client, anew: .env has lost its secret, and the token may neither read nor rotate it';
    const again = planTestGrant(input, audience, [], undefined);
    return {
      steps: [{ ...step, verb: 'create', summary, want: { ...body, replaces: ref } }, again],
      warnings: [],
      env: variables(),
    };
  }
  const lost = {
    ...step,
    ref,
    verb: 'update' as const,
    summary: 'test client: its secret again, which .env has lost',
  };
  const change = { have: { secret_in_env: false }, want: { secret_in_env: true } };
  return { steps: [{ ...lost, ...change }, grant], warnings: [], env: variables(ref) };
}

function keepTheirs(id: string): Planned & { env: EnvVar[] } {
  const message = `.env has AUTH0_CLIENT_ID ${id}, which add-auth did not make; it made no test client of its own.`;
  return { steps: [], warnings: [{ message, fix: 'Take it out of .env to get one.' }], env: [] };
}

const mustReplace = ({ scopes }: Session): boolean =>
  scopes !== undefined &&
  !scopes.has('read:client_keys') &&
  !scopes.has('update:client_keys') &&
  scopes.has('delete:clients');

function newTestClient({ resource }: ProviderInput, audience: string): Values {
  return {
    name: nameFor('add-auth test client for', resource),
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
    oidc_conformant: true,
    jwt_configuration: { alg: 'RS256' },
    client_metadata: mark('test', audience),
  };
}

function variables(id?: string, secret?: string): EnvVar[] {
  return [
    {
      name: 'AUTH0_CLIENT_ID',
      value: id ?? '',
      comment: 'For test tokens only (add-auth token); the server does not read it',
      ...(id === undefined && { pending: true }),
    },
    { name: 'AUTH0_CLIENT_SECRET', value: secret ?? '', secret: true, ...(secret === undefined && { pending: true }) },
  ];
}

/** Makes the client for test tokens, fetches its secret, and takes it back. */
export const testClientPart: Part = {
  async apply(session, step) {
    if (step.verb === 'update') {
      const ref = step.ref ?? '';
      session.refs.set(ID, ref);
      return { ref, env: variables(ref, await secretOf(session, ref)) };
    }
    const { replaces, ...body } = step.want;
    if (typeof replaces === 'string') await deleted('delete the old test client', session.api.clients.delete(replaces));
    const made = await createClient(session, `create ${WHAT}`, body);
    session.refs.set(ID, made.client_id);
    return {
      ref: made.client_id,
      env: variables(made.client_id, made.client_secret ?? (await secretOf(session, made.client_id))),
    };
  },
  async revert(session, _id, { ref, verb }) {
    // Only its secret was fetched; who made it decides over it.
    if (verb === 'update') return { outcome: 'left', message: `The test client ${ref} was there before, and stays.` };
    return deleteClient(session, ref, WHAT);
  },
};

/** Reads the secret where the token may; else makes a new one. @throws ApiError */
async function secretOf({ api }: Session, id: string): Promise<string> {
  const read = await call('read the secret of the test client', api.clients.get(id) as PromiseLike<unknown>)
    .then((client) => (client as Client).client_secret)
    .catch((error: unknown) => {
      if (error instanceof ApiError && [403, 404].includes(error.status)) return undefined;
      throw error;
    });
  if (read) return read;
  const rotated = (await call('rotate the secret of the test client', api.clients.rotateSecret(id))) as Client;
  if (rotated.client_secret) return rotated.client_secret;
  throw new ApiError('get the secret of the test client', 200, 'the answer has none');
}
