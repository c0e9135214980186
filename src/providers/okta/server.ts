import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { EnvVar, RemoteStep, Warning } from '../../types.ts';
import { restored, type Part } from '../parts.ts';
import { ProviderError } from '../provider-error.ts';
import { standardEnv, standardSpec } from '../standard.ts';
import type { ProviderInput, Reverted } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { createdBy, listServers, SERVER_STEP, type Server } from './find-server.ts';
import { pathOf, type Session } from './session.ts';

const AUDIENCE = 'audience';
const STATUS = 'status';

/** What the search for the authorization server came to. */
interface PlannedServer {
  step: RemoteStep;
  warnings: Warning[];
  /** Its audience, once the step is done. */
  audience: string;
}

/** @throws CliError `issuer-unusable` when only a change that breaks others would make it fit */
export function planServer(input: ProviderInput, found: Server | undefined): PlannedServer {
  const wanted = input.audience ?? input.resource;
  if (!found) {
    const summary = `authorization server for ${wanted}`;
    const want = { name: nameFor(input.resource), description: 'Issues the tokens of an MCP server', audience: wanted };
    return {
      step: { id: SERVER_STEP, resource: summary, verb: 'create', summary, want, reversible: true },
      warnings: [],
      audience: wanted,
    };
  }
  const theirs = found.audiences?.[0] ?? '';
  const isOurs = createdBy(input) === found.id;
  if (theirs !== wanted && !isOurs && input.audience !== undefined) throw otherAudience(found, theirs, wanted);
  const audience = isOurs ? wanted : theirs;
  const resource = `authorization server ${found.name ?? found.id}`;
  const step = { id: SERVER_STEP, resource, ref: found.id, reversible: true };
  const warnings = audience === input.resource || input.audience !== undefined ? [] : [shared(audience)];
  const change = difference(valuesOf(found), { [AUDIENCE]: audience, [STATUS]: 'ACTIVE' });
  if (!change) return { step: { ...step, verb: 'keep', summary: resource, want: {} }, warnings, audience };
  const summary = `${resource}: ${STATUS in change.want ? 'active' : ''}${AUDIENCE in change.want ? ` audience ${audience}` : ''}`;
  const notice = AUDIENCE in change.want && { notice: `Tokens for ${theirs} are not issued any more.` };
  return { step: { ...step, verb: 'update', summary, ...change, ...notice }, warnings, audience };
}

const valuesOf = ({ audiences, status }: Server): Values => ({
  [AUDIENCE]: audiences?.[0] ?? null,
  [STATUS]: status ?? 'ACTIVE',
});

function otherAudience({ issuer }: Server, theirs: string, wanted: string): CliError {
  return new CliError(
    'issuer-unusable',
    `Tokens of ${issuer} name the audience ${theirs}, not ${wanted}; an authorization server of Okta has one, and others may depend on it.`,
    `Use --audience ${theirs} to take it as it is, or --domain without --issuer to have one made for this server.`,
  );
}

const shared = (audience: string): Warning => ({
  message: `Tokens of this authorization server name ${audience}, whatever they were asked for: a token for another API that uses it is good here, too.`,
  fix: 'Use --domain without --issuer to have an authorization server made for this server alone.',
});

/** What the generated server has to know. An issuer that nobody knows yet is told by the step that makes it. */
export function factsOf(session: Session, input: ProviderInput, found: Server | undefined, audience: string) {
  const issuer = found?.issuer ?? `${session.org.base}/oauth2/ID`;
  const spec = standardSpec({ ...input, audience }, issuer);
  const env = standardEnv(spec).map((variable): EnvVar => {
    return found || variable.name !== 'MCP_AUTH_ISSUER' ? variable : { ...variable, value: '', pending: true };
  });
  return { spec, env };
}

/** Makes the authorization server or changes it, and takes that back. */
export const serverPart: Part<Session> = {
  prefix: SERVER_STEP,
  async apply(session, { verb, ref = '', want }, { mayBeDone }) {
    if (verb === 'update') {
      await write(session, ref, want);
      return { ref };
    }
    const { audience, ...names } = want;
    const before = mayBeDone ? await sameAudience(session, String(audience)) : undefined;
    const made = before ?? (await create(session, { ...names, audiences: [audience] }));
    session.serverId = made.id;
    const { issuer = `${session.org.base}/oauth2/${made.id}` } = made;
    const spec = { issuer, audience: String(audience), resource: '' };
    return { ref: made.id, env: standardEnv(spec).filter(({ name }) => name === 'MCP_AUTH_ISSUER') };
  },
  async revert(session, record) {
    const found = await readServer(session, record.ref);
    if (!found) return { outcome: 'gone', message: 'The authorization server is gone already.' };
    const title = `The authorization server ${found.name ?? found.id}`;
    if (record.verb === 'create') return deleteServer(session, found, title);
    const { back, changed } = putBack(valuesOf(found), record);
    await write(session, found.id, back);
    return restored(title, changed);
  },
};

async function create({ api }: Session, body: object): Promise<Server> {
  const made = await api.send('POST', '/authorizationServers', body, 'create the authorization server');
  const id = isRecord(made) ? made['id'] : undefined;
  if (typeof id !== 'string')
    throw new ProviderError(200, 'Okta did not tell the new server’s id.', 'Run add-auth again.');
  api.made(id);
  return made as unknown as Server;
}

/** Made by a run whose answer was lost, perhaps. */
async function sameAudience({ api }: Session, audience: string): Promise<Server | undefined> {
  const servers = await listServers(api);
  return servers.find(({ audiences }) => audiences?.includes(audience));
}

async function readServer({ api }: Session, id: string): Promise<Server | undefined> {
  const found = await api.find(pathOf(id, 'authorizationServers'), 'read the authorization server');
  return isRecord(found) ? (found as unknown as Server) : undefined;
}

/** PUT replaces all of it: what is there goes along, without what Okta alone may set. */
async function write(session: Session, id: string, values: Values): Promise<void> {
  const path = pathOf(id, 'authorizationServers');
  if (AUDIENCE in values) {
    const found = await readServer(session, id);
    const kept = Object.fromEntries(Object.entries(found ?? {}).filter(([name]) => WRITABLE.includes(name)));
    const body = { ...kept, audiences: [values[AUDIENCE]] };
    await session.api.send('PUT', path, body, 'change the authorization server');
  }
  if (STATUS in values) {
    const change = values[STATUS] === 'ACTIVE' ? 'activate' : 'deactivate';
    await session.api.send('POST', `${path}/lifecycle/${change}`, undefined, `${change} the authorization server`);
  }
}

/** Of `credentials`, Okta alone sets nearly everything, and keeps it where it is not sent. */
const WRITABLE = ['name', 'description', 'issuerMode', 'jwks', 'jwks_uri'];

/** Not while it serves somebody else too: our own scopes and policies are gone by now. */
async function deleteServer(session: Session, { id }: Server, title: string): Promise<Reverted> {
  const { api } = session;
  const path = pathOf(id, 'authorizationServers');
  const scopes = await api.list<Inside>(`${path}/scopes`, 'list the scopes');
  const policies = await api.list<Inside>(`${path}/policies`, 'list the access policies');
  const theirs = [...scopes, ...policies].filter(({ system }) => system !== true).map(({ name }) => name);
  if (theirs.length > 0) {
    return { outcome: 'left', message: `${title} stays: somebody else uses it by now (${theirs.join(', ')}).` };
  }
  // Okta deletes only what is not active.
  await api.send('POST', `${path}/lifecycle/deactivate`, undefined, 'deactivate the authorization server');
  await api.send('DELETE', path, undefined, 'delete the authorization server');
  return { outcome: 'deleted', message: `${title} is deleted.` };
}

interface Inside {
  name: string;
  system?: boolean;
}

const nameFor = (resource: string): string => `MCP server ${resource}`.slice(0, 100);
