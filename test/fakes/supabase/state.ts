import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';

export const REF = 'abcdefghijklmnopqrst';
export const ACCESS_TOKEN = 'sbp_0123456789abcdef0123456789abcdef01234567';
export const USER = {
  id: '11111111-1111-4111-8111-111111111111',
  email: 'alice@example.com',
  password: 'correct-horse',
};
/** What must never come out of the program. */
export const SMTP_PASSWORD = 'smtp-password-of-the-project';
export const SERVICE_ROLE_KEY = 'sb_secret_of-the-project';
export const PUBLISHABLE_KEY = 'sb_publishable_of-the-project';

export interface Key {
  id: string;
  algorithm: 'ES256' | 'HS256';
  status: 'in_use' | 'previously_used' | 'revoked' | 'standby';
  secret: KeyObject | Uint8Array;
  public: KeyObject | undefined;
}

/** Columns of the tables that matter. */
export interface Client {
  client_id: string;
  redirect_uris: string[];
  token_endpoint_auth_method: string;
  client_name: string;
  secret: string | undefined;
}
export interface Authorization {
  id: string;
  client: Client;
  redirectUri: string;
  scope: string;
  state: string | undefined;
  challenge: string;
  user: string | undefined;
  status: 'pending' | 'approved' | 'denied';
  code: string | undefined;
}

export type Settings = Record<string, string | number | boolean | null>;

/** A project as both the Management API and the Auth service see it. */
export interface ProjectState {
  settings: Settings;
  /** Empty: the project has never left its legacy secret. */
  keys: Key[];
  legacySecret: Uint8Array;
  /** Claims that a custom access token hook adds, as its SQL function would. */
  hook: ((claims: Record<string, unknown>) => Record<string, unknown>) | undefined;
  appMetadata: Record<string, unknown>;
  clients: Client[];
  authorizations: Authorization[];
}

export interface Seed {
  settings?: Settings;
  /** With an ES256 key in use, as projects made today. */
  asymmetric?: boolean;
}

export function createState(siteUrl: string, { settings = {}, asymmetric = false }: Seed): ProjectState {
  const state: ProjectState = {
    settings: {
      site_url: siteUrl,
      uri_allow_list: 'https://app.example/**,https://preview.example/**',
      jwt_exp: 3600,
      hook_custom_access_token_enabled: false,
      hook_custom_access_token_uri: null,
      smtp_pass: SMTP_PASSWORD,
      oauth_server_enabled: false,
      oauth_server_allow_dynamic_registration: false,
      oauth_server_authorization_path: null,
      ...settings,
    },
    keys: [],
    legacySecret: randomBytes(40),
    hook: undefined,
    appMetadata: { provider: 'email' },
    clients: [],
    authorizations: [],
  };
  if (asymmetric) state.keys.push({ ...createKey(), status: 'in_use' });
  return state;
}

export function createKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { id: randomUUID(), algorithm: 'ES256', status: 'standby', secret: privateKey, public: publicKey };
}

/** The key that signs now; before the first import of keys it is the legacy secret. */
export function signingKey({ keys, legacySecret }: ProjectState): Key {
  const legacy: Key = { id: '', algorithm: 'HS256', status: 'in_use', secret: legacySecret, public: undefined };
  return keys.find(({ status }) => status === 'in_use') ?? legacy;
}
