import type { Part, Planned } from '../parts.ts';
import { scopeCatalogue } from '../../scopes/catalogue.ts';
import type { ProviderInput } from '../types.ts';
import { difference, putBack, type Values } from '../values.ts';
import { changeApi, findByAppId, type Application, type PreAuthorized } from './applications.ts';
import { AUTHORIZED_CLIENTS } from './known-clients.ts';
import { planChange, serverOf, type Session } from './session.ts';

const ID = 'entra.pre-authorized';

/** Clients of Microsoft that have an id of their own, and get tokens without asking each user for consent. */
export function planPreAuthorized({ scopes }: ProviderInput, found: Application | undefined): Planned {
  const names = scopeCatalogue(scopes);
  const want = Object.fromEntries(
    AUTHORIZED_CLIENTS.flatMap(({ appId }) => names.map((name) => [`${appId}.${name}`, true])),
  );
  const labels = AUTHORIZED_CLIENTS.map(({ label }) => label).join(', ');
  const step = planChange(ID, 'authorized clients', found, difference(valuesOf(found), want), labels);
  const notice = `${labels} may then use these scopes for whoever is signed in, without asking for consent.`;
  return { steps: [step.verb === 'keep' ? step : { ...step, notice }], warnings: [] };
}

/** `CLIENT.SCOPE` for each scope that a client may use unasked. */
function valuesOf(app: Application | undefined): Values {
  const names = new Map(app?.api?.oauth2PermissionScopes?.map(({ id, value }) => [id, value]));
  return Object.fromEntries(
    (app?.api?.preAuthorizedApplications ?? []).flatMap(({ appId, delegatedPermissionIds }) =>
      delegatedPermissionIds.map((id) => [`${appId}.${names.get(id) ?? id}`, true]),
    ),
  );
}

/** The list without some scopes; a client that is left with none goes too. */
export function authorizedWithout(app: Application, ids: ReadonlySet<string>): PreAuthorized[] {
  return (app.api?.preAuthorizedApplications ?? [])
    .map(({ appId, delegatedPermissionIds }) => ({
      appId,
      delegatedPermissionIds: delegatedPermissionIds.filter((id) => !ids.has(id)),
    }))
    .filter(({ delegatedPermissionIds }) => delegatedPermissionIds.length > 0);
}

/** Lets clients have scopes, and takes that back. */
export const preAuthorizedPart: Part<Session> = {
  prefix: ID,
  async apply(session, step) {
    const app = await serverOf(session, step);
    await write(session, app, step.want);
    return { ref: app.appId };
  },
  async revert(session, record) {
    const app = await findByAppId(session, record.ref);
    if (!app) return { outcome: 'gone', message: 'The authorized clients are gone with the application.' };
    const { back } = putBack(valuesOf(app), record);
    if (Object.keys(back).length > 0) await write(session, app, back);
    return { outcome: 'restored', message: `The authorized clients of ${app.displayName ?? app.appId} are as before.` };
  },
};

async function write(session: Session, app: Application, values: Values): Promise<void> {
  const ids = new Map(app.api?.oauth2PermissionScopes?.map(({ id, value }) => [value, id]));
  const list = structuredClone(app.api?.preAuthorizedApplications ?? []);
  for (const [key, value] of Object.entries(values)) {
    const at = key.indexOf('.');
    const appId = key.slice(0, at);
    const id = ids.get(key.slice(at + 1)) ?? key.slice(at + 1);
    const others = list.find((one) => one.appId === appId)?.delegatedPermissionIds.filter((one) => one !== id) ?? [];
    const delegatedPermissionIds = value === null ? others : [...others, id];
    const index = list.findIndex((one) => one.appId === appId);
    list.splice(index < 0 ? list.length : index, 1, { appId, delegatedPermissionIds });
  }
  const preAuthorizedApplications = list.filter(({ delegatedPermissionIds }) => delegatedPermissionIds.length > 0);
  await changeApi(session, app, { preAuthorizedApplications }, 'change the authorized clients');
}
