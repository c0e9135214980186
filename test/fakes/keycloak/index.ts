import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signingKey } from '../../support/oauth-fake-issuer.ts';
import { administer } from './admin.ts';
import { ADMIN, newRealm, REALM, type RealmState } from './state.ts';

/** What goes wrong, and with which request to the Admin REST API, counted from 1. */
export interface Fault {
  at: number;
  kind: 'drop' | 'drop-after' | '401' | '403' | '429' | '500';
}

export interface FakeKeycloak {
  /** `http://127.0.0.1:PORT` */
  base: string;
  realms: Map<string, RealmState>;
  /** The realm of the tests. */
  realm(): RealmState;
  /** Method and path of each request to the Admin REST API. */
  asked: string[];
  faults: Fault[];
  /** Where the administrator is at home. */
  home: string;
  /** Tokens given out so far; the next ones may be used once only when `isShort`. */
  tokens: Set<string>;
  isShort: boolean;
  reset(): void;
  close(): Promise<void>;
}

/**
 * Keycloak 26.7 for the quick tests: the Admin REST API with its quirks as they were seen at a real one (which
 * `npm run test:keycloak` runs against), and the metadata of its realms. It issues no tokens for users.
 */
export async function startFakeKeycloak(): Promise<FakeKeycloak> {
  const fake = { realms: new Map(), asked: [], faults: [], tokens: new Set() } as unknown as FakeKeycloak;
  const server = createServer((request, response) => void answer(fake, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(fake, {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    realm: () => fake.realms.get(REALM)!,
    reset() {
      fake.realms.clear();
      fake.realms.set('master', newRealm());
      fake.realms.set(REALM, newRealm());
      fake.asked.length = fake.faults.length = 0;
      fake.tokens.clear();
      Object.assign(fake, { home: 'master', isShort: false });
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  fake.reset();
  return fake;
}

async function answer(fake: FakeKeycloak, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const path = request.url!;
  const send = (status: number, json?: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(json === undefined ? '' : JSON.stringify(json));
  };
  const [, name = '', rest = ''] = /^\/realms\/([^/]+)(.*)$/.exec(path) ?? [];
  if (rest === '/protocol/openid-connect/token') return send(...logIn(fake, decodeURIComponent(name), body));
  if (!path.startsWith('/admin/')) return send(...metadata(fake, path));
  fake.asked.push(`${request.method} ${path}`);
  const fault = fake.faults.find(({ at }) => at === fake.asked.length)?.kind;
  if (fault === 'drop') return void request.socket.destroy();
  if (fault === '429') return send(429, {}, { 'retry-after': '1' });
  if (fault === '403' || fault === '500') return send(Number(fault), { error: 'unknown_error' });
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  if (fault === '401' || !fake.tokens.has(token)) return send(401, { error: 'HTTP 401 Unauthorized' });
  if (fake.isShort) fake.tokens.delete(token);
  if (path === '/admin/serverinfo') return send(200, SERVER_INFO);
  const { status, body: json, created } = administer(fake.realms, request.method!, path, body);
  if (fault === 'drop-after') return void request.socket.destroy();
  send(status, json, created === undefined ? {} : { location: `${fake.base}${path}/${created}` });
}

function logIn(fake: FakeKeycloak, realm: string, body: string): [number, object] {
  const fields = new URLSearchParams(body);
  const isKnown = fields.get('username') === ADMIN.user && fields.get('password') === ADMIN.password;
  if (fields.get('client_id') !== 'admin-cli' || fields.get('grant_type') !== 'password') {
    return [400, { error: 'invalid_request' }];
  }
  if (realm !== fake.home || !isKnown) {
    return [401, { error: 'invalid_grant', error_description: 'Invalid user credentials' }];
  }
  const token = `token-${fake.tokens.size}-${Math.random()}`;
  fake.tokens.add(token);
  return [200, { access_token: token, expires_in: 60, token_type: 'Bearer' }];
}

function metadata({ base, realms }: FakeKeycloak, path: string): [number, object] {
  const name = /\/realms\/([^/]+)/.exec(path)?.[1] ?? '';
  if (!realms.get(decodeURIComponent(name))?.enabled) return [404, { error: 'Realm does not exist' }];
  const issuer = `${base}/realms/${name}`;
  if (path.endsWith('/certs')) return [200, { keys: [signingKey] }];
  return [200, { issuer, jwks_uri: `${issuer}/protocol/openid-connect/certs` }];
}

const TYPE = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';
const TYPES = ['trusted-hosts', 'allowed-client-templates', 'max-clients', 'registration-web-origins', 'scope'];
const SERVER_INFO = { componentTypes: { [TYPE]: TYPES.map((id) => ({ id, properties: [] })) } };
