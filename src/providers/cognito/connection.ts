import { discover } from '../../oauth/discovery.ts';
import { getJson } from '../../oauth/get-json.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { requireUsableKeys } from '../custom/keys.ts';
import { idsByLabel } from '../known-clients.ts';
import { dispatch } from '../parts.ts';
import type { Warning } from '../../types.ts';
import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { cognitoApi } from './api.ts';
import { clientIdsFor, clientPart, clientVariable } from './client-part.ts';
import { planClients, PREFIX } from './clients.ts';
import { domainPart, planDomain } from './domain.ts';
import { givenEndpoint } from './endpoint.ts';
import { facts, scopePrefix } from './facts.ts';
import { poolWarnings, readPool } from './pool.ts';
import { planResourceServer, readResourceServer, resourceServerPart } from './resource-server.ts';
import type { Session } from './session.ts';
import type { Pool } from './target.ts';

const PARTS = [domainPart, resourceServerPart, clientPart];

/** Dealings with one user pool; credentials are looked for with the first request, and used for all. */
export function connectTo(pool: Pool, io: ProviderIo): Required<Connection> {
  const session: Session = {
    pool,
    io,
    api: cognitoApi(pool.region, io),
    clientIds: new Set(),
    clients: new Map(),
    resource: '',
  };
  return { look: (input) => look(session, input), ...dispatch(PARTS, session) };
}

/** Reads the pool and plans, in the order in which the steps have to be taken. */
async function look(session: Session, input: ProviderInput): Promise<ProviderFindings> {
  session.resource = input.resource;
  const pool = await readPool(session);
  const { issuer, knowsPkce } = await readMetadata(session.pool, pool.issuer);
  const { spec, env } = facts(input, issuer);
  const identifier = spec.audience;
  const elsewhere = clientsElsewhere(input, identifier);
  const known = (input.env('MCP_AUTH_CLIENT_IDS') ?? '').split(' ').filter(Boolean);
  session.clientIds = new Set(known.filter((id) => !elsewhere.includes(id)));
  const scopes = scopeCatalogue(input.scopes).map((name) => scopePrefix(identifier) + name);
  const resourceServer = planResourceServer(input, identifier, await readResourceServer(session, identifier));
  const isManaged = pool.domain ? pool.domain.isManaged : !pool.isLite;
  const clients = await planClients(session, input, { identifier, scopes: ['openid', ...scopes], isManaged });
  const isPending = clients.some(({ verb }) => verb === 'create');
  return {
    spec,
    env: [...env, clientVariable(session, isPending ? { pending: true } : {})],
    remote: [planDomain(session, pool), resourceServer, ...clients],
    ...(isPending && { manual: [clientIdsFor(session)] }),
    clientIds: idsByLabel(session.clients),
    warnings: [...poolWarnings(pool, input, { scopes, knowsPkce }), ...(elsewhere.length > 0 ? [STAYS] : [])],
  };
}

/** Ids of the app clients that earlier runs made for another URL: they are not let in here. */
function clientsElsewhere({ recorded }: ProviderInput, identifier: string): string[] {
  return Object.entries(recorded).flatMap(([id, { ref }]) =>
    id.startsWith(PREFIX) && !id.endsWith(`.${identifier}`) ? [ref] : [],
  );
}

const STAYS: Warning = {
  message: 'What add-auth made at Cognito for an earlier URL of this server stays there.',
  fix: 'Clients may still use it with that URL; add-auth remove --remote takes it back with the rest.',
};

/** The issuer as its metadata have it; where something stands in for AWS, what that says of itself. */
async function readMetadata({ id }: Pool, issuer: string): Promise<{ issuer: string; knowsPkce: boolean }> {
  const endpoint = givenEndpoint();
  if (endpoint === undefined) {
    const discovery = await discover(issuer);
    await requireUsableKeys(discovery);
    return { issuer, knowsPkce: discovery.metadata.code_challenge_methods_supported !== undefined };
  }
  const { json = {} } = await getJson(`${endpoint}/${id}/.well-known/openid-configuration`);
  const knowsPkce = json['code_challenge_methods_supported'] !== undefined;
  return { issuer: typeof json['issuer'] === 'string' ? json['issuer'] : issuer, knowsPkce };
}
