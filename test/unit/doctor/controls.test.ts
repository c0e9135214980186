import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { GatherInput } from '../../../src/doctor/gather/index.ts';
import type { Diagnosis } from '../../../src/doctor/types.ts';
import { json } from '../../fakes/doctor/answers.ts';
import { Bench, notFound } from '../../fakes/doctor/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const examine = (more: Partial<GatherInput> = {}): Promise<Diagnosis> =>
  diagnose({ target: { kind: 'url', value: bench.url }, url: bench.url, register: false, timeout: 3000, ...more });
const failed = ({ checks }: Diagnosis): string[] =>
  checks.filter(({ status }) => status === 'fail').map(({ id }) => id);

/** The metadata of the issuer with a path, only at its OpenID Connect places. */
const openIdAt = (path: string, document: Record<string, unknown> = {}): void => {
  const issuer = bench.issuer + path;
  bench.prm['authorization_servers'] = [issuer];
  const metadata = {
    ...bench.metadata,
    issuer,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    ...document,
  };
  bench.hooks.all = (ask, usual) =>
    ask.path === `${path}/.well-known/openid-configuration` ? json(metadata) : usual();
  bench.hooks.asMetadata = (ask) => notFound(ask);
};

/** Servers that are unusual and healthy: none of them may be said to be broken. */
describe('healthy, if unusual', () => {
  const CONTROLS: [name: string, arrange: () => void, more?: Partial<GatherInput>][] = [
    ['discovery by OpenID Connect only', () => openIdAt('')],
    [
      'an issuer with a path, as Keycloak has it',
      () => openIdAt('/realms/tasks', { scopes_supported: ['openid', 'web-origins', 'basic'] }),
    ],
    [
      'metadata as Keycloak writes them',
      () =>
        openIdAt('/realms/tasks', {
          grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
          token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
          code_challenge_methods_supported: ['plain', 'S256'],
          scopes_supported: ['openid', 'offline_access', 'profile', 'roles', 'basic', 'web-origins'],
        }),
    ],
    [
      'metadata as Auth0 writes them, an issuer that ends in a slash',
      () => {
        bench.prm['authorization_servers'] = [`${bench.issuer}/`];
        Object.assign(bench.metadata, {
          issuer: `${bench.issuer}/`,
          scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'email'],
          token_endpoint_auth_methods_supported: [
            'client_secret_basic',
            'client_secret_post',
            'private_key_jwt',
            'none',
          ],
        });
        delete bench.metadata['grant_types_supported'];
      },
    ],
    [
      'metadata as Better Auth writes them',
      () =>
        Object.assign(bench.metadata, {
          scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
          acr_values_supported: [],
        }),
    ],
    [
      'client-ID metadata documents and no registration',
      () => {
        bench.metadata['client_id_metadata_document_supported'] = true;
        delete bench.metadata['registration_endpoint'];
      },
    ],
    [
      'keys of several types',
      () => bench.keys.keys.push({ kty: 'OKP', crv: 'Ed25519', x: 'abc', kid: 'k2', alg: 'EdDSA' }),
    ],
    [
      'a key to encrypt beside that to sign',
      () => bench.keys.keys.push({ kty: 'RSA', n: 'abc', e: 'AQAB', kid: 'k3', use: 'enc', alg: 'RSA-OAEP' }),
    ],
    [
      'discovery is open, calls are not',
      () => {
        bench.hooks.mcp = (ask, usual) =>
          /"(initialize|tools\/list|server\/discover)"/.test(ask.body) && !ask.headers['authorization']
            ? json({ jsonrpc: '2.0', id: 1, result: { tools: [] } })
            : usual();
      },
    ],
    [
      'the metadata are on another host of the same owner',
      () => {
        const metadata = `${bench.issuer}/resources/tasks`;
        bench.challenge['resource_metadata'] = metadata;
        bench.hooks.all = (ask, usual) => (ask.path === '/resources/tasks' ? json(bench.prm) : usual());
      },
    ],
    [
      'answers in a stream of events',
      () => {
        bench.hooks.mcp = async (_, usual) => {
          const answer = await usual();
          if (answer.status !== 200) return answer;
          return {
            ...answer,
            headers: { 'content-type': 'text/event-stream' },
            body: `event: message\ndata: ${answer.body}\n\n`,
          };
        };
      },
    ],
  ];

  it.each(CONTROLS)('%s', async (_, arrange, more) => {
    arrange();
    const diagnosis = await examine({ ...more, token: await bench.token() });
    // The server verifies for itself; only its issuer follows what is published.
    const notTheServer = diagnosis.checks.filter(
      ({ id, status }) => status === 'fail' && !['tok.iss', 'rs.accepts'].includes(id),
    );
    expect(notTheServer.map(({ id, detail }) => `${id}: ${detail}`)).toEqual([]);
  });

  it('an audience of several', async () => {
    expect(
      failed(await examine({ token: await bench.token({ aud: ['https://api.example.com', bench.url] }) })),
    ).toEqual([]);
  });
});

describe('two causes at once', () => {
  it.each([
    [
      'as.issuer',
      'cors.preflight',
      () => {
        bench.metadata['issuer'] = `${bench.issuer}/`;
        bench.hooks.mcp = (ask, usual) => (ask.method === 'OPTIONS' ? bench.unauthorized() : usual());
      },
    ],
    [
      'prm.resource',
      'as.pkce',
      () => {
        bench.prm['resource'] = bench.origin;
        delete bench.metadata['code_challenge_methods_supported'];
      },
    ],
    [
      'ch.header',
      'prm.reachable',
      () => {
        bench.hooks.prm = (ask) => notFound(ask);
        bench.hooks.mcp = (ask, usual) => (ask.method === 'POST' ? json({}, 401) : usual());
      },
    ],
    [
      'as.pkce',
      'jwks.keys',
      () => {
        bench.metadata['code_challenge_methods_supported'] = ['plain'];
        bench.keys = { keys: [] };
      },
    ],
    [
      'reg.method',
      'tokep.errors',
      () => {
        delete bench.metadata['registration_endpoint'];
        bench.hooks.token = (ask, usual) => (ask.method === 'POST' ? json({ ok: false }) : usual());
      },
    ],
  ] as [string, string, () => void][])(
    '%s and %s: both are named, and nothing else',
    async (first, second, breakBoth) => {
      breakBoth();
      const diagnosis = await examine();
      expect(diagnosis.rootCauses).toEqual([first, second]);
    },
  );
});

it('Keycloak accepts clients without a secret, although it does not advertise that', async () => {
  openIdAt('/realms/tasks', {
    token_endpoint: `${bench.issuer}/realms/tasks/protocol/openid-connect/token`,
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
  });
  const { checks } = await examine();
  expect(checks.find(({ id }) => id === 'as.auth-methods')).toMatchObject({ status: 'pass' });
});
