import { isRecord } from '../../is-record.ts';
import type { RemoteRecord, RemoteStep } from '../../types.ts';
import type { ManagementApi } from './management.ts';
import type { Purpose } from './refusal.ts';

export const AUTH_CONFIG = 'supabase.auth-config';
export const DEFAULT_CONSENT_PATH = '/oauth/consent';

/** The settings of Supabase Auth that matter here; there are two hundred more, some of them secret. */
export interface AuthSettings {
  enabled: boolean;
  registration: boolean;
  /** Path of the consent page below the site URL; `undefined` when nobody has set it. */
  consentPath: string | undefined;
  siteUrl: string | undefined;
  /** The custom access token hook, where one is switched on. */
  tokenHook: string | undefined;
}

/** What add-auth may change, and nothing else. */
const KEYS = [
  'oauth_server_enabled',
  'oauth_server_allow_dynamic_registration',
  'oauth_server_authorization_path',
] as const;

const READ: Purpose = { what: 'read the Auth settings', permission: 'auth_config_read' };
const WRITE: Purpose = { what: 'change the Auth settings', permission: 'auth_config_write' };
const pathOf = (ref: string): string => `/v1/projects/${ref}/config/auth`;

/** @throws ProviderError */
export async function readAuthSettings(api: ManagementApi, ref: string): Promise<AuthSettings> {
  const answer = await api.get(pathOf(ref), READ);
  const config = isRecord(answer) ? answer : {};
  const hook = config['hook_custom_access_token_enabled'] === true && text(config['hook_custom_access_token_uri']);
  return {
    enabled: config['oauth_server_enabled'] === true,
    registration: config['oauth_server_allow_dynamic_registration'] === true,
    consentPath: text(config['oauth_server_authorization_path']),
    siteUrl: text(config['site_url']),
    tokenHook: hook || undefined,
  };
}

/**
 * The smallest change that lets MCP clients register and log in. The site URL is never touched, and `uri_allow_list`
 * need not be: Auth lets the origin of the site URL through by itself (supabase/auth, utilities/request.go).
 */
export function planAuthConfig(ref: string, { enabled, registration, consentPath }: AuthSettings): RemoteStep {
  const now: Settings = [enabled, registration, consentPath ?? null];
  const wanted: Settings = [true, true, consentPath ?? DEFAULT_CONSENT_PATH];
  const changed = KEYS.filter((_, i) => now[i] !== wanted[i]);
  const pick = (values: Settings): Record<string, unknown> =>
    Object.fromEntries(KEYS.flatMap((key, i) => (changed.includes(key) ? [[key, values[i]]] : [])));
  const step = { id: AUTH_CONFIG, resource: `Auth settings of project ${ref}`, ref, reversible: true };
  if (changed.length === 0) {
    return {
      ...step,
      verb: 'keep',
      summary: `OAuth server and registration are on, consent page at ${wanted[2]}`,
      want: {},
    };
  }
  const parts = [
    ...(enabled ? [] : ['OAuth server on']),
    ...(registration ? [] : ['dynamic client registration on']),
    ...(consentPath === undefined ? [`consent page at ${DEFAULT_CONSENT_PATH}`] : []),
  ];
  const notices = [
    ...(registration
      ? []
      : [
          'This opens registration to the internet: any program can register itself as a client of this project and ask your users to log in; each user has to agree on the consent page.',
        ]),
    ...(enabled ? [] : ['The project becomes an OAuth server for all of its users, not only for this MCP server.']),
  ];
  return {
    ...step,
    verb: 'update',
    summary: `Auth settings: ${parts.join(', ')}`,
    want: pick(wanted),
    have: pick(now),
    ...(notices.length > 0 && { notice: notices.join(' ') }),
  };
}

type Settings = [enabled: boolean, registration: boolean, consentPath: string | null];

/** @throws ProviderError */
export async function writeAuthConfig(api: ManagementApi, ref: string, want: Record<string, unknown>): Promise<void> {
  await api.send('PATCH', pathOf(ref), want, WRITE);
}

/**
 * Gives each setting its value from before, unless somebody has changed it since.
 * @returns the settings that are back, and those that somebody changed
 * @throws ProviderError
 */
export async function restoreAuthConfig(
  api: ManagementApi,
  ref: string,
  { before = {}, after = {} }: RemoteRecord,
): Promise<{ restored: string[]; changedSince: string[] }> {
  const answer = await api.get(pathOf(ref), READ);
  const now = isRecord(answer) ? answer : {};
  const keys = KEYS.filter((key) => Object.hasOwn(after, key) && (now[key] ?? null) !== (before[key] ?? null));
  const restored = keys.filter((key) => now[key] === after[key]);
  if (restored.length > 0) {
    await writeAuthConfig(api, ref, Object.fromEntries(restored.map((key) => [key, before[key] ?? null])));
  }
  return { restored, changedSince: keys.filter((key) => !restored.includes(key)) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
