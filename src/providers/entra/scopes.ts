import { randomUUID } from 'node:crypto';
import { CliError } from '../../errors.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import { describeScope } from '../../scopes/describe.ts';
import type { RemoteRecord } from '../../types.ts';
import type { Part, Planned } from '../parts.ts';
import type { ProviderInput } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { changeApi, findByAppId, type Application, type PermissionScope } from './applications.ts';
import { authorizedWithout } from './pre-authorized.ts';
import { planChange, serverOf, type Session } from './session.ts';

const ID = 'entra.scopes';
const SCOPE = 'scopes.';

/** The scopes of the map as delegated permissions. Those that are there keep their ids, which consents refer to. */
export function planScopes({ scopes }: ProviderInput, found: Application | undefined): Planned {
  const names = scopeCatalogue(scopes);
  names.forEach(check);
  const have = valuesOf(found);
  const wanted = names.filter((name) => (have[SCOPE + name] ?? false) === false);
  const want = Object.fromEntries(wanted.map((name) => [SCOPE + name, describeScope(name, scopes.toolScopes)]));
  const byAdmin = (found?.api?.oauth2PermissionScopes ?? []).filter(
    ({ value, type }) => type === 'Admin' && names.includes(value),
  );
  return {
    steps: [planChange(ID, 'scopes', found, difference(have, want), wanted.join(' '))],
    warnings: byAdmin.map(({ value }) => ({
      message: `Only an administrator can consent to the scope ${value}.`,
      fix: 'Have one consent for everybody, or let users do it: App registrations, Expose an API, the scope, Who can consent.',
    })),
  };
}

/** What permissionScope allows beside RFC 6749 §3.3: 120 characters, no dot at the start. */
function check(name: string): void {
  if (name.length <= 120 && !name.startsWith('.')) return;
  throw new CliError(
    'invalid-option',
    `Entra takes no scope ${JSON.stringify(name)}: 120 characters at most, and no dot at the start.`,
    'Give it another name: --tool-scope TOOL=SCOPE',
  );
}

/** The description of each that is enabled, `false` for one that is not. */
function valuesOf(app: Application | undefined): Values {
  const scopes = app?.api?.oauth2PermissionScopes ?? [];
  return Object.fromEntries(
    scopes.map(({ value, isEnabled, adminConsentDescription }) => [
      SCOPE + value,
      isEnabled === false ? false : (adminConsentDescription ?? value),
    ]),
  );
}

/** Adds scopes or enables them, and takes that back. */
export const scopesPart: Part<Session> = {
  prefix: ID,
  async apply(session, step) {
    const app = await serverOf(session, step);
    const scopes = structuredClone(app.api?.oauth2PermissionScopes ?? []);
    for (const [key, text] of Object.entries(step.want)) {
      const value = key.slice(SCOPE.length);
      const found = scopes.find((scope) => scope.value === value);
      if (found) Object.assign(found, { isEnabled: true });
      else scopes.push(newScope(value, String(text)));
    }
    await changeApi(session, app, { oauth2PermissionScopes: scopes }, 'add the scopes');
    return { ref: app.appId };
  },
  async revert(session, record) {
    const app = await findByAppId(session, record.ref);
    if (!app) return { outcome: 'gone', message: 'The scopes are gone with their application.' };
    const now = valuesOf(app);
    const after = Object.fromEntries(Object.keys(record.after ?? {}).map((key) => [key, ours(key, now, record)]));
    const { back, changed } = putBack(now, { ...record, after });
    if (Object.keys(back).length > 0) await disableAndDelete(session, app, back);
    if (changed.length === 0)
      return { outcome: 'restored', message: `The scopes of ${app.displayName ?? app.appId} are as before.` };
    const names = changed.map((key) => key.slice(SCOPE.length)).join(', ');
    return { outcome: 'left', message: `The scopes ${names} stay: somebody changed them since.` };
  },
};

/** What a scope looks like while nobody but us has touched it: its text, except in two cases. */
function ours(key: string, now: Values, { before, after }: RemoteRecord): unknown {
  // One that was there and disabled has kept its own text, and one of ours may be on its way out.
  const mayDiffer = before?.[key] === false ? now[key] !== false : now[key] === false;
  return mayDiffer ? now[key] : after?.[key];
}

function newScope(value: string, text: string): PermissionScope {
  // Titles hold 100 characters.
  const title = value.slice(0, 100);
  return {
    id: randomUUID(),
    value,
    type: 'User',
    isEnabled: true,
    adminConsentDisplayName: title,
    adminConsentDescription: text,
    userConsentDisplayName: title,
    userConsentDescription: text,
  };
}

/** A scope can be deleted only when it is disabled, and clients that name it have to let go of it at once. */
async function disableAndDelete(session: Session, app: Application, back: Values): Promise<void> {
  const scopes = structuredClone(app.api?.oauth2PermissionScopes ?? []);
  const isNamed = ({ value }: PermissionScope): boolean => SCOPE + value in back;
  const gone = scopes.filter((scope) => isNamed(scope) && back[SCOPE + scope.value] === null);
  for (const scope of scopes.filter(isNamed)) scope.isEnabled = false;
  const preAuthorizedApplications = authorizedWithout(app, new Set(gone.map(({ id }) => id)));
  await changeApi(session, app, { oauth2PermissionScopes: scopes, preAuthorizedApplications }, 'disable the scopes');
  if (gone.length === 0) return;
  const kept = scopes.filter((scope) => !gone.includes(scope));
  await changeApi(session, app, { oauth2PermissionScopes: kept }, 'delete the scopes');
}
