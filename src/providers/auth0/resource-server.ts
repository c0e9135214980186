import type { Management } from 'auth0';
import type { RemoteRecord, RemoteStep } from '../../types.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { describeScope } from '../../scopes/describe.ts';
import type { ProviderInput } from '../types.ts';
import { ApiError, isConflict } from './api-error.ts';
import { nameFor } from './names.ts';
import {
  call,
  callOptional,
  difference,
  putBack,
  type Part,
  type Planned,
  type Session,
  type Values,
} from './session.ts';

const ID = 'auth0.resource-server';
const SCOPE = 'scopes.';

/** An API as the tenant has it; what is at its default may be missing. */
export interface ResourceServer {
  id?: string;
  identifier?: string;
  scopes?: { value: string; description?: string }[];
  signing_alg?: string;
  token_dialect?: string;
  allow_offline_access?: boolean;
  enforce_policies?: boolean;
  subject_type_authorization?: { user?: { policy?: string }; client?: { policy?: string } };
  token_encryption?: unknown;
  proof_of_possession?: { required?: boolean } | null;
}

/** The API with this identifier. */
export function readResourceServer({ api }: Session, identifier: string): Promise<ResourceServer | undefined> {
  return callOptional('read the API', api.resourceServers.get(identifier)) as Promise<ResourceServer | undefined>;
}

/** The step that makes the API what MCP clients need; of an API that is there only what is wrong is changed. */
export function planResourceServer(input: ProviderInput, audience: string, found: ResourceServer | undefined): Planned {
  const resource = `API ${audience}`;
  if (!found) {
    const summary = `${resource} with the scopes ${scopeCatalogue(input.scopes).join(' ')}`;
    const want = { ...newResourceServer(input, audience) };
    return { steps: [{ id: ID, resource, verb: 'create', summary, want, reversible: true }], warnings: [] };
  }
  const ref = found.id ?? audience;
  const step = { id: ID, resource, ref, reversible: true };
  const change = difference(valuesOf(found), wanted(input, found));
  const warnings = obstacles(found, audience, input);
  if (!change) return { steps: [{ ...step, verb: 'keep', summary: resource, want: {} }], warnings };
  const isOurs = input.recorded[ID]?.verb === 'create' && input.recorded[ID].ref === ref;
  const notice = isOurs ? undefined : noticeOf(change.want);
  const summary = `${resource}: ${Object.keys(change.want).map(withoutPrefix).join(', ')}`;
  return {
    steps: [{ ...step, verb: 'update', summary, ...change, ...(notice !== undefined && { notice }) }],
    warnings,
  };
}

function newResourceServer(
  { resource, scopes, wishes }: ProviderInput,
  identifier: string,
): Management.CreateResourceServerRequestContent {
  return {
    name: nameFor('MCP server', resource),
    identifier,
    signing_alg: 'RS256',
    token_dialect: 'rfc9068_profile',
    // With policies, a user without roles would be granted nothing at all.
    enforce_policies: wishes.rbac,
    allow_offline_access: true,
    token_lifetime: 3600,
    scopes: scopeCatalogue(scopes).map((value) => ({ value, description: describeScope(value, scopes.toolScopes) })),
    subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
  };
}

/** What an API that is there has to be changed to. */
function wanted({ scopes, wishes }: ProviderInput, found: ResourceServer): Values {
  const dialect = found.token_dialect ?? 'access_token';
  const policies = found.subject_type_authorization;
  const present = new Set(found.scopes?.map(({ value }) => value));
  const missing = scopeCatalogue(scopes).filter((value) => !present.has(value));
  return {
    ...Object.fromEntries(missing.map((value) => [SCOPE + value, describeScope(value, scopes.toolScopes)])),
    signing_alg: 'RS256',
    ...(!dialect.startsWith('rfc9068') && {
      token_dialect: dialect.endsWith('_authz') ? 'rfc9068_profile_authz' : 'rfc9068_profile',
    }),
    allow_offline_access: true,
    ...(wishes.rbac && { enforce_policies: true }),
    ...(policies?.user?.policy === 'deny_all' && { 'subject_type_authorization.user': 'require_client_grant' }),
    ...(wishes.testClient &&
      policies?.client?.policy === 'deny_all' && { 'subject_type_authorization.client': 'require_client_grant' }),
  };
}

function valuesOf(found: ResourceServer): Values {
  return {
    ...Object.fromEntries((found.scopes ?? []).map(({ value, description }) => [SCOPE + value, description ?? value])),
    signing_alg: found.signing_alg ?? null,
    token_dialect: found.token_dialect ?? null,
    allow_offline_access: found.allow_offline_access ?? false,
    enforce_policies: found.enforce_policies ?? false,
    'subject_type_authorization.user': found.subject_type_authorization?.user?.policy ?? null,
    'subject_type_authorization.client': found.subject_type_authorization?.client?.policy ?? null,
  };
}

function noticeOf(want: Values): string | undefined {
  const notices = [
    'signing_alg' in want && 'Services that verify its tokens with another algorithm will refuse the new ones.',
    'token_dialect' in want && 'Its tokens get the header typ at+jwt, and client_id in place of azp.',
    'allow_offline_access' in want && 'Its clients may ask for refresh tokens.',
    'enforce_policies' in want && 'Users without a role get no scopes of this API any more.',
    'subject_type_authorization.user' in want && 'Clients with a grant may act for users.',
    'subject_type_authorization.client' in want && 'Clients with a grant may act for themselves.',
  ].filter((text) => text !== false);
  return notices.length > 0 ? `This API was there before. ${notices.join(' ')}` : undefined;
}

function obstacles(found: ResourceServer, audience: string, { wishes }: ProviderInput): Planned['warnings'] {
  return [
    ...(found.enforce_policies && !wishes.rbac
      ? [
          {
            message: `The API ${audience} has RBAC on: users without a role get no scopes, and every tool refuses them.`,
            fix: 'Give people roles, or switch RBAC off in the settings of the API.',
          },
        ]
      : []),
    ...(found.token_encryption
      ? [
          {
            message: `Tokens of the API ${audience} are encrypted; the server cannot read them.`,
            fix: 'Switch that off.',
          },
        ]
      : []),
    ...(found.proof_of_possession?.required
      ? [
          {
            message: `The API ${audience} requires sender-constrained tokens, which MCP clients do not ask for.`,
            fix: 'Make them optional in the settings of the API.',
          },
        ]
      : []),
  ];
}

const withoutPrefix = (name: string): string => (name.startsWith(SCOPE) ? name.slice(SCOPE.length) : name);

/** Auth0 shows it on the consent page. */
/** Creates the API of the server or brings one up to date, and takes that back. */
export const resourceServerPart: Part = {
  async apply(session, step) {
    if (step.verb === 'update') return change(session, step.ref ?? '', step.want, `change the ${step.resource}`);
    const body = step.want as unknown as Management.CreateResourceServerRequestContent;
    try {
      const made = (await call(
        `create the ${step.resource}`,
        session.api.resourceServers.create(body),
      )) as ResourceServer;
      return { ref: made.id ?? body.identifier };
    } catch (error) {
      const present = isConflict(error) ? await readResourceServer(session, body.identifier) : undefined;
      if (!present) throw error;
      return change(session, present.id ?? body.identifier, flatten(step), `change the ${step.resource}`);
    }
  },
  async revert(session, _id, record) {
    const found = await readResourceServer(session, record.ref);
    if (!found) return { outcome: 'gone', message: 'The API is gone already.' };
    const name = found.identifier ?? record.ref;
    if (record.verb === 'create') {
      await call(`delete the API ${name}`, session.api.resourceServers.delete(record.ref));
      return { outcome: 'deleted', message: `Deleted the API ${name}.` };
    }
    return restore(session, record, found, name);
  },
};

async function restore(
  session: Session,
  record: RemoteRecord,
  found: ResourceServer,
  name: string,
): ReturnType<Part['revert']> {
  const current = valuesOf(found);
  // A description may have been improved since; the scope is still the one that was added.
  for (const [key, value] of Object.entries(record.after ?? {}))
    if (key.startsWith(SCOPE) && key in current) current[key] = value;
  const { back, changed } = putBack(current, record);
  if (Object.keys(back).length > 0) await write(session, record.ref, found, back, `restore the API ${name}`);
  if (changed.length === 0) return { outcome: 'restored', message: `The API ${name} is as it was before.` };
  return { outcome: 'left', message: `The API ${name} keeps ${changed.join(', ')}: somebody changed that since.` };
}

async function change(session: Session, ref: string, values: Values, operation: string): Promise<{ ref: string }> {
  // Read again: PATCH replaces the whole list of scopes, and somebody may have added one since the preview.
  const found = await readResourceServer(session, ref);
  if (!found) throw new ApiError(operation, 404, 'it was deleted in the meantime');
  await write(session, ref, found, values, operation);
  return { ref };
}

async function write(
  session: Session,
  ref: string,
  found: ResourceServer,
  values: Values,
  operation: string,
): Promise<void> {
  const scopes = new Map((found.scopes ?? []).map((scope) => [scope.value, scope]));
  const body: Record<string, unknown> = {};
  const policies = structuredClone(found.subject_type_authorization ?? {});
  for (const [key, value] of Object.entries(values)) {
    const scope = key.startsWith(SCOPE) ? key.slice(SCOPE.length) : undefined;
    if (scope !== undefined) {
      if (value === null) scopes.delete(scope);
      else if (!scopes.has(scope)) scopes.set(scope, { value: scope, description: String(value) });
      body['scopes'] = undefined;
    } else if (key.startsWith('subject_type_authorization.')) {
      const side = key.endsWith('.user') ? 'user' : 'client';
      policies[side] = { ...policies[side], policy: String(value) };
      body['subject_type_authorization'] = policies;
    } else body[key] = value;
  }
  if ('scopes' in body) body['scopes'] = [...scopes.values()];
  await call(operation, session.api.resourceServers.update(ref, body as Management.UpdateResourceServerRequestContent));
}

/** What a step that wanted to create an API would have to change of one that is there. */
function flatten({ want }: RemoteStep): Values {
  const { scopes = [], signing_alg, token_dialect, allow_offline_access, enforce_policies } = want as ResourceServer;
  return {
    ...Object.fromEntries(scopes.map(({ value, description }) => [SCOPE + value, description ?? value])),
    ...{ signing_alg, token_dialect, allow_offline_access },
    ...(enforce_policies && { enforce_policies }),
  };
}
