import { CliError } from '../../errors.ts';
import type { ProviderInput } from '../types.ts';
import type { AdminApi } from './admin.ts';
import type { Session } from './session.ts';
import { serverIn } from './target.ts';

/** The step that makes the authorization server. */
export const SERVER_STEP = 'okta.authorization-server';

/** A custom authorization server as the org has it. */
export interface Server {
  id: string;
  name?: string;
  issuer?: string;
  audiences?: string[];
  status?: string;
}

/**
 * The authorization server for this resource: the one that was named, else one whose audience it is.
 * @returns `undefined`: one is to be made
 * @throws CliError `issuer-unusable`, `missing-answer`; ProviderError
 */
export async function findServer({ api, org }: Session, input: ProviderInput): Promise<Server | undefined> {
  const servers = await listServers(api);
  const ours = createdBy(input);
  if (org.issuer === undefined) return choose(servers, input.audience ?? input.resource, ours);
  const named = servers.find(({ issuer }) => issuer === org.issuer);
  if (named) return named;
  const namesake = servers.find(({ id }) => id === serverIn(org.issuer ?? ''));
  if (!namesake && ours !== undefined) return undefined;
  throw new CliError(
    'issuer-unusable',
    namesake
      ? `The authorization server ${namesake.id} calls itself ${namesake.issuer}, not ${org.issuer}.`
      : `The org ${org.domain} has no authorization server ${org.issuer}.`,
    `Use --issuer ${(namesake ?? servers[0])?.issuer ?? 'with one of the admin console (Security > API)'}, or --domain ${org.domain} alone to have one made.`,
  );
}

function choose(servers: Server[], audience: string, ours: string | undefined): Server | undefined {
  const fitting = servers.filter(({ audiences }) => audiences?.includes(audience));
  const found = fitting.find(({ id }) => id === ours) ?? fitting[0];
  if (fitting.length < 2 || found?.id === ours) return found;
  throw new CliError(
    'missing-answer',
    `Several authorization servers have the audience ${audience}: ${fitting.map(({ issuer }) => issuer).join(', ')}.`,
    `Say which: --issuer ${found?.issuer}`,
  );
}

/** The id of the one that add-auth made. */
export function createdBy({ recorded }: ProviderInput): string | undefined {
  const record = recorded[SERVER_STEP];
  return record?.verb === 'create' ? record.ref : undefined;
}

/** @throws ProviderError */
export function listServers(api: AdminApi): Promise<Server[]> {
  return api.list<Server>('/authorizationServers?limit=200', 'list the authorization servers');
}
