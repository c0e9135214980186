import { isRecord } from '../../is-record.ts';
import { isTokenText } from '../../oauth/token-text.ts';
import { patient } from '../patient.ts';
import type { ProviderIo } from '../types.ts';
import { findCredentials, type Credentials } from './credentials.ts';
import { ProviderError } from '../provider-error.ts';
import { checkApiUrl } from '../url.ts';
import { refusal } from './refusal.ts';
import type { Realm } from './target.ts';

export interface AdminApi {
  /** @param path below `/admin/realms/REALM` @param what to follow `could not` @throws ProviderError for all but success */
  get(path: string, what: string): Promise<unknown>;
  /** The same for what may not be there. */
  find(path: string, what: string): Promise<unknown>;
  /** @returns the id of what was created, where something was. @throws ProviderError */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object | undefined, what: string): Promise<string>;
  /** What this version of Keycloak knows. @throws ProviderError */
  serverInfo(): Promise<unknown>;
  /** POST /admin/realms. @throws ProviderError */
  createRealm(body: object): Promise<void>;
}

/** Keycloak's Admin REST API for one realm. Credentials are looked for with the first request. */
export function adminApi(realm: Realm, io: ProviderIo): AdminApi {
  const base = adminUrl(realm.base);
  const { host } = new URL(base);
  const send = patient(fetch, (seconds) => io.warn(`Keycloak asks to wait ${seconds} s (rate limit).`));
  const realms = `${base}/admin/realms`;
  const self = `${realms}/${encodeURIComponent(realm.name)}`;
  let credentials: Promise<Credentials> | undefined;
  let token: string | undefined;

  async function exchange(url: string, init: RequestInit, what: string): Promise<Response> {
    const found = await (credentials ??= findCredentials(io));
    for (let renewed = false; ; renewed = true) {
      token ??= 'token' in found ? found.token : await logIn(base, realm, found, send);
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...init.headers };
      const isGivenToken = 'token' in found;
      const response = await send(url, { ...init, headers }).catch((error: unknown) => {
        throw refusal({ what, host, realm: realm.name, dropped: (error as Error).message, isGivenToken });
      });
      if (response.ok) return response;
      // Tokens of administrators live for a minute.
      if (response.status === 401 && !isGivenToken && !renewed) {
        token = undefined;
        continue;
      }
      const said = messageIn(await response.text())?.replaceAll(token, '…');
      throw refusal({ what, host, realm: realm.name, status: response.status, said, isGivenToken });
    }
  }

  const get = async (path: string, what: string): Promise<unknown> => parse(await exchange(self + path, {}, what));
  const write = (method: string, url: string, body: object | undefined, what: string): Promise<Response> =>
    exchange(
      url,
      {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      },
      what,
    );

  return {
    get,
    find: (path, what) =>
      get(path, what).catch((error: unknown) => {
        if (error instanceof ProviderError && error.status === 404) return undefined;
        throw error;
      }),
    async send(method, path, body, what) {
      const response = await write(method, self + path, body, what);
      return response.headers.get('location')?.split('/').at(-1) ?? '';
    },
    serverInfo: async () => parse(await exchange(`${base}/admin/serverinfo`, {}, 'ask what this Keycloak knows')),
    async createRealm(body) {
      await write('POST', realms, body, `create the realm ${realm.name}`);
    },
  };
}

/**
 * Where the Admin REST API is: `KEYCLOAK_ADMIN_URL` for installations that keep it at a host of its own (Keycloak's
 * option `hostname-admin`), else beside the realm.
 * @throws CliError `invalid-url`
 */
export function adminUrl(base: string, given = process.env['KEYCLOAK_ADMIN_URL']): string {
  if (given === undefined || given === '') return base;
  const fix = `Unset it, or give the URL under which /admin is found, such as ${base}`;
  return checkApiUrl('KEYCLOAK_ADMIN_URL', given, fix).replace(/\/admin$/, '');
}

/** An administrator of the installation is at home in the realm master, one of a realm only in that realm. */
async function logIn(
  base: string,
  realm: Realm,
  { user, password }: { user: string; password: string },
  send: typeof fetch,
): Promise<string> {
  const homes = [...new Set(['master', realm.name])];
  const answers: string[] = [];
  for (const home of homes) {
    const url = `${base}/realms/${encodeURIComponent(home)}/protocol/openid-connect/token`;
    const fields = { grant_type: 'password', client_id: 'admin-cli', username: user, password };
    const response = await send(url, { method: 'POST', body: new URLSearchParams(fields) }).catch((error: unknown) => {
      throw new ProviderError(
        undefined,
        `Could not log in at ${new URL(base).host} (${(error as Error).message}).`,
        'Check --issuer and the network, then run the same command again.',
      );
    });
    const text = await response.text();
    const answer: unknown = response.ok && text !== '' ? JSON.parse(text) : undefined;
    const token = isRecord(answer) ? answer['access_token'] : undefined;
    if (typeof token === 'string' && isTokenText(token)) return token;
    if (response.status === 429 || response.status >= 500) {
      throw refusal({
        what: 'log in as the administrator',
        host: new URL(base).host,
        realm: realm.name,
        status: response.status,
        isGivenToken: false,
      });
    }
    const said = messageIn(text)?.replaceAll(password, '…');
    answers.push(`${home}: ${response.status}${said === undefined ? '' : `, ${said}`}`);
  }
  throw new ProviderError(
    401,
    `Keycloak does not accept KEYCLOAK_ADMIN_USER and KEYCLOAK_ADMIN_PASSWORD (realm ${answers.join('; realm ')}).`,
    'Check both, and that --issuer is the right server; an administrator with a second factor needs KEYCLOAK_ACCESS_TOKEN.',
  );
}

async function parse(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** `errorMessage` is how the Admin API explains itself, `error_description` how the token endpoint does. */
function messageIn(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as Record<string, unknown>;
    const said = [answer['errorMessage'], answer['error_description'], answer['error']];
    const found = said.find((one) => typeof one === 'string');
    return typeof found === 'string' ? found.replaceAll(/\s+/g, ' ').slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}
