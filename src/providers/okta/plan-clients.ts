import type { RemoteStep, Warning } from '../../types.ts';
import { clientsToRegister, type RegisteredClient } from '../known-clients.ts';
import type { Planned } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { itemsOf, type Values } from '../values.ts';
import { clientIdOf, findEveryone, findOurs, hasUsers, isMarked, type App } from './apps.ts';
import { ASSIGNED, CALLBACK, CLIENT, EVERYONE, PREFIX, REDIRECTS, RESOURCE } from './clients.ts';
import type { Session } from './session.ts';

/** An application for each client: at Okta, only an administrator may register one. @throws ProviderError */
export async function planClients(session: Session, input: ProviderInput, apps: App[]): Promise<Planned> {
  const steps: RemoteStep[] = [];
  const warnings: Warning[] = [];
  const present = clientsToRegister(input.wishes).map((wanted) => ({
    wanted,
    found: findOurs(apps, wanted.id, input, PREFIX + wanted.id),
  }));
  const unassigned = new Set<string>();
  for (const { wanted, found } of present) {
    if (!found || !(await hasUsers(session, found))) unassigned.add(wanted.id);
    if (found) session.clientIds.set(wanted.id, clientIdOf(found));
    if (found?.status === 'INACTIVE') warnings.push(inactive(found));
  }
  if (unassigned.size > 0) {
    session.everyone = await findEveryone(session);
    warnings.push(session.everyone === undefined ? NOBODY : EVERYBODY);
  }
  for (const { wanted, found } of present) {
    const isToAssign = session.everyone !== undefined && unassigned.has(wanted.id);
    steps.push(found ? planPresent(wanted, found, input, isToAssign) : planNew(wanted, input, isToAssign));
  }
  return { steps, warnings };
}

const NARROW = 'assign them to certain groups or people in the admin console; add-auth leaves it at that';
const EVERYBODY: Warning = {
  message: 'Everybody in the org may sign in to these applications.',
  fix: `To narrow that, ${NARROW}.`,
};
const NOBODY: Warning = {
  message: 'Nobody may sign in to these applications yet: the token does not show the group Everyone.',
  fix: `Use a token of a super administrator, or ${NARROW}.`,
};

function planNew(
  { id, label, redirectUris }: RegisteredClient,
  { resource }: ProviderInput,
  isToAssign: boolean,
): RemoteStep {
  return {
    id: PREFIX + id,
    resource: `application for ${label}`,
    verb: 'create',
    summary: `application for ${label}, without a secret${isToAssign ? ', for everybody in the org' : ''}`,
    want: { label, [CLIENT]: id, [RESOURCE]: resource, [REDIRECTS]: [...redirectUris], ...(isToAssign && EVERYONE) },
    reversible: true,
  };
}

function planPresent(
  { id, label, redirectUris }: RegisteredClient,
  found: App,
  { resource: url }: ProviderInput,
  isToAssign: boolean,
): RemoteStep {
  const present = found.settings?.oauthClient?.redirect_uris ?? [];
  const missing = redirectUris.filter((uri) => !present.includes(uri));
  const resource = `application for ${label}`;
  const step = { id: PREFIX + id, resource, ref: found.id, reversible: true };
  const want: Values = {
    ...itemsOf(CALLBACK, missing),
    ...(!isMarked(found, id, url) && { [RESOURCE]: url }),
    ...(isToAssign && EVERYONE),
  };
  if (Object.keys(want).length === 0) return { ...step, verb: 'keep', summary: resource, want: {} };
  const what = [
    ...missing.map((uri) => `call back at ${uri} too`),
    ...(RESOURCE in want ? [`for ${url}`] : []),
    ...(ASSIGNED in want ? ['for everybody in the org'] : []),
  ];
  return { ...step, verb: 'update', summary: `${resource}: ${what.join(', ')}`, have: {}, want };
}

const inactive = ({ label }: App): Warning => ({
  message: `The application ${label} is switched off: that client cannot sign in.`,
  fix: 'Activate it in the admin console if that is not what you want.',
});
