import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { describeScope } from '../../scopes/describe.ts';
import type { RemoteStep } from '../../types.ts';
import { restored, type Part } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { putBack, type Values } from '../values.ts';
import type { Answer } from './api.ts';
import { text } from './pool.ts';
import { AwsError } from './refusal.ts';
import { nameFor, type Session } from './session.ts';

const PREFIX = 'cognito.resource-server.';
const SCOPE = 'scopes.';

/** A resource server of the pool: what it issues scopes for. */
export interface ResourceServer {
  name: string;
  /** Descriptions by name, without the identifier. */
  scopes: Map<string, string>;
}

/** @throws AwsError */
export async function readResourceServer(
  { api, pool }: Session,
  identifier: string,
): Promise<ResourceServer | undefined> {
  const body = { UserPoolId: pool.id, Identifier: identifier };
  const answer = await api.find('DescribeResourceServer', body, `read the resource server ${identifier}`);
  const found = answer?.['ResourceServer'];
  if (!isRecord(found)) return undefined;
  const scopes = Array.isArray(found['Scopes']) ? found['Scopes'].filter(isRecord) : [];
  return {
    name: text(found['Name']) ?? identifier,
    scopes: new Map(scopes.map(({ ScopeName, ScopeDescription }) => [String(ScopeName), String(ScopeDescription)])),
  };
}

/** The server by its URL, with a scope for each of the map. Scopes that are more stay: clients may hold them. */
export function planResourceServer(
  input: ProviderInput,
  identifier: string,
  found: ResourceServer | undefined,
): RemoteStep {
  const names = scopeCatalogue(input.scopes);
  names.forEach(checkScope);
  const resource = `resource server ${identifier}`;
  const step = { id: PREFIX + identifier, resource, reversible: true };
  const missing = names.filter((name) => !found?.scopes.has(name));
  const scopes = Object.fromEntries(
    missing.map((name) => [SCOPE + name, describeScope(name, input.scopes.toolScopes)]),
  );
  if (!found) {
    const want = { name: nameFor('MCP server', input.resource), ...scopes };
    const summary = `${resource} with ${names.length === 0 ? 'no scopes' : names.join(', ')}`;
    return { ...step, verb: 'create', summary, want };
  }
  const known = { ...step, ref: identifier };
  if (missing.length === 0) return { ...known, verb: 'keep', summary: resource, want: {} };
  return { ...known, verb: 'update', summary: `${resource}: scopes ${missing.join(', ')}`, have: {}, want: scopes };
}

/** A slash stands between the identifier and the name. */
function checkScope(name: string): void {
  if (!name.includes('/') && name.length <= 256) return;
  throw new CliError(
    'invalid-option',
    `Cognito takes no scope of the name ${name}.`,
    'Use a name without a slash: --tool-scope TOOL=SCOPE',
  );
}

/** Makes the resource server or adds scopes to it, and takes that back. */
export const resourceServerPart: Part<Session> = {
  prefix: PREFIX,
  async apply(session, { id, verb, want }) {
    const identifier = id.slice(PREFIX.length);
    const { name, ...scopes } = want;
    if (verb === 'update') await write(session, identifier, scopes);
    else await create(session, identifier, String(name), scopes);
    return { ref: identifier };
  },
  async revert(session, record) {
    const { ref } = record;
    const title = `The resource server ${ref}`;
    const found = await readResourceServer(session, ref);
    if (!found) return { outcome: 'gone', message: `${title} is gone already.` };
    if (record.verb === 'create') {
      const body = { UserPoolId: session.pool.id, Identifier: ref };
      await session.api.find('DeleteResourceServer', body, `delete the resource server ${ref}`);
      return { outcome: 'deleted', message: `${title} is deleted.` };
    }
    const current = Object.fromEntries([...found.scopes].map(([name, said]) => [SCOPE + name, said]));
    const { back, changed } = putBack(current, record);
    if (Object.keys(back).length > 0) await write(session, ref, back);
    return restored(title, changed);
  },
};

/** One that was made in the meantime, or by a run whose answer was lost, gets what it lacks. */
async function create(session: Session, identifier: string, name: string, scopes: Values): Promise<void> {
  const body = { UserPoolId: session.pool.id, Identifier: identifier, Name: name, Scopes: toScopes(scopes) };
  try {
    await session.api.call('CreateResourceServer', body, `make the resource server ${identifier}`);
  } catch (error) {
    const isThere = error instanceof AwsError && (await readResourceServer(session, identifier)) !== undefined;
    if (!isThere) throw error;
    await write(session, identifier, scopes);
  }
}

/** The update replaces name and scopes: what is there goes along. @param values descriptions; `null` takes a scope out */
async function write(session: Session, identifier: string, values: Values): Promise<void> {
  const found = await readResourceServer(session, identifier);
  const what = `change the resource server ${identifier}`;
  if (!found) throw new AwsError('', 404, `Could not ${what}: it was deleted in the meantime.`, 'Run add-auth again.');
  const all = { ...Object.fromEntries([...found.scopes].map(([name, said]) => [SCOPE + name, said])), ...values };
  const body = { UserPoolId: session.pool.id, Identifier: identifier, Name: found.name, Scopes: toScopes(all) };
  await session.api.call('UpdateResourceServer', body, what);
}

function toScopes(values: Values): Answer[] {
  return Object.entries(values)
    .filter(([, said]) => said !== null)
    .map(([name, said]) => ({ ScopeName: name.slice(SCOPE.length), ScopeDescription: String(said) }));
}
