import type { Management } from 'auth0';
import { isRecord } from '../../is-record.ts';
import type { RemoteRecord } from '../../types.ts';
import { call, difference, putBack, type Part, type Planned, type Session, type Values } from './session.ts';

const ID = 'auth0.tenant-settings';
const PROFILE = 'resource_parameter_profile';
const ISS = 'authorization_response_iss_parameter_supported';
const REGISTRATION = 'flags.enable_dynamic_client_registration';
const MODE = 'dynamic_client_registration_security_mode';
export const METADATA_CLIENTS = 'client_id_metadata_document_supported';

/** What a setting is when the tenant does not mention it. */
const DEFAULTS: Values = { [PROFILE]: 'audience', [ISS]: false, [REGISTRATION]: false, [METADATA_CLIENTS]: false };

/** The settings of the tenant, flags by `flags.NAME`. @throws ApiError */
export async function readSettings({ api }: Pick<Session, 'api'>): Promise<Values> {
  const settings: unknown = await call('read the tenant settings', api.tenants.settings.get());
  if (!isRecord(settings)) return {};
  const flags = isRecord(settings['flags']) ? settings['flags'] : {};
  return { ...settings, ...Object.fromEntries(Object.entries(flags).map(([name, value]) => [`flags.${name}`, value])) };
}

/** The tenant's settings as a minimal difference; flags that are only read would be refused if they were sent back. */
export function planSettings(domain: string, settings: Values, recorded: RemoteRecord | undefined): Planned {
  const isOpen = settings[REGISTRATION] === true;
  // Some tenants never tell the mode: it is set once, with the registration that it is about.
  const knowsMode = settings[MODE] !== undefined || !isOpen;
  const wasSet = settings[MODE] === undefined && recorded?.after?.[MODE] === 'strict' && isOpen;
  const change = difference(
    { ...DEFAULTS, ...settings },
    {
      [PROFILE]: 'compatibility',
      [ISS]: true,
      [REGISTRATION]: true,
      ...(knowsMode && !wasSet && { [MODE]: 'strict' }),
    },
  );
  const step = { id: ID, resource: 'tenant settings', ref: domain, reversible: true };
  if (!change) return { steps: [{ ...step, verb: 'keep', summary: 'tenant settings', want: {} }], warnings: [] };
  return {
    steps: [
      { ...step, verb: 'update', summary: summaryOf(change.want), ...change, notice: noticeOf(domain, change.want) },
    ],
    warnings: [],
  };
}

function summaryOf(want: Values): string {
  const parts = [
    REGISTRATION in want && 'open client registration to the internet',
    MODE in want && 'with strict security',
    PROFILE in want && 'honour the resource parameter',
    ISS in want && 'name the issuer in authorization responses',
  ].filter((part) => part !== false);
  return `tenant settings: ${parts.join(', ')}`;
}

function noticeOf(domain: string, want: Values): string {
  return [
    REGISTRATION in want &&
      `Anybody on the internet can then register an application with this tenant (POST https://${domain}/oidc/register). ` +
        'That alone gives no access: users still sign in and consent, and such an application can ask for no more than the default grant.',
    MODE in want &&
      'Applications that register themselves are held to strict rules: PKCE, exact redirect URLs, no ID token.',
    PROFILE in want &&
      'For every application of the tenant, resource then names the API, and is no longer passed on to upstream identity providers.',
    ISS in want && 'Authorization responses to every application carry iss (RFC 9207), which old clients ignore.',
    METADATA_CLIENTS in want &&
      'Clients may identify themselves by the URL of a metadata document; only imported ones can sign in.',
  ]
    .filter((text) => text !== false)
    .join(' ');
}

/** Changes settings of the tenant, and puts them back. */
export const settingsPart: Part = {
  async apply(session, step) {
    await write(session, step.want, 'change the tenant settings');
    return { ref: session.domain };
  },
  async revert(session, _id, record) {
    const current = await readSettings(session);
    // A mode that the tenant does not tell cannot have been changed by somebody else, as far as anybody knows.
    if (current[MODE] === undefined && record.after?.[MODE] !== undefined) current[MODE] = record.after[MODE];
    const { back, changed } = putBack({ ...DEFAULTS, ...current }, record);
    const values = Object.fromEntries(
      Object.entries(back).flatMap(([name, value]) => {
        const known = value ?? DEFAULTS[name];
        return known === undefined || known === null ? [] : [[name, known] as const];
      }),
    );
    if (Object.keys(values).length > 0) await write(session, values, 'restore the tenant settings');
    if (changed.length === 0) return { outcome: 'restored', message: 'The tenant settings are as they were before.' };
    return { outcome: 'left', message: `The tenant keeps ${changed.join(', ')}: somebody changed that since.` };
  },
};

async function write({ api }: Session, values: Values, operation: string): Promise<void> {
  const flags: Values = {};
  const body: Values = {};
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('flags.')) flags[name.slice('flags.'.length)] = value;
    else body[name] = value;
  }
  if (Object.keys(flags).length > 0) body['flags'] = flags;
  await call(operation, api.tenants.settings.update(body as Management.UpdateTenantSettingsRequestContent));
}
