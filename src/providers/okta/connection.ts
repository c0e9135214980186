import { discover } from '../../oauth/discovery.ts';
import { requireUsableKeys } from '../custom/keys.ts';
import { dispatch } from '../parts.ts';
import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { adminApi } from './admin.ts';
import { clientIdsFor, clientPart, planClients, PREFIX } from './clients.ts';
import { findServer } from './find-server.ts';
import { planPolicy, policyPart } from './policy.ts';
import { planRule, rulePart } from './rule.ts';
import { planScopes, scopePart } from './scopes.ts';
import { factsOf, planServer, serverPart } from './server.ts';
import type { Session } from './session.ts';
import type { Org } from './target.ts';

const PARTS = [serverPart, scopePart, clientPart, policyPart, rulePart];

/** Dealings with one org; credentials are looked for with the first request, and used for all. */
export function connectTo(org: Org, io: ProviderIo): Required<Connection> {
  const session: Session = { org, io, api: adminApi(org, io), clientIds: new Map(), resource: '' };
  return { look: (input) => look(session, input), ...dispatch(PARTS, session) };
}

/** Reads the org and plans, in the order in which the steps have to be taken. */
async function look(session: Session, input: ProviderInput): Promise<ProviderFindings> {
  session.resource = input.resource;
  const found = await findServer(session, input);
  const { step, warnings, audience } = planServer(input, found);
  const { spec, env } = factsOf(session, input, found, audience);
  if (found) {
    session.serverId = found.id;
    // Nothing is published for a server that is switched off.
    if (found.status !== 'INACTIVE') await requireUsableKeys(await discover(spec.issuer));
  }
  const scopes = await planScopes(session, input);
  const clients = await planClients(session, input);
  const names = clients.steps.map(({ id }) => id.slice(PREFIX.length));
  const policy = await planPolicy(session, input, names);
  const rule = await planRule(session, input);
  const isNew = [...clients.steps, policy, rule].some(({ verb }) => verb === 'create');
  return {
    spec,
    env,
    ...(isNew && { manual: [clientIdsFor(session, names)] }),
    remote: [step, ...scopes, ...clients.steps, policy, rule],
    warnings: [...warnings, ...clients.warnings],
  };
}
