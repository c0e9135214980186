import { idsByLabel } from '../known-clients.ts';
import { dispatch } from '../parts.ts';
import type { Connection, ProviderFindings, ProviderInput, ProviderIo } from '../types.ts';
import { adminApi } from './admin.ts';
import { listApps } from './apps.ts';
import { clientIdsFor, clientPart, PREFIX } from './clients.ts';
import { findServer } from './find-server.ts';
import { planClients } from './plan-clients.ts';
import { planPolicy, policyPart } from './policy.ts';
import { planRule, rulePart } from './rule.ts';
import { planScopes, scopePart } from './scopes.ts';
import { factsOf, planServer, serverPart } from './server.ts';
import type { Session } from './session.ts';
import type { Org } from './target.ts';
import { planTestClient, TEST_CLIENT, testClientPart } from './test-client.ts';

const PARTS = [serverPart, scopePart, clientPart, testClientPart, policyPart, rulePart];

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
  if (found) session.serverId = found.id;
  const scopes = await planScopes(session, input);
  const apps = await listApps(session);
  const clients = await planClients(session, input, apps);
  const names = clients.steps.map(({ id }) => id.slice(PREFIX.length));
  const test = planTestClient(session, input, apps);
  const policy = await planPolicy(session, input, [...names, ...test.steps.map(() => TEST_CLIENT)]);
  const rule = await planRule(session, input);
  const isNew = [...clients.steps, policy, rule].some(({ verb }) => verb === 'create');
  return {
    spec,
    env: [...env, ...test.env],
    ...(isNew && { manual: [clientIdsFor(session, names)] }),
    clientIds: idsByLabel(names.map((name) => [name, session.clientIds.get(name)])),
    remote: [step, ...scopes, ...clients.steps, ...test.steps, policy, rule],
    warnings: [...warnings, ...clients.warnings],
  };
}
